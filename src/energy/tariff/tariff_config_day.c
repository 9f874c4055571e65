/* SPDX-License-Identifier: MIT */
/* What other parts of a <Tariff> refer to by name: taxes, types of days. */
#include <config.h>

#include "energy/tariff/tariff_config_internal.h"

#include "base/text.h"
#include "energy/tariff/tariff_words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EASTER_MAX = 366 };

/* -- Tax -- */

/* Whether Taxes can say it, and means it alone. */
static bool is_tax_name(const char *name) {
  return name[strspn(name, " ")] != '\0' && strchr(name, ',') == NULL &&
         !text_same(name, TARIFF_NO_TAX);
}

/* One of the same name, or NULL. */
static const struct tariff_tax *tax_called(const struct tariff *t,
                                           const char *name) {
  for (size_t i = 0; i < t->taxes_num; i++)
    if (text_same(t->taxes[i].name, name))
      return &t->taxes[i];
  return NULL;
}

static void check_tax(const struct tariff *t, const struct conf_item *item,
                      struct option_reporter *reporter) {
  const char *name = item->values[0].string;
  double percent = item->values[1].number;

  if (!(percent >= 0 && percent <= 100))
    option_error(reporter,
                 "<Tariff>: option Tax expects a name and percent from 0 to "
                 "100, as in Tax \"VAT\" 19, found %g",
                 percent);
  else if (!is_tax_name(name))
    option_unexpected(item, "<Tariff>",
                      "a name without a comma that is not \"none\", for Taxes "
                      "could not say it",
                      reporter);
  else if (tax_called(t, name) != NULL)
    option_error(reporter,
                 "<Tariff>: option Tax expects a name of its own for each "
                 "tax, found two of \"%.60s\"",
                 tax_called(t, name)->name);
}

/* One with a mistake is known by its name all the same: charges that name it
 * are no mistake. */
void tariff_config_tax(struct tariff *t, const struct conf_item *item,
                       struct option_reporter *reporter) {
  struct tariff_tax *grown;

  if (item->values_num != 2 || item->values[0].kind != CONF_STRING ||
      item->values[1].kind != CONF_NUMBER) {
    option_unexpected(item, "<Tariff>",
                      "a name and percent from 0 to 100, as in Tax \"VAT\" 19",
                      reporter);
    return;
  }
  check_tax(t, item, reporter);
  grown = tariff_config_grow(t->taxes, t->taxes_num, sizeof(*grown), "<Tariff>",
                             reporter);
  if (grown == NULL)
    return;
  t->taxes = grown;
  tariff_config_name(grown[t->taxes_num].name, item->values[0].string);
  grown[t->taxes_num++].factor = 1 + item->values[1].number / 100;
}

/* -- <DayType> -- */

struct day_type_options {
  struct tariff_day_type type;
  struct option_strings dates;
  char *starts;
};

static void read_easter(void *target, const struct conf_item *item,
                        struct option_reporter *reporter) {
  struct tariff_day_type *type = target;
  char where[TARIFF_WHERE_SIZE];

  for (size_t i = 0; i < item->values_num; i++) {
    const struct conf_value *v = &item->values[i];
    int *grown;

    if (v->kind != CONF_NUMBER || fabs(v->number) > EASTER_MAX ||
        v->number > floor(v->number)) {
      snprintf(where, sizeof(where), "<DayType \"%s\">", type->name);
      option_unexpected(item, where,
                        "whole days from Easter Sunday, as in Easter 1 39",
                        reporter);
      return;
    }
    grown = realloc(type->easter, (type->easter_num + 1) * sizeof(*grown));
    if (grown == NULL)
      return;
    type->easter = grown;
    type->easter[type->easter_num++] = (int)v->number;
  }
}

#define AT(member) offsetof(struct day_type_options, member)
const struct option tariff_day_type_table[] = {
    {.name = "Date", .type = OPTION_STRINGS, .offset = AT(dates)},
    {.name = "Easter", .type = OPTION_BLOCK, .block = read_easter},
    {.name = "File", .type = OPTION_STRING, .offset = AT(type.file)},
    {.name = "Starts", .type = OPTION_STRING, .offset = AT(starts)},
    {0},
};
#undef AT

/* The first of two would hide the other, and one that is called Mon Monday. */
static bool has_own_name(const struct tariff *t,
                         const struct tariff_day_type *type, const char *where,
                         struct option_reporter *reporter) {
  for (size_t i = 0; i < t->day_types_num; i++)
    if (text_same(t->day_types[i].name, type->name)) {
      option_error(reporter, "%s stands twice", where);
      return false;
    }
  if (tariff_words_is_weekdays(type->name)) {
    option_error(reporter,
                 "%s: expects a name that is no weekday, for Days could mean "
                 "either",
                 where);
    return false;
  }
  if (strchr(type->name, ',') != NULL) {
    option_error(reporter,
                 "%s: expects a name without a comma, for Days could not say "
                 "it",
                 where);
    return false;
  }
  return true;
}

void tariff_config_day_type(struct tariff *t, const struct conf_item *item,
                            struct option_reporter *reporter) {
  struct day_type_options o = {0};
  struct tariff_day_type *grown;
  char where[TARIFF_WHERE_SIZE];
  const char *name = option_block_name(item, "<Tariff>", reporter);
  unsigned before = reporter->errors;

  if (name == NULL)
    return;
  conf_describe(item, where, sizeof(where));
  tariff_config_name(o.type.name, name);
  o.type.line = item->line;
  if (!has_own_name(t, &o.type, where, reporter))
    return;
  options_read(tariff_day_type_table, &o, item, where, reporter);
  reporter->line = option_line(item, "Date");
  (void)tariff_words_dates(&o.dates, &o.type, where, reporter);
  reporter->line = option_line(item, "Starts");
  if (o.starts != NULL &&
      !tariff_words_time(o.starts, 24 * 60 - 1, &o.type.starts))
    option_error(
        reporter,
        "%s: option Starts expects a time as in 06:00, found \"%.60s\"", where,
        o.starts);
  reporter->line = item->line;
  if (o.dates.count == 0 && o.type.easter_num == 0 && o.type.file == NULL &&
      reporter->errors == before)
    option_error(reporter, "%s: expects Date, Easter or File, found none",
                 where);
  option_strings_free(&o.dates);
  free(o.starts);
  grown = tariff_config_grow(t->day_types, t->day_types_num, sizeof(*grown),
                             where, reporter);
  if (grown == NULL)
    return;
  t->day_types = grown;
  t->day_types[t->day_types_num++] = o.type;
}
