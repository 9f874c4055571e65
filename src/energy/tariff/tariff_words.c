/* SPDX-License-Identifier: MIT */
/* Days, hours, months and dates of tariffs: see tariff_words.h. */
#include <config.h>

#include "energy/tariff/tariff_words.h"

#include "base/guess.h"
#include "base/text.h"
#include "energy/calendar.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

/* As names of blocks are cleaned and cut, so that they can be compared. */
static bool copy_trimmed(const char *from, size_t len, char out[WORD_SIZE]) {
  while (len > 0 && isspace((unsigned char)*from)) {
    from++;
    len--;
  }
  while (len > 0 && isspace((unsigned char)from[len - 1]))
    len--;
  text_clean(from, len, out, WORD_SIZE);
  return len > 0;
}

/* The words between the commas of an option's texts. */
struct words {
  const struct option_strings *texts;
  size_t text;
  const char *at; /* NULL: where the text begins */
  bool any;
  char word[WORD_SIZE];
};

/* The next one; false at the end. Of a text without any, like ",", the text
 * itself: nobody takes it, where it would else say nothing, or never. */
static bool next_word(struct words *w) {
  for (; w->text < w->texts->count; w->text++, w->at = NULL, w->any = false) {
    const char *text = w->texts->items[w->text];

    if (w->at == NULL)
      w->at = text;
    while (*w->at != '\0') {
      size_t len = strcspn(w->at, ",");
      const char *from = w->at;

      w->at += len + (w->at[len] == ',' ? 1 : 0);
      if (copy_trimmed(from, len, w->word))
        return w->any = true;
    }
    if (!w->any) {
      text_clean(text, strlen(text), w->word, WORD_SIZE);
      return w->any = true;
    }
  }
  return false;
}

/* -- "did you mean" -- */

enum { HINT_SIZE = WORD_SIZE + 32 };

/* Within how many edits another word is meant; in short ones two are most of
 * the word. */
static unsigned reach_of(const char *word) { return strlen(word) < 5 ? 1 : 2; }

static void consider(struct guess *g, const char *word, const char *name) {
  g->word = word;
  g->reach = reach_of(word);
  guess_try(g, name);
}

/* This is what was meant. */
static void settle(struct guess *g, const char *name) {
  g->nearest = name;
  g->edits = 0;
}

/* "Thurs" is the beginning of a name. */
static const char *begun_by(const char *word, const char *const *brief,
                            const char *const *full) {
  for (int i = 0; full[i] != NULL && strlen(word) > 1; i++)
    if (strncasecmp(word, full[i], strlen(word)) == 0)
      return brief[i];
  return NULL;
}

static void consider_names(struct guess *g, const char *word,
                           const char *const *brief, const char *const *full) {
  const char *begun = begun_by(word, brief, full);

  if (begun != NULL) {
    settle(g, begun);
    return;
  }
  for (int i = 0; brief[i] != NULL; i++) {
    consider(g, word, brief[i]);
    consider(g, word, full[i]);
  }
}

/* Of the parts of a range those that are names already are not what is wrong.
 */
static void consider_parts(struct guess *g, const char *word,
                           const char *const *brief, const char *const *full) {
  for (const char *part = word; part != NULL && g->nearest == NULL;) {
    const char *dash = strchr(part, '-');
    char one[WORD_SIZE];

    copy_trimmed(part, dash != NULL ? (size_t)(dash - part) : strlen(part),
                 one);
    if (number_of(one, brief, full) < 0)
      consider_names(g, one, brief, full);
    part = dash != NULL ? dash + 1 : NULL;
  }
}

static void consider_group(struct guess *g, const char *word) {
  static const struct {
    const char *name, *days;
  } groups[] = {{"weekend", "Sat,Sun"},
                {"weekends", "Sat,Sun"},
                {"weekday", "Mon-Fri"},
                {"weekdays", "Mon-Fri"},
                {"workdays", "Mon-Fri"}};

  for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
    if (text_same(word, groups[i].name))
      settle(g, groups[i].days);
}

static void put_hint(const struct guess *g, char out[HINT_SIZE]) {
  out[0] = '\0';
  if (g->nearest != NULL)
    snprintf(out, HINT_SIZE, ", did you mean %s?", g->nearest);
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

bool tariff_words_is_weekdays(const char *word) {
  unsigned bits = 0;

  return range_of(word, calendar_weekdays, weekdays_long, 7, &bits);
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

static void suggest_day(const char *word, const struct tariff *t,
                        char hint[HINT_SIZE]) {
  struct guess g = {0};

  consider_group(&g, word);
  for (size_t i = 0; i < t->day_types_num && g.nearest == NULL; i++)
    consider(&g, word, t->day_types[i].name);
  if (g.nearest == NULL)
    consider_parts(&g, word, calendar_weekdays, weekdays_long);
  put_hint(&g, hint);
}

bool tariff_words_days(const struct option_strings *words,
                       const struct tariff *t, struct tariff_period *p,
                       const char *where, struct option_reporter *reporter) {
  struct words w = {.texts = words};
  char hint[HINT_SIZE];

  p->any_day = words->count == 0;
  while (next_word(&w)) {
    if (take_day(w.word, t, p))
      continue;
    suggest_day(w.word, t, hint);
    option_error(reporter,
                 "%s: option Days expects weekdays as in Mon-Fri or names of "
                 "<DayType> blocks, found \"%s\"%s",
                 where, w.word, hint);
    return false;
  }
  return true;
}

bool tariff_words_months(const struct option_strings *words, unsigned *bits,
                         const char *where, struct option_reporter *reporter) {
  struct words w = {.texts = words};
  struct guess g = {0};
  char hint[HINT_SIZE];

  *bits = words->count == 0 ? ALL_MONTHS : 0;
  while (next_word(&w)) {
    if (range_of(w.word, months, months_long, 12, bits))
      continue;
    consider_parts(&g, w.word, months, months_long);
    put_hint(&g, hint);
    option_error(reporter,
                 "%s: option Months expects months as in Jun-Sep, found "
                 "\"%s\"%s",
                 where, w.word, hint);
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
  struct words w = {.texts = words};

  while (next_word(&w)) {
    if (take_hours(w.word, p))
      continue;
    option_error(reporter,
                 "%s: option Hours expects a start from 00:00 to 23:59 and "
                 "another end up to 24:00, as in 22:00-06:00, found \"%s\"",
                 where, w.word);
    return false;
  }
  return true;
}

/* Whether the word is the name of a tax, whose bit is set. */
static bool take_tax(const char *word, const struct tariff *t,
                     uint64_t *taxes) {
  for (size_t i = 0; i < t->taxes_num; i++)
    if (text_same(word, t->taxes[i].name)) {
      *taxes |= UINT64_C(1) << i;
      return true;
    }
  return false;
}

static void suggest_tax(const char *word, const struct tariff *t,
                        char hint[HINT_SIZE]) {
  struct guess g = {0};

  for (size_t i = 0; i < t->taxes_num; i++)
    consider(&g, word, t->taxes[i].name);
  consider(&g, word, TARIFF_NO_TAX);
  put_hint(&g, hint);
}

bool tariff_words_taxes(const struct option_strings *words,
                        const struct tariff *t, uint64_t *taxes,
                        const char *where, struct option_reporter *reporter) {
  struct words w = {.texts = words};
  char hint[HINT_SIZE];
  bool none = false;

  *taxes = words->count == 0 ? UINT64_MAX : 0;
  while (next_word(&w)) {
    none |= text_same(w.word, TARIFF_NO_TAX);
    if (take_tax(w.word, t, taxes) || text_same(w.word, TARIFF_NO_TAX))
      continue;
    suggest_tax(w.word, t, hint);
    option_error(reporter,
                 "%s: option Taxes expects names of Tax options or \"none\", "
                 "found \"%s\"%s",
                 where, w.word, hint);
    return false;
  }
  if (none && *taxes != 0)
    option_error(reporter,
                 "%s: option Taxes expects names of Tax options or \"none\", "
                 "found both",
                 where);
  return !none || *taxes == 0;
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
  struct words w = {.texts = words};

  while (next_word(&w)) {
    if (take_date(w.word, type))
      continue;
    option_error(reporter,
                 "%s: option Date expects dates as in 2026-05-14 or 12-25, "
                 "found \"%s\"",
                 where, w.word);
    return false;
  }
  return true;
}
