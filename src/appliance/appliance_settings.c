/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "appliance/appliance_settings.h"

#include "base/text.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

const char *const appliance_kind_names[] = {"washer", "dishwasher", "dryer",
                                            "fridge", "freezer",    "coffee",
                                            "heater", "other",      NULL};

static const double HOUR = 3600;

/* What doc/appliances.md says about each figure. A dryer's drum that turns now
 * and then against creases starts nothing; a coffee machine's pods are small,
 * and a compressor's every run counts.
 */
static const struct appliance_settings defaults[APPLIANCE_KINDS] = {
#define KIND(kind_, start_for, min_energy, min_duration, calm, calm_for,       \
             calm_tail, heats, max_duration, limit)                            \
  [kind_] = {.kind = (kind_),                                                  \
             .cycle = {10, (start_for), 4, 300, (min_energy), (min_duration),  \
                       (calm), (calm_for), (calm_tail), (heats)},              \
             .max_duration_s = (max_duration),                                 \
             .expect_every_s = (limit),                                        \
             .max_run_s = (limit)}
    KIND(APPLIANCE_WASHER, 30, 30, 300, 0.08, 2 * HOUR, 0.25 * HOUR, true,
         4 * HOUR, LIMIT_NONE),
    KIND(APPLIANCE_DISHWASHER, 30, 30, 600, 0, 0, 0, true, 4 * HOUR,
         LIMIT_NONE),
    KIND(APPLIANCE_DRYER, 120, 30, 300, 0.08, 0.75 * HOUR, 0, true, 4 * HOUR,
         LIMIT_NONE),
    KIND(APPLIANCE_FRIDGE, 30, 1, 60, 0, 0, 0, false, LIMIT_NONE, LIMIT_AUTO),
    KIND(APPLIANCE_FREEZER, 30, 1, 60, 0, 0, 0, false, LIMIT_NONE, LIMIT_AUTO),
    KIND(APPLIANCE_COFFEE, 30, 10, 60, 0, 0, 0, false, LIMIT_NONE, LIMIT_NONE),
    KIND(APPLIANCE_HEATER, 30, 30, 300, 0, 0, 0, false, LIMIT_NONE, LIMIT_NONE),
    KIND(APPLIANCE_OTHER, 30, 30, 300, 0, 0, 0, false, LIMIT_NONE, LIMIT_NONE),
#undef KIND
};

const struct appliance_settings *appliance_defaults(int kind) {
  return &defaults[kind];
}

bool appliance_announces(const struct appliance_settings *s) {
  return s->kind != APPLIANCE_FRIDGE && s->kind != APPLIANCE_FREEZER;
}

/* "6h" or "auto" */
static void take_limit(double *limit, const struct conf_item *item,
                       struct option_reporter *reporter) {
  const struct conf_value *v = item->values;
  double seconds = 0;

  if (item->values_num == 1 && item->children_num == 0) {
    if (v->kind == CONF_STRING && text_same(v->string, "auto")) {
      *limit = LIMIT_AUTO;
      return;
    }
    if (v->kind == CONF_NUMBER)
      seconds = v->number;
    if ((v->kind == CONF_NUMBER ||
         (v->kind == CONF_STRING &&
          option_parse_seconds(v->string, &seconds) == 0)) &&
        seconds >= 10 && seconds <= 31 * 24 * HOUR) {
      *limit = seconds;
      return;
    }
  }
  option_unexpected(
      item, reporter->where,
      "\"auto\" or a time from 10 seconds to 31 days, like \"6h\"", reporter);
}

static void take_expect_every(void *target, const struct conf_item *item,
                              struct option_reporter *reporter) {
  struct appliance_settings *s = target;

  take_limit(&s->expect_every_s, item, reporter);
}

static void take_max_run(void *target, const struct conf_item *item,
                         struct option_reporter *reporter) {
  struct appliance_settings *s = target;

  take_limit(&s->max_run_s, item, reporter);
}

static void take_expect(void *target, const struct conf_item *item,
                        struct option_reporter *reporter) {
  struct appliance_settings *s = target;

  expect_read(&s->expect, item, reporter);
}

#define MEMBER(m) offsetof(struct appliance_settings, m)

static const struct option_hint appliance_hints[] = {
    {"Type", "say Kind"},
    {"Name", "it belongs in the <Device> or <Plug> around it"},
    {"Above", "say StartAbove"},
    {"Below", "say EndBelow"},
    {"Start", "say StartAbove"},
    {"End", "say EndBelow"},
    {"StartBelow", "say StartAbove"},
    {"EndAbove", "say EndBelow"},
    {"Threshold", "say StartAbove"},
    {"MinPower", "say StartAbove"},
    {"ExpectWithin", "say Expect"},
    {"Remind", "say RemindAfter"},
    {"Produces", "it belongs in the <Device> or <Plug> around it"},
    {"Interval", "it belongs in the <Device> around it"},
    {"Spike", "it belongs in the <Device> or <Plug> around it"},
    {"Limits", "it belongs in the <Device> or <Plug> around it"},
    {"DailyEnergy", "it belongs in <Limits>, beside this block"},
    {"DailyCost", "it belongs in <Limits>, beside this block"},
    {"MonthlyEnergy", "it belongs in <Limits>, beside this block"},
    {"MonthlyCost", "it belongs in <Limits>, beside this block"},
    {"LeftOn", "say MaxRun"},
    {0},
};

static const struct option_elsewhere beside[] = {
    {spike_options, "it belongs in <Spike>, beside this block"},
    {NULL, NULL},
};

const struct option appliance_options[] = {
    {.name = "Kind",
     .type = OPTION_CHOICE,
     .offset = MEMBER(kind),
     .choices = appliance_kind_names},
    {.name = "StartAbove",
     .type = OPTION_NUMBER,
     .offset = MEMBER(cycle.start_above_w),
     .min = 0.1,
     .max = 8000},
    {.name = "StartFor",
     .type = OPTION_SECONDS,
     .offset = MEMBER(cycle.start_for_s),
     .min = 0,
     .max = 3600},
    {.name = "EndBelow",
     .type = OPTION_NUMBER,
     .offset = MEMBER(cycle.end_below_w),
     .min = 0.1,
     .max = 8000},
    {.name = "EndFor",
     .type = OPTION_SECONDS,
     .offset = MEMBER(cycle.end_for_s),
     .min = 10,
     .max = 14400},
    {.name = "MinEnergy",
     .type = OPTION_NUMBER,
     .offset = MEMBER(cycle.min_energy_wh),
     .min = 0,
     .max = 100000},
    {.name = "MinDuration",
     .type = OPTION_SECONDS,
     .offset = MEMBER(cycle.min_duration_s),
     .min = 0,
     .max = 86400},
    {.name = "MaxDuration",
     .type = OPTION_SECONDS,
     .offset = MEMBER(max_duration_s),
     .min = 10,
     .max = 2678400},
    {.name = "ExpectEvery",
     .type = OPTION_BLOCK,
     .block = take_expect_every,
     .once = true},
    {.name = "MaxRun",
     .type = OPTION_BLOCK,
     .block = take_max_run,
     .once = true},
    {.name = "RemindAfter",
     .type = OPTION_SECONDS,
     .offset = MEMBER(remind_s),
     .min = 0,
     .max = 86400},
    {.name = "Expect",
     .type = OPTION_BLOCK,
     .block = take_expect,
     .once = true},
    {.hints = appliance_hints, .elsewhere = beside},
};

/* The kind comes first, wherever it stands: it sets what the others change. */
static int kind_of(const struct conf_item *block) {
  for (size_t i = 0; i < block->children_num; i++) {
    const struct conf_item *item = &block->children[i];

    if (!text_same(item->key, "Kind") || item->values_num != 1 ||
        item->values[0].kind != CONF_STRING)
      continue;
    for (int kind = 0; kind < APPLIANCE_KINDS; kind++)
      if (text_same(item->values[0].string, appliance_kind_names[kind]))
        return kind;
  }
  return APPLIANCE_OTHER;
}

/* A low StartAbove alone says nothing wrong: then EndBelow is as low. */
static void check_end_below(struct appliance_settings *s,
                            const struct conf_item *block, const char *where,
                            struct option_reporter *reporter) {
  double given = s->cycle.end_below_w;

  if (given <= s->cycle.start_above_w)
    return;
  s->cycle.end_below_w =
      fmin(defaults[s->kind].cycle.end_below_w, s->cycle.start_above_w);
  if (!option_stands_in(block, "EndBelow"))
    return;
  reporter->line = option_line(block, "EndBelow");
  option_error(reporter,
               "%s: EndBelow %g is above StartAbove %g: a cycle would end as "
               "it begins; using %g",
               where, given, s->cycle.start_above_w, s->cycle.end_below_w);
}

/* Options that are right by themselves, and make no sense beside others. */
static void check_sense(struct appliance_settings *s,
                        const struct conf_item *block, const char *where,
                        struct option_reporter *reporter) {
  check_end_below(s, block, where, reporter);
  if (s->max_duration_s > 0 && s->cycle.min_duration_s > s->max_duration_s) {
    reporter->line = option_line(block, "MinDuration");
    option_error(reporter,
                 "%s: MinDuration %g is above MaxDuration %g (seconds): every "
                 "cycle would be one that was left on",
                 where, s->cycle.min_duration_s, s->max_duration_s);
  }
  if (s->remind_s > 0 && !appliance_announces(s)) {
    s->remind_s = 0;
    reporter->line = option_line(block, "RemindAfter");
    option_error(reporter,
                 "%s: RemindAfter is not for Kind %s: nothing in it waits to "
                 "be unloaded; it is ignored",
                 where, appliance_kind_names[s->kind]);
  }
  reporter->line = block->line;
}

unsigned appliance_settings_read(struct appliance_settings *s,
                                 const struct conf_item *block,
                                 const char *where,
                                 struct option_reporter *reporter) {
  unsigned lost;

  *s = defaults[kind_of(block)];
  lost = options_read(appliance_options, s, block, where, reporter);
  check_sense(s, block, where, reporter);
  return lost;
}

static const struct option_hint spike_hints[] = {
    {"Above", "say Percent or Watts"},
    {"Duration", "say For"},
    {"Seconds", "say For"},
    {"Minutes", "say For"},
    {"Power", "say Watts"},
    {0},
};

const struct option spike_options[] = {
    {.name = "Percent",
     .type = OPTION_NUMBER,
     .offset = offsetof(struct spike_settings, percent),
     .min = 1,
     .max = 10000},
    {.name = "Watts",
     .type = OPTION_NUMBER,
     .offset = offsetof(struct spike_settings, watts),
     .min = 0,
     .max = 8000},
    {.name = "For",
     .type = OPTION_SECONDS,
     .offset = offsetof(struct spike_settings, for_s),
     .min = 0,
     .max = 86400},
    {.hints = spike_hints},
};

void appliance_block_read(struct appliance_blocks *b,
                          const struct conf_item *item, const char *where,
                          struct option_reporter *reporter) {
  bool spike = text_same(item->key, "Spike");
  char inside[320];

  snprintf(inside, sizeof(inside), "%s: <%s>", where,
           spike ? "Spike" : "Appliance");
  if (!option_block_plain(item, where, reporter))
    return;
  if (spike ? b->has_spike : b->has_appliance)
    option_error(reporter, "%s stands twice, the last one counts", inside);
  if (spike) {
    b->has_spike = true;
    b->spike = spike_defaults;
    options_read(spike_options, &b->spike, item, inside, reporter);
  } else {
    b->has_appliance = true;
    appliance_settings_read(&b->appliance, item, inside, reporter);
  }
}
