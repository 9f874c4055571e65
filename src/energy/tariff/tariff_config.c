/* SPDX-License-Identifier: MIT */
/* Reading <Tariff> blocks: see tariff_config.h. */
#include <config.h>

#include "energy/tariff/tariff_config_internal.h"

#include "base/text.h"
#include "energy/tariff/tariff_words.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tariff_options {
  struct component_options main;
  struct tariff tariff;
  char *from, *currency;
  double daily, monthly, yearly; /* NAN: not given */
};

/* One that was copied and not changed counts twice. */
static void warn_of_copy(const struct tariff *t, const char *name,
                         const char *where, struct option_reporter *reporter) {
  for (size_t i = 0; i < t->components_num; i++)
    if (text_same(t->components[i].name, name)) {
      tariff_config_warn(reporter, "%s stands twice: both are added", where);
      return;
    }
}

/* The main part has its place before all others. */
static void read_component(void *target, const struct conf_item *item,
                           struct option_reporter *reporter) {
  struct tariff_options *o = target;
  struct component_options c;
  char where[TARIFF_WHERE_SIZE];
  const char *name = option_block_name(item, "<Tariff>", reporter);

  if (name == NULL)
    return;
  conf_describe(item, where, sizeof(where));
  tariff_config_component_init(&c, &o->tariff);
  tariff_config_name(c.component.name, name);
  warn_of_copy(&o->tariff, c.component.name, where, reporter);
  options_read(tariff_component_table, &c, item, where, reporter);
  tariff_config_component(&o->tariff, &c, where, reporter);
}

/* -- <Charge> -- */

struct charge_options {
  double amounts[3]; /* by enum tariff_per; NAN: not given */
  struct option_strings months, taxes;
};

#define AMOUNT(per)                                                            \
  .type = OPTION_NUMBER, .min = -TARIFF_AMOUNT_MAX, .max = TARIFF_AMOUNT_MAX,  \
  .offset = offsetof(struct charge_options, amounts[per])
const struct option tariff_charge_table[] = {
    {.name = "PerDay", AMOUNT(PER_DAY)},
    {.name = "PerMonth", AMOUNT(PER_MONTH)},
    {.name = "PerYear", AMOUNT(PER_YEAR)},
    {.name = "Months",
     .type = OPTION_STRINGS,
     .offset = offsetof(struct charge_options, months)},
    {.name = "Taxes",
     .type = OPTION_STRINGS,
     .offset = offsetof(struct charge_options, taxes)},
    {0},
};
#undef AMOUNT

static void add_charge(struct tariff *t, const struct tariff_charge *charge,
                       const char *where, struct option_reporter *reporter) {
  struct tariff_charge *grown = tariff_config_grow(
      t->charges, t->charges_num, sizeof(*grown), where, reporter);

  if (grown == NULL)
    return;
  t->charges = grown;
  t->charges[t->charges_num++] = *charge;
}

static void read_charge(void *target, const struct conf_item *item,
                        struct option_reporter *reporter) {
  struct tariff_options *o = target;
  struct charge_options in = {.amounts = {NAN, NAN, NAN}};
  struct tariff_charge charge = {0};
  char where[TARIFF_WHERE_SIZE];
  unsigned given = 0;
  const char *name = option_block_name(item, "<Tariff>", reporter);
  unsigned before = reporter->errors;

  if (name == NULL)
    return;
  conf_describe(item, where, sizeof(where));
  tariff_config_name(charge.name, name);
  options_read(tariff_charge_table, &in, item, where, reporter);
  for (unsigned i = 0; i < 3; i++)
    if (!isnan(in.amounts[i])) {
      charge.per = (enum tariff_per)i;
      charge.amount = in.amounts[i];
      given++;
    }
  if (given != 1 && reporter->errors == before)
    option_error(reporter,
                 "%s: expects one of PerDay, PerMonth, PerYear, found "
                 "%s",
                 where, given == 0 ? "none" : "several");
  reporter->line = option_line(item, "Months");
  (void)tariff_words_months(&in.months, &charge.months, where, reporter);
  reporter->line = option_line(item, "Taxes");
  (void)tariff_words_taxes(&in.taxes, &o->tariff, &charge.taxes, where,
                           reporter);
  reporter->line = item->line;
  option_strings_free(&in.months);
  option_strings_free(&in.taxes);
  add_charge(&o->tariff, &charge, where, reporter);
}

static void add_shorthand(struct tariff *t, enum tariff_per per, double amount,
                          const char *name, struct option_reporter *reporter) {
  struct tariff_charge charge = {
      .per = per, .amount = amount, .months = ALL_MONTHS, .taxes = UINT64_MAX};

  if (isnan(amount))
    return;
  tariff_config_name(charge.name, name);
  add_charge(t, &charge, "<Tariff>", reporter);
}

/* -- <Tariff> -- */

static void read_minimum(void *target, const struct conf_item *item,
                         struct option_reporter *reporter) {
  struct tariff_options *o = target;
  const char *per = item->values_num == 2 && item->values[1].kind == CONF_STRING
                        ? item->values[1].string
                        : "";

  if (item->values_num == 2 && item->values[0].kind == CONF_NUMBER &&
      item->values[0].number >= 0 &&
      item->values[0].number <= TARIFF_AMOUNT_MAX &&
      (text_same(per, "day") || text_same(per, "month"))) {
    o->tariff.minimum = item->values[0].number;
    o->tariff.minimum_per = text_same(per, "day") ? PER_DAY : PER_MONTH;
  } else {
    option_unexpected(item, "<Tariff>",
                      "an amount and \"day\" or \"month\", as in MinimumCharge "
                      "0.40 \"day\"",
                      reporter);
  }
}

#define NOT_MEASURED "not supported, because plugs do not measure it"

static void refuse(void *target, const struct conf_item *item,
                   struct option_reporter *reporter) {
  (void)target;
  option_error(reporter, "<Tariff>: %.60s is " NOT_MEASURED, item->key);
}

/* Those that others refer to were read before everything else. */
static void was_read(void *target, const struct conf_item *item,
                     struct option_reporter *reporter) {
  (void)target;
  (void)item;
  (void)reporter;
}

#define AT(member) offsetof(struct tariff_options, member)
#define AMOUNT(member)                                                         \
  .type = OPTION_NUMBER, .min = -TARIFF_AMOUNT_MAX, .max = TARIFF_AMOUNT_MAX,  \
  .offset = AT(member)
static const struct option_hint tariff_hints[] = {
    {"Price", "say Rate, or <Prices> for a file or an address"},
    {"PriceURL", "say URL, in <Prices>"},
    {"PriceFile", "say File, in <Prices>"},
    {"URL", "say it in <Prices>"},
    {"File", "say it in <Prices>"},
    {"VAT", "say Tax \"VAT\" 19"},
    {"ValidFrom", "say From"},
    {"Until", "the next <Tariff> with a later From ends this one"},
    {"Hours", "say it in a <Period \"name\">"},
    {"Days", "say it in a <Period \"name\">"},
    {"Months", "say it in a <Period \"name\">"},
    {"TimeZone", "it is the machine's own: timedatectl set-timezone"},
    {"FeedIn", NOT_MEASURED},
    {"ExportRate", NOT_MEASURED},
    {"DemandCharge", NOT_MEASURED},
    {0},
};

const struct option tariff_options_table[] = {
    {.name = "From", .type = OPTION_STRING, .offset = AT(from)},
    {.name = "Currency", .type = OPTION_STRING, .offset = AT(currency)},
    {.name = "BillingDay",
     .type = OPTION_COUNT,
     .offset = AT(tariff.billing_day),
     .min = 1,
     .max = 31},
    TARIFF_RATE_ROW,
    {.name = "DailyCharge", AMOUNT(daily)},
    {.name = "MonthlyCharge", AMOUNT(monthly)},
    {.name = "YearlyCharge", AMOUNT(yearly)},
    {.name = "MinimumCharge",
     .type = OPTION_BLOCK,
     .block = read_minimum,
     .once = true},
    {.name = "Tax", .type = OPTION_BLOCK, .block = was_read},
    {.name = "OtherUse",
     .type = OPTION_NUMBER,
     .offset = AT(tariff.other_use),
     .min = 0,
     .max = 10000},
    {.name = "Charge", .type = OPTION_BLOCK, .block = read_charge},
    {.name = "DayType", .type = OPTION_BLOCK, .block = was_read},
    {.name = "Period", .type = OPTION_BLOCK, .block = tariff_config_period},
    {.name = "Tier", .type = OPTION_BLOCK, .block = tariff_config_tier},
    {.name = "Prices", .type = OPTION_BLOCK, .block = tariff_config_prices},
    {.name = "Component", .type = OPTION_BLOCK, .block = read_component},
    {.name = "Export", .type = OPTION_BLOCK, .block = refuse},
    {.name = "Demand", .type = OPTION_BLOCK, .block = refuse},
    {.hints = tariff_hints},
};
#undef AT
#undef AMOUNT

static void take_from(struct tariff *t, const char *text,
                      struct option_reporter *reporter) {
  t->from = TARIFF_ALWAYS;
  if (text != NULL && !calendar_parse_date(text, &t->from))
    option_error(reporter,
                 "<Tariff>: option From expects a date as in 2026-01-31, found "
                 "\"%.60s\"",
                 text);
}

static void take_currency(struct tariff *t, const char *text,
                          struct option_reporter *reporter) {
  size_t i = 0;

  if (text == NULL)
    return;
  while (i < CURRENCY_SIZE - 1 && isalpha((unsigned char)text[i])) {
    t->currency[i] = (char)toupper((unsigned char)text[i]);
    i++;
  }
  if (i != CURRENCY_SIZE - 1 || text[i] != '\0')
    option_error(reporter,
                 "<Tariff>: option Currency expects three letters as in EUR, "
                 "found \"%.60s\"",
                 text);
}

/* What the price of the market is called in reports: by its block, else by
 * its file where it is all there is. */
static void name_main(struct tariff_options *o) {
  struct tariff_component *c = &o->main.component;
  const char *file = c->prices.file;

  if (!c->prices.given) {
    tariff_config_name(c->name, "energy");
  } else if (c->prices.label != NULL) {
    tariff_config_name(c->name, c->prices.label);
  } else if (file != NULL && o->tariff.components_num == 0) {
    const char *slash = strrchr(file, '/');

    tariff_config_name(c->name, slash != NULL ? slash + 1 : file);
    c->name[strcspn(c->name, ".")] = '\0';
  } else {
    tariff_config_name(c->name, "spot");
  }
}

static void put_main_first(struct tariff_options *o,
                           struct option_reporter *reporter) {
  const struct component_options *m = &o->main;
  struct tariff *t = &o->tariff;
  bool empty = isnan(m->price.rate) && m->price.table.tiers_num == 0 &&
               !m->component.prices.given && m->component.periods_num == 0;

  name_main(o);
  if (empty && t->components_num > 0)
    return;
  tariff_config_component(t, &o->main, "<Tariff>", reporter);
  o->main.component = (struct tariff_component){0};
  for (size_t i = t->components_num - 1; i > 0; i--) {
    struct tariff_component moved = t->components[i];

    t->components[i] = t->components[i - 1];
    t->components[i - 1] = moved;
  }
}

static bool fits(const struct tariffs *set, const struct tariff *t,
                 struct option_reporter *reporter) {
  for (size_t i = 0; i < set->num; i++) {
    const struct tariff *other = &set->items[i];
    char date[CALENDAR_DATE_SIZE] = "the beginning";

    if (t->from != TARIFF_ALWAYS)
      calendar_format_date(t->from, date);
    if (other->from == t->from) {
      option_error(reporter,
                   "<Tariff>: option From expects another date in each "
                   "<Tariff>, found two from %s",
                   date);
      return false;
    }
    if (strcmp(other->currency, t->currency) != 0) {
      option_error(reporter,
                   "<Tariff>: option Currency expects %s as in the other "
                   "<Tariff>, found %s: what was paid in two currencies cannot "
                   "be summed (kasactl energy currency)",
                   other->currency[0] != '\0' ? other->currency : "none",
                   t->currency[0] != '\0' ? t->currency : "none");
      return false;
    }
  }
  return true;
}

static bool insert(struct tariffs *set, struct tariff *t,
                   struct option_reporter *reporter) {
  struct tariff *grown;
  size_t at = set->num;

  if (!fits(set, t, reporter))
    return false;
  grown = tariff_config_grow(set->items, set->num, sizeof(*grown), "<Tariff>",
                             reporter);
  if (grown == NULL)
    return false;
  set->items = grown;
  for (; at > 0 && set->items[at - 1].from > t->from; at--)
    set->items[at] = set->items[at - 1];
  set->items[at] = *t;
  set->num++;
  return true;
}

/* What periods and charges refer to by name. */
static void read_names(struct tariff *t, const struct conf_item *block,
                       struct option_reporter *reporter) {
  for (size_t i = 0; i < block->children_num; i++) {
    const struct conf_item *item = &block->children[i];

    reporter->line = item->line;
    if (text_same(item->key, "DayType"))
      tariff_config_day_type(t, item, reporter);
    else if (text_same(item->key, "Tax"))
      tariff_config_tax(t, item, reporter);
  }
}

void tariff_config_read(struct tariffs *set, const struct conf_item *block,
                        struct option_reporter *reporter) {
  struct tariff_options o = {.daily = NAN, .monthly = NAN, .yearly = NAN};
  unsigned before = reporter->errors;

  tariff_config_component_init(&o.main, &o.tariff);
  o.tariff.line = block->line;
  o.tariff.minimum = NAN;
  read_names(&o.tariff, block, reporter);
  options_read(tariff_options_table, &o, block, "<Tariff>", reporter);
  reporter->line = option_line(block, "From");
  take_from(&o.tariff, o.from, reporter);
  reporter->line = option_line(block, "Currency");
  take_currency(&o.tariff, o.currency, reporter);
  reporter->line = block->line;
  add_shorthand(&o.tariff, PER_DAY, o.daily, "DailyCharge", reporter);
  add_shorthand(&o.tariff, PER_MONTH, o.monthly, "MonthlyCharge", reporter);
  add_shorthand(&o.tariff, PER_YEAR, o.yearly, "YearlyCharge", reporter);
  put_main_first(&o, reporter);
  if (tariff_finish(&o.tariff) < 0)
    option_error(reporter, "<Tariff>: out of memory");
  else if (reporter->errors == before)
    tariff_config_check(&o.tariff, reporter);
  free(o.from);
  free(o.currency);
  if (reporter->errors > before || !insert(set, &o.tariff, reporter))
    tariff_free(&o.tariff);
}

void tariff_config_finish(struct tariffs *set, unsigned billing_day, int today,
                          struct option_reporter *reporter) {
  const struct tariff *first = set->items;

  for (size_t i = 0; i < set->num; i++)
    if (set->items[i].billing_day == 0)
      set->items[i].billing_day = billing_day;
  if (set->num == 0)
    return;
  reporter->line = first->line;
  if (first->from > today) {
    char date[CALENDAR_DATE_SIZE];

    calendar_format_date(first->from, date);
    tariff_config_warn(reporter,
                       "<Tariff>: costs start on %s, no earlier From is given",
                       date);
  }
}

void tariff_config_look_for_currency(const struct tariffs *set,
                                     struct option_reporter *reporter) {
  if (set->num == 0 || tariffs_currency(set)[0] != '\0')
    return;
  reporter->line = set->items[0].line;
  tariff_config_warn(reporter,
                     "<Tariff>: option Currency is missing, as in EUR: kasactl "
                     "energy and reports show no costs without it");
}
