/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "energy/limits/limits_config.h"

#include <stdio.h>

const char *const limit_names[LIMITS] = {"DailyEnergy", "DailyCost",
                                         "MonthlyEnergy", "MonthlyCost"};

static const double DEFAULT_STEPS[] = {75, 90, 100};
enum { DEFAULT_STEPS_NUM = sizeof(DEFAULT_STEPS) / sizeof(DEFAULT_STEPS[0]) };
static const double PERCENT_MAX = 1000;

static bool take_step(struct limits_settings *s, double percent) {
  unsigned at = s->steps_num;

  for (unsigned i = 0; i < s->steps_num; i++)
    if (s->steps[i] == percent)
      return true;
  if (s->steps_num == LIMITS_STEPS_MAX)
    return false;
  for (; at > 0 && s->steps[at - 1] > percent; at--)
    s->steps[at] = s->steps[at - 1];
  s->steps[at] = percent;
  s->steps_num++;
  return true;
}

/* At 75 90 100; all of them or, where there is a mistake in one, none: a step
 * that is missing would never be told. */
static void take_at(void *target, const struct conf_item *item,
                    struct option_reporter *reporter) {
  struct limits_settings *s = target;
  struct limits_settings taken = *s;
  bool good = item->values_num > 0 && item->children_num == 0;
  char expected[80];
  double percent;

  for (size_t i = 0; i < item->values_num && good; i++)
    good = option_number(&item->values[i], &percent) && percent >= 1 &&
           percent <= PERCENT_MAX && take_step(&taken, percent);
  if (good) {
    *s = taken;
    return;
  }
  snprintf(expected, sizeof(expected),
           "at most %d percentages from 1 to %g, like 75 90 100",
           LIMITS_STEPS_MAX, PERCENT_MAX);
  option_unexpected(item, reporter->where, expected, reporter);
}

#define ALLOWED(limit)                                                         \
  offsetof(struct limits_settings, allowed) + (limit) * sizeof(double)

static const struct option_hint limits_hints[] = {
    {"Daily", "say DailyEnergy (kWh) or DailyCost"},
    {"Day", "say DailyEnergy (kWh) or DailyCost"},
    {"Monthly", "say MonthlyEnergy (kWh) or MonthlyCost"},
    {"Month", "say MonthlyEnergy (kWh) or MonthlyCost"},
    {"Budget", "say MonthlyCost"},
    {"Energy", "say DailyEnergy or MonthlyEnergy"},
    {"Cost", "say DailyCost or MonthlyCost"},
    {"DailyKwh", "say DailyEnergy"},
    {"MonthlyKwh", "say MonthlyEnergy"},
    {"DailyLimit", "say DailyEnergy (kWh) or DailyCost"},
    {"MonthlyLimit", "say MonthlyEnergy (kWh) or MonthlyCost"},
    {"WeeklyEnergy", "limits are of a day or a month"},
    {"WeeklyCost", "limits are of a day or a month"},
    {"YearlyEnergy", "limits are of a day or a month"},
    {"YearlyCost", "limits are of a day or a month"},
    {0},
};

const struct option limits_options[] = {
    {.name = "DailyEnergy",
     .type = OPTION_NUMBER,
     .offset = ALLOWED(LIMIT_DAILY_ENERGY),
     .min = 0.001,
     .max = 1e6},
    {.name = "DailyCost",
     .type = OPTION_NUMBER,
     .offset = ALLOWED(LIMIT_DAILY_COST),
     .min = 0.001,
     .max = 1e9},
    {.name = "MonthlyEnergy",
     .type = OPTION_NUMBER,
     .offset = ALLOWED(LIMIT_MONTHLY_ENERGY),
     .min = 0.001,
     .max = 1e6},
    {.name = "MonthlyCost",
     .type = OPTION_NUMBER,
     .offset = ALLOWED(LIMIT_MONTHLY_COST),
     .min = 0.001,
     .max = 1e9},
    {.name = "At", .type = OPTION_BLOCK, .block = take_at},
    {.name = "Forecast",
     .type = OPTION_BOOL,
     .offset = offsetof(struct limits_settings, forecast)},
    {.name = "Recovery",
     .type = OPTION_BOOL,
     .offset = offsetof(struct limits_settings, recovery)},
    {.hints = limits_hints},
};

void limits_config_read(struct limits_settings *s, const struct conf_item *item,
                        const char *where, struct option_reporter *reporter) {
  char inside[320];
  bool any = false;
  unsigned before = reporter->errors;

  snprintf(inside, sizeof(inside), "%s: <Limits>", where);
  if (!option_block_plain(item, where, reporter))
    return;
  if (s->given)
    option_error(reporter, "%s stands twice, the last one counts", inside);
  *s = (struct limits_settings){.given = true};
  options_read(limits_options, s, item, inside, reporter);
  for (unsigned i = 0; i < LIMITS; i++)
    any |= s->allowed[i] > 0;
  if (!any && reporter->errors == before)
    option_error(reporter,
                 "%s limits nothing: it needs DailyEnergy, DailyCost, "
                 "MonthlyEnergy or MonthlyCost",
                 inside);
  for (unsigned i = 0; s->steps_num == 0 && i < DEFAULT_STEPS_NUM; i++)
    s->steps[i] = DEFAULT_STEPS[i];
  if (s->steps_num == 0)
    s->steps_num = DEFAULT_STEPS_NUM;
}
