/* SPDX-License-Identifier: MIT */
/* Prices of <Tariff> blocks: tiers, periods, series, components. */
#include <config.h>

#include "energy/tariff/price_url.h"
#include "energy/tariff/tariff_config_internal.h"

#include "base/text.h"
#include "energy/tariff/tariff_words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- Rate and <Tier> -- */

struct tier_options {
  double rate;
  double up_to; /* NAN: not given */
  bool per_day;
};

static void read_up_to(void *target, const struct conf_item *item,
                       struct option_reporter *reporter) {
  struct tier_options *tier = target;
  bool good = item->values_num >= 1 && item->values_num <= 2 &&
              item->values[0].kind == CONF_NUMBER &&
              item->values[0].number > 0 && item->values[0].number < 1e9;

  if (good && item->values_num == 2)
    good = tier->per_day = item->values[1].kind == CONF_STRING &&
                           text_same(item->values[1].string, "day");
  if (good)
    tier->up_to = item->values[0].number;
  else
    option_unexpected(item, "<Tier>",
                      "kWh above 0, and \"day\" when they are meant a day, as "
                      "in UpTo 10.5 \"day\"",
                      reporter);
}

const struct option tariff_tier_table[] = {
    {.name = "UpTo", .type = OPTION_BLOCK, .block = read_up_to, .once = true},
    {.name = "Rate",
     .type = OPTION_NUMBER,
     .offset = offsetof(struct tier_options, rate),
     .min = -TARIFF_PRICE_MAX,
     .max = TARIFF_PRICE_MAX},
    {0},
};

void tariff_config_tier(void *target, const struct conf_item *item,
                        struct option_reporter *reporter) {
  struct rate_options *price = target;
  struct tariff_rate *table = &price->table;
  struct tier_options tier = {.rate = NAN, .up_to = NAN};
  struct tariff_tier *grown;
  unsigned before = reporter->errors;

  if (item->values_num > 0 && item->values[0].kind == CONF_NUMBER)
    option_error(reporter,
                 "<Tier %g>: expects no number, its bound is UpTo in it",
                 item->values[0].number);
  options_read(tariff_tier_table, &tier, item, "<Tier>", reporter);
  if (isnan(tier.rate) && reporter->errors == before)
    option_error(reporter, "<Tier>: option Rate is missing");
  if (reporter->errors > before) {
    price->tier_lost = true;
    return;
  }
  grown = tariff_config_grow(table->tiers, table->tiers_num, sizeof(*grown),
                             "<Tier>", reporter);
  if (grown == NULL)
    return;
  table->tiers = grown;
  table->tiers[table->tiers_num++] =
      (struct tariff_tier){.up_to = isnan(tier.up_to) ? INFINITY : tier.up_to,
                           .per_day = tier.per_day,
                           .rate = tier.rate};
}

static double end_of(const struct tariff_tier *tier, int days) {
  return tier->per_day ? days * tier->up_to : tier->up_to;
}

/* Where some count by the day they have to rise in every month. */
static bool rises(const struct tariff_tier *tier) {
  enum { SHORTEST = 28, LONGEST = 31 };

  return end_of(tier, SHORTEST) > end_of(tier - 1, SHORTEST) &&
         end_of(tier, LONGEST) > end_of(tier - 1, LONGEST);
}

static const char *unit_of(const struct tariff_tier *tier) {
  return tier->per_day ? " \"day\"" : "";
}

static void check_tiers(const struct tariff_rate *table, const char *where,
                        struct option_reporter *reporter) {
  for (size_t i = 0; i < table->tiers_num; i++) {
    const struct tariff_tier *tier = &table->tiers[i];
    bool last = i + 1 == table->tiers_num;

    if (last && isfinite(tier->up_to))
      option_error(reporter,
                   "%s: the last <Tier> expects no UpTo, found UpTo %g: what "
                   "does a kWh cost beyond it?",
                   where, tier->up_to);
    else if (!last && isinf(tier->up_to))
      option_error(reporter,
                   "%s: <Tier> number %zu expects UpTo, for others follow it",
                   where, i + 1);
    else if (i > 0 && !last && !rises(tier))
      option_error(
          reporter,
          "%s: option UpTo expects a number that rises from <Tier> to "
          "<Tier>%s, found %g%s after %g%s",
          where, tier->per_day != tier[-1].per_day ? " in every month" : "",
          tier->up_to, unit_of(tier), tier[-1].up_to, unit_of(tier - 1));
  }
}

/* Rate and tiers of a block into one table. */
static void finish_rate(struct rate_options *price, struct tariff_rate *out,
                        bool prices, const char *where,
                        struct option_reporter *reporter) {
  if (!price->tier_lost) /* one mistake is one line */
    check_tiers(&price->table, where, reporter);
  if (!isnan(price->rate) && prices)
    option_error(reporter, "%s: expects Rate or <Prices>, found both", where);
  else if (price->table.tiers_num > 0 && prices)
    option_error(reporter, "%s: expects <Tier> or <Prices>, found both", where);
  else if (!isnan(price->rate) && price->table.tiers_num > 0)
    option_error(reporter, "%s: expects Rate or <Tier>, found both", where);
  *out = price->table;
  price->table = (struct tariff_rate){0};
  out->rate = isnan(price->rate) ? 0 : price->rate;
  out->given = !isnan(price->rate) || out->tiers_num > 0;
}

/* -- <Period> -- */

struct period_options {
  struct rate_options price;
  struct tariff_period period;
  struct option_strings days, hours, months;
};

#define AT(member) offsetof(struct period_options, member)
static const struct option_hint period_hints[] = {
    {"Time", "say Hours"},
    {"From", "say Hours \"16:00-21:00\""},
    {"Start", "say Hours \"16:00-21:00\""},
    {"Price", "say Rate"},
    {"Prices", "it stands in <Tariff> or <Component>, beside <Period>"},
    {"Weekdays", "say Days \"Mon-Fri\""},
    {"Weekend", "say Days \"Sat,Sun\""},
    {0},
};

const struct option tariff_period_table[] = {
    {.name = "Days", .type = OPTION_STRINGS, .offset = AT(days)},
    {.name = "Hours", .type = OPTION_STRINGS, .offset = AT(hours)},
    {.name = "Months", .type = OPTION_STRINGS, .offset = AT(months)},
    TARIFF_RATE_ROW,
    {.name = "Tier", .type = OPTION_BLOCK, .block = tariff_config_tier},
    {.hints = period_hints},
};
#undef AT

void tariff_config_period(void *target, const struct conf_item *item,
                          struct option_reporter *reporter) {
  struct component_options *c = target;
  struct period_options o = {.price = {.rate = NAN, .tariff = c->price.tariff}};
  struct tariff_period *grown;
  char where[TARIFF_WHERE_SIZE];
  unsigned before = reporter->errors;
  const char *name = option_block_name(item, "<Tariff>", reporter);

  if (name == NULL)
    return;
  conf_describe(item, where, sizeof(where));
  tariff_config_name(o.period.name, name);
  options_read(tariff_period_table, &o, item, where, reporter);
  o.period.line = item->line;
  reporter->line = option_line(item, "Days");
  (void)tariff_words_days(&o.days, o.price.tariff, &o.period, where, reporter);
  reporter->line = option_line(item, "Hours");
  (void)tariff_words_hours(&o.hours, &o.period, where, reporter);
  reporter->line = option_line(item, "Months");
  (void)tariff_words_months(&o.months, &o.period.months, where, reporter);
  reporter->line = item->line;
  finish_rate(&o.price, &o.period.rate, false, where, reporter);
  if (!o.period.rate.given && reporter->errors == before)
    option_error(reporter,
                 "%s: option Rate is missing, found neither it nor <Tier> "
                 "(<Prices> stands beside <Period>)",
                 where);
  grown = tariff_config_grow(c->component.periods, c->component.periods_num,
                             sizeof(*grown), where, reporter);
  if (grown != NULL) {
    c->component.periods = grown;
    grown[c->component.periods_num++] = o.period;
  } else {
    free(o.period.hours);
    free(o.period.rate.tiers);
  }
  option_strings_free(&o.days);
  option_strings_free(&o.hours);
  option_strings_free(&o.months);
}

/* -- <Prices> -- */

struct prices_options {
  struct tariff_prices prices;
  int format, unit;
};

static const char *const formats[] = {"auto",    "csv",    "awattar",
                                      "octopus", "tibber", NULL};
static const char *const units[] = {"", "kWh", "MWh", NULL};

#define AT(member) offsetof(struct prices_options, member)
#define PRICE(member)                                                          \
  .min = -TARIFF_PRICE_MAX, .max = TARIFF_PRICE_MAX, .offset = AT(member)
const struct option tariff_prices_table[] = {
    {.name = "File", .type = OPTION_STRING, .offset = AT(prices.file)},
    {.name = "URL", .type = OPTION_STRING, .offset = AT(prices.url)},
    {.name = "Format",
     .type = OPTION_CHOICE,
     .offset = AT(format),
     .choices = formats},
    {.name = "Unit",
     .type = OPTION_CHOICE,
     .offset = AT(unit),
     .choices = units},
    {.name = "Factor", .type = OPTION_NUMBER, PRICE(prices.factor)},
    {.name = "Max", .type = OPTION_NUMBER, PRICE(prices.max)},
    {.name = "Min", .type = OPTION_NUMBER, PRICE(prices.min)},
    {.name = "Fallback", .type = OPTION_NUMBER, PRICE(prices.fallback)},
    {0},
};
#undef AT
#undef PRICE

static void prices_clear(struct tariff_prices *p) {
  free(p->file);
  free(p->url);
  free(p->label);
  *p = (struct tariff_prices){
      .given = true, .factor = 1, .max = NAN, .min = NAN, .fallback = NAN};
}

void tariff_config_prices(void *target, const struct conf_item *item,
                          struct option_reporter *reporter) {
  struct component_options *c = target;
  struct prices_options o = {0};
  static const char FILE_URL[] = "file://";
  unsigned before = reporter->errors;

  if (c->component.prices.given) {
    option_error(reporter, "<Prices> stands twice in one block");
    return;
  }
  prices_clear(&o.prices);
  o.prices.line = item->line;
  if (item->values_num == 1 && item->values[0].kind == CONF_STRING)
    o.prices.label = strdup(item->values[0].string);
  options_read(tariff_prices_table, &o, item, "<Prices>", reporter);
  if (o.prices.url != NULL && o.prices.file == NULL &&
      strncmp(o.prices.url, FILE_URL, strlen(FILE_URL)) == 0) {
    o.prices.file = strdup(o.prices.url + strlen(FILE_URL));
    free(o.prices.url);
    o.prices.url = NULL;
  }
  if (o.prices.file == NULL && o.prices.url == NULL &&
      reporter->errors == before)
    option_error(reporter, "<Prices>: expects File or URL, found neither");
  if (o.prices.file != NULL && o.prices.url != NULL)
    option_error(reporter, "<Prices>: expects File or URL, found both");
  if (o.prices.url != NULL && !price_url_is_good(o.prices.url))
    option_error(reporter,
                 "<Prices>: option URL expects http:// or https:// with a "
                 "host, at most %d characters",
                 PRICE_URL_MAX);
  if (o.prices.max < o.prices.min)
    option_error(reporter,
                 "<Prices>: option Max expects at least Min, found %g below %g",
                 o.prices.max, o.prices.min);
  o.prices.how.format = (enum price_format)o.format;
  o.prices.how.per_mwh = o.unit == 2;
  o.prices.how.unit_given = o.unit != 0;
  c->component.prices = o.prices;
}

/* -- <Component> -- */

void tariff_config_component_init(struct component_options *c,
                                  const struct tariff *t) {
  *c = (struct component_options){.price = {.rate = NAN, .tariff = t}};
}

static const struct option_hint component_hints[] = {
    {"Tax", "it stands in <Tariff>, for all components"},
    {"Charge", "it stands in <Tariff>"},
    {"DayType", "it stands in <Tariff>, for all components"},
    {"Currency", "it stands in <Tariff>"},
    {"Hours", "say it in a <Period \"name\">"},
    {"Days", "say it in a <Period \"name\">"},
    {"Months", "say it in a <Period \"name\">"},
    {"Price", "say Rate"},
    {0},
};

const struct option tariff_component_table[] = {
    TARIFF_RATE_ROW,
    {.name = "Period", .type = OPTION_BLOCK, .block = tariff_config_period},
    {.name = "Tier", .type = OPTION_BLOCK, .block = tariff_config_tier},
    {.name = "Prices", .type = OPTION_BLOCK, .block = tariff_config_prices},
    {.hints = component_hints},
};

void tariff_config_component(struct tariff *t, struct component_options *c,
                             const char *where,
                             struct option_reporter *reporter) {
  struct tariff_component *grown;

  finish_rate(&c->price, &c->component.base, c->component.prices.given, where,
              reporter);
  grown = tariff_config_grow(t->components, t->components_num, sizeof(*grown),
                             where, reporter);
  if (grown == NULL)
    return;
  t->components = grown;
  t->components[t->components_num++] = c->component;
}
