/* SPDX-License-Identifier: MIT */
/* Days, hours, months and dates of tariffs: see tariff_words.h. */
#include <config.h>

#include "energy/tariff/tariff_words.h"

#include "base/text.h"
#include "energy/calendar.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_SIZE = TARIFF_NAME_SIZE, DAY_MINUTES = 1440, LEAP_YEAR = 2024 };

static const char *const weekdays_long[] = {"Monday",   "Tuesday", "Wednesday",
                                            "Thursday", "Friday",  "Saturday",
                                            "Sunday",   NULL};
static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May",
                                     "Jun", "Jul", "Aug", "Sep", "Oct",
                                     "Nov", "Dec", NULL};
static const char *const months_long[] = {
    "January", "February",  "March",   "April",    "May",      "June", "July",
    "August",  "September", "October", "November", "December", NULL};

static int index_of(const char *word, const char *const *names) {
  for (int i = 0; names[i] != NULL; i++)
    if (text_same(word, names[i]))
      return i;
  return -1;
}

static int number_of(const char *word, const char *const *brief,
                     const char *const *full) {
  int i = index_of(word, brief);

  return i >= 0 ? i : index_of(word, full);
}

static bool copy_trimmed(const char *from, size_t len, char out[WORD_SIZE]) {
  while (len > 0 && isspace((unsigned char)*from)) {
    from++;
    len--;
  }
  while (len > 0 && isspace((unsigned char)from[len - 1]))
    len--;
  if (len >= WORD_SIZE)
    len = WORD_SIZE - 1;
  memcpy(out, from, len);
  out[len] = '\0';
  return len > 0;
}

/* The next of the words between commas; false at the end. */
static bool next_word(const char **at, char word[WORD_SIZE]) {
  while (**at != '\0') {
    size_t len = strcspn(*at, ",");
    const char *from = *at;

    *at += len + ((*at)[len] == ',' ? 1 : 0);
    if (copy_trimmed(from, len, word))
      return true;
  }
  return false;
}

/* ", did you mean Fri?" for a part of word that is nearly a name. */
static void suggest(const char *word, const char *const *names,
                    const struct tariff *t, char out[WORD_SIZE + 32]) {
  const char *best = NULL;
  unsigned least = 3;
  const char *part = word;

  out[0] = '\0';
  while (part != NULL) {
    char one[WORD_SIZE];
    const char *dash = strchr(part, '-');

    copy_trimmed(part, dash != NULL ? (size_t)(dash - part) : strlen(part),
                 one);
    for (int i = 0; names[i] != NULL && index_of(one, names) < 0; i++)
      if (text_distance(one, names[i]) < (least < 2 ? least : 2)) {
        least = text_distance(one, names[i]);
        best = names[i];
      }
    part = dash != NULL ? dash + 1 : NULL;
  }
  for (size_t i = 0; t != NULL && i < t->day_types_num; i++)
    if (text_distance(word, t->day_types[i].name) < least) {
      least = text_distance(word, t->day_types[i].name);
      best = t->day_types[i].name;
    }
  if (best != NULL)
    snprintf(out, WORD_SIZE + 32, ", did you mean %s?", best);
}

/* "Mon" or "Fri-Mon" as bits; false when it is neither. */
static bool range_of(const char *word, const char *const *brief,
                     const char *const *full, int count, unsigned *bits) {
  const char *dash = strchr(word, '-');
  char from[WORD_SIZE];
  char to[WORD_SIZE];
  int first;
  int last;

  copy_trimmed(word, dash != NULL ? (size_t)(dash - word) : strlen(word), from);
  copy_trimmed(dash != NULL ? dash + 1 : word,
               strlen(dash != NULL ? dash + 1 : word), to);
  first = number_of(from, brief, full);
  last = number_of(to, brief, full);
  if (first < 0 || last < 0)
    return false;
  for (int i = first;; i = (i + 1) % count) {
    *bits |= 1U << i;
    if (i == last)
      return true;
  }
}

bool tariff_words_is_weekday(const char *word) {
  return number_of(word, calendar_weekdays, weekdays_long) >= 0;
}

static bool take_day(const char *word, const struct tariff *t,
                     struct tariff_period *p) {
  for (size_t i = 0; i < t->day_types_num; i++)
    if (text_same(word, t->day_types[i].name)) {
      p->day_types |= UINT64_C(1) << i;
      return true;
    }
  return range_of(word, calendar_weekdays, weekdays_long, 7, &p->weekdays);
}

bool tariff_words_days(const struct option_strings *words,
                       const struct tariff *t, struct tariff_period *p,
                       const char *where, struct option_reporter *reporter) {
  char word[WORD_SIZE];
  char hint[WORD_SIZE + 32];

  p->any_day = words->count == 0;
  for (size_t i = 0; i < words->count; i++)
    for (const char *at = words->items[i]; next_word(&at, word);) {
      if (take_day(word, t, p))
        continue;
      suggest(word, calendar_weekdays, t, hint);
      option_error(reporter,
                   "%s: option Days expects weekdays as in Mon-Fri or names of "
                   "<DayType> blocks, found \"%s\"%s",
                   where, word, hint);
      return false;
    }
  return true;
}

bool tariff_words_months(const struct option_strings *words, unsigned *bits,
                         const char *where, struct option_reporter *reporter) {
  char word[WORD_SIZE];
  char hint[WORD_SIZE + 32];

  *bits = words->count == 0 ? ALL_MONTHS : 0;
  for (size_t i = 0; i < words->count; i++)
    for (const char *at = words->items[i]; next_word(&at, word);) {
      if (range_of(word, months, months_long, 12, bits))
        continue;
      suggest(word, months, NULL, hint);
      option_error(reporter,
                   "%s: option Months expects months as in Jun-Sep, found "
                   "\"%s\"%s",
                   where, word, hint);
      return false;
    }
  return true;
}

bool tariff_words_time(const char *text, unsigned most, unsigned *minute) {
  unsigned hour = 0;
  unsigned minutes = 0;
  const char *at = text;
  int digits = 0;

  for (; isdigit((unsigned char)*at) && digits < 2; at++, digits++)
    hour = hour * 10 + (unsigned)(*at - '0');
  if (digits == 0 || *at++ != ':')
    return false;
  if (!isdigit((unsigned char)at[0]) || !isdigit((unsigned char)at[1]) ||
      at[2] != '\0')
    return false;
  minutes = (unsigned)(at[0] - '0') * 10 + (unsigned)(at[1] - '0');
  *minute = hour * 60 + minutes;
  return minutes < 60 && *minute <= most;
}

static bool take_hours(const char *word, struct tariff_period *p) {
  struct tariff_hours *grown;
  struct tariff_hours h;
  char from[WORD_SIZE];
  char to[WORD_SIZE];
  const char *dash = strchr(word, '-');

  if (dash == NULL)
    return false;
  copy_trimmed(word, (size_t)(dash - word), from);
  copy_trimmed(dash + 1, strlen(dash + 1), to);
  if (!tariff_words_time(from, DAY_MINUTES - 1, &h.start) ||
      !tariff_words_time(to, DAY_MINUTES, &h.end) || h.start == h.end)
    return false;
  grown = realloc(p->hours, (p->hours_num + 1) * sizeof(*grown));
  if (grown == NULL)
    return false;
  p->hours = grown;
  p->hours[p->hours_num++] = h;
  return true;
}

bool tariff_words_hours(const struct option_strings *words,
                        struct tariff_period *p, const char *where,
                        struct option_reporter *reporter) {
  char word[WORD_SIZE];

  for (size_t i = 0; i < words->count; i++)
    for (const char *at = words->items[i]; next_word(&at, word);) {
      if (take_hours(word, p))
        continue;
      option_error(reporter,
                   "%s: option Hours expects a start and another end between "
                   "00:00 and 24:00, as in 22:00-06:00, found \"%s\"",
                   where, word);
      return false;
    }
  return true;
}

bool tariff_words_taxes(const struct option_strings *words,
                        const struct tariff *t, uint64_t *taxes,
                        const char *where, struct option_reporter *reporter) {
  char word[WORD_SIZE];

  *taxes = words->count == 0 ? UINT64_MAX : 0;
  for (size_t i = 0; i < words->count; i++)
    for (const char *at = words->items[i]; next_word(&at, word);) {
      const char *nearest = NULL;
      unsigned least = 4;
      size_t tax = 0;

      while (tax < t->taxes_num && !text_same(word, t->taxes[tax].name)) {
        if (text_distance(word, t->taxes[tax].name) < least) {
          least = text_distance(word, t->taxes[tax].name);
          nearest = t->taxes[tax].name;
        }
        tax++;
      }
      if (tax < t->taxes_num) {
        *taxes |= UINT64_C(1) << tax;
      } else if (!text_same(word, "none")) {
        option_error(reporter,
                     "%s: option Taxes expects names of Tax options or "
                     "\"none\", found \"%s\"%s%s%s",
                     where, word, nearest != NULL ? ", did you mean " : "",
                     nearest != NULL ? nearest : "",
                     nearest != NULL ? "?" : "");
        return false;
      }
    }
  return true;
}

/* "05-14": the same day of every year. */
static bool take_yearly(const char *word, struct tariff_day_type *type) {
  unsigned month;
  unsigned mday;
  unsigned *grown;
  char rest;

  if (strlen(word) != 5 ||
      sscanf(word, "%2u-%2u%c", &month, &mday, &rest) != 2 || month < 1 ||
      month > 12 || mday < 1 || mday > calendar_month_days(LEAP_YEAR, month))
    return false;
  grown = realloc(type->yearly, (type->yearly_num + 1) * sizeof(*grown));
  if (grown == NULL)
    return false;
  type->yearly = grown;
  type->yearly[type->yearly_num++] = month * 100 + mday;
  return true;
}

static bool take_date(const char *word, struct tariff_day_type *type) {
  int *grown;
  int day;

  if (!calendar_parse_date(word, &day))
    return take_yearly(word, type);
  grown = realloc(type->dates, (type->dates_num + 1) * sizeof(*grown));
  if (grown == NULL)
    return false;
  type->dates = grown;
  type->dates[type->dates_num++] = day;
  return true;
}

bool tariff_words_dates(const struct option_strings *words,
                        struct tariff_day_type *type, const char *where,
                        struct option_reporter *reporter) {
  char word[WORD_SIZE];

  for (size_t i = 0; i < words->count; i++)
    for (const char *at = words->items[i]; next_word(&at, word);) {
      if (take_date(word, type))
        continue;
      option_error(reporter,
                   "%s: option Date expects dates as in 2026-05-14 or 12-25, "
                   "found \"%s\"",
                   where, word);
      return false;
    }
  return true;
}
