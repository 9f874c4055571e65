/* SPDX-License-Identifier: MIT */
/* A whole tariff looked through for what is odd. */
#include <config.h>

#include "energy/tariff/tariff_config_internal.h"

#include "base/text.h"
#include "energy/tariff/tariff_words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double LOOKS_LIKE_CENTS = 5;

/* -- what can only be seen in the whole -- */

/* Where neither a Period nor anything else has a price. Blocks without a line
 * are not here: collectd drops them. */
static void say_hole(const struct tariff *t, const struct tariff_component *c,
                     const struct calendar_local *hole,
                     struct option_reporter *reporter) {
  char where[TARIFF_WHERE_SIZE] = "<Tariff>";
  char date[CALENDAR_DATE_SIZE];

  if (c != t->components)
    snprintf(where, sizeof(where), "<Component \"%s\">", c->name);
  calendar_format_date(hole->day, date);
  if (c->periods_num == 0)
    option_error(reporter,
                 "%s: expects Rate, <Period>, <Tier>, or <Prices> with File or "
                 "URL, found none (an empty <Prices> counts for nothing)",
                 where);
  else
    option_error(reporter,
                 "%s: option Rate is missing: no Period covers %s %02u:%02u",
                 where, date, hole->second / 3600, hole->second / 60 % 60);
}

static void warn_of(const struct tariff_period *p, const char *what,
                    struct option_reporter *reporter) {
  unsigned line = reporter->line;

  reporter->line = p->line;
  tariff_config_warn(reporter, "<Period \"%s\">: %s", p->name, what);
  reporter->line = line;
}

/* Goes through two years: which periods of a component are ever the first to
 * match, and which moment none covers. */
static void check_cover(const struct tariff *t, struct tariff_component *c,
                        int first_day, struct option_reporter *reporter) {
  bool used[TARIFF_LIST_MAX] = {false};
  bool matches[TARIFF_LIST_MAX] = {false};
  struct calendar_local hole = {0};
  bool holes = false;

  for (int day = first_day; day < first_day + 731; day++)
    for (size_t cut = 0; cut < t->cuts_num; cut++) {
      const struct calendar_local now = {
          .day = day, .second = cut > 0 ? t->cuts[cut - 1] * 60 : 0};
      size_t all = c->periods_num;
      int first = tariff_period_at(t, c, &now);

      if (first >= 0)
        used[first] = true;
      else if (!holes)
        hole = now;
      holes |= first < 0;
      for (size_t i = 0; i < all && first >= 0; i++) {
        struct tariff_component alone = *c;

        if (used[i] || matches[i])
          continue;
        alone.periods = &c->periods[i];
        alone.periods_num = 1;
        matches[i] = tariff_period_at(t, &alone, &now) == 0;
      }
    }
  for (size_t i = 0; i < c->periods_num; i++)
    if (matches[i] && !used[i])
      warn_of(&c->periods[i],
              "never counts, for Periods before it cover all of its hours",
              reporter);
  if (holes && !c->base.given && !c->prices.given)
    say_hole(t, c, &hole, reporter);
}

static void check_rate(const struct tariff *t, const struct tariff_rate *r,
                       const char *where, struct option_reporter *reporter) {
  double most = r->tiers_num == 0 ? r->rate : 0;

  for (size_t i = 0; i < r->tiers_num; i++)
    most = fmax(most, r->tiers[i].rate);
  if (most > LOOKS_LIKE_CENTS &&
      (strcmp(t->currency, "EUR") == 0 || strcmp(t->currency, "USD") == 0 ||
       strcmp(t->currency, "GBP") == 0))
    tariff_config_warn(reporter, "%s: Rate %g looks like cents, not %s", where,
                       most, t->currency);
}

void tariff_config_check(struct tariff *t, struct option_reporter *reporter) {
  int first = t->from != TARIFF_ALWAYS ? t->from : calendar_day_of(2026, 1, 1);

  for (size_t i = 0; i < t->components_num; i++) {
    struct tariff_component *c = &t->components[i];
    char where[TARIFF_WHERE_SIZE];

    check_cover(t, c, first, reporter);
    snprintf(where, sizeof(where), "<Tariff>, %s", c->name);
    check_rate(t, &c->base, where, reporter);
    if (c->prices.given && !isnan(c->prices.fallback))
      check_rate(t, &(struct tariff_rate){.rate = c->prices.fallback}, where,
                 reporter);
    for (size_t p = 0; p < c->periods_num; p++) {
      snprintf(where, sizeof(where), "<Period \"%s\">", c->periods[p].name);
      reporter->line = c->periods[p].line;
      check_rate(t, &c->periods[p].rate, where, reporter);
    }
    reporter->line = t->line;
    c->prices.how.taxed = t->taxes_num == 0;
  }
}
