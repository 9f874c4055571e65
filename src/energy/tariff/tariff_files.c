/* SPDX-License-Identifier: MIT */
/* Files of tariffs: see tariff_files.h. */
#include <config.h>

#include "energy/tariff/tariff_files.h"

#include "base/text.h"
#include "energy/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { DATES_FILE_MAX = 1024 * 1024, DATES_MAX = 20000 };

struct loading {
  pthread_mutex_t *lock;
  struct option_reporter *reporter;
};

static void lock(const struct loading *l) {
  if (l->lock != NULL)
    pthread_mutex_lock(l->lock);
}

static void unlock(const struct loading *l) {
  if (l->lock != NULL)
    pthread_mutex_unlock(l->lock);
}

/* Whether the file is another one than when it was read; a missing one is
 * tried, and said, once. */
static bool has_changed(const char *path, int64_t *stamp) {
  struct stat what;
  int64_t now = -1;

  if (stat(path, &what) == 0)
    now = ((int64_t)what.st_mtim.tv_sec << 20) ^
          ((int64_t)what.st_mtim.tv_nsec << 2) ^ (int64_t)what.st_size;
  if (now == *stamp)
    return false;
  *stamp = now;
  return true;
}

static void say_bad(const struct loading *l, const char *block, unsigned line,
                    const char *path, const char *why) {
  char text[512];

  snprintf(text, sizeof(text), "%s: option File \"%.200s\": %s", block, path,
           why);
  l->reporter->line = line;
  l->reporter->say(l->reporter->arg, text);
}

static bool refuse_date(struct csv *csv) {
  char found[64];

  text_clean(csv->fields[0], strlen(csv->fields[0]), found, sizeof(found));
  snprintf(csv->why, sizeof(csv->why),
           "line %u: expected a date as in 2026-05-14, found \"%.40s\"",
           csv->line, found);
  return false;
}

/* One date a line, # comments. */
static bool read_dates(struct csv *csv, int **dates, size_t *num) {
  bool more = true;

  csv->columns = 0; /* there is no header: words behind a date are welcome */
  for (; more; more = csv_row(csv)) {
    char *comment = strchr(csv->fields[0], '#');
    int *grown;
    int day;

    if (comment != NULL)
      *comment = '\0';
    csv->fields[0][strcspn(csv->fields[0], " \t")] = '\0';
    if (csv->fields[0][0] == '\0')
      continue;
    if (!calendar_parse_date(csv->fields[0], &day))
      return refuse_date(csv);
    if (*num >= DATES_MAX) {
      snprintf(csv->why, sizeof(csv->why), "more than %d dates", DATES_MAX);
      return false;
    }
    grown = realloc(*dates, (*num + 1) * sizeof(*grown));
    if (grown == NULL) {
      snprintf(csv->why, sizeof(csv->why), "out of memory");
      return false;
    }
    *dates = grown;
    (*dates)[(*num)++] = day;
  }
  return csv->why[0] == '\0';
}

static bool load_dates(struct tariff_day_type *type, const struct loading *l) {
  struct csv csv;
  int *dates = NULL;
  size_t num = 0;
  char block[TARIFF_NAME_SIZE + 16];
  bool taken = false;

  if (type->file == NULL || !has_changed(type->file, &type->stamp))
    return false;
  if ((csv_open(&csv, type->file, DATES_FILE_MAX) &&
       read_dates(&csv, &dates, &num)) ||
      csv.empty) {
    int *old = type->file_dates;

    lock(l);
    type->file_dates = dates;
    type->file_dates_num = num;
    unlock(l);
    free(old);
    taken = true;
  } else {
    snprintf(block, sizeof(block), "<DayType \"%s\">", type->name);
    say_bad(l, block, type->line, type->file, csv.why);
    free(dates);
  }
  csv_close(&csv);
  return taken;
}

static bool load_prices(struct tariff_prices *p, const struct loading *l) {
  struct price_series fresh = {0};
  char why[PRICE_WHY_SIZE];

  if (!p->given || p->file == NULL || !has_changed(p->file, &p->stamp))
    return false;
  if (price_file_read(p->file, &p->how, &fresh, why)) {
    struct price_series old = p->series;

    lock(l);
    p->series = fresh;
    unlock(l);
    price_series_free(&old);
    return true;
  }
  say_bad(l, "<Prices>", p->line, p->file, why);
  price_series_free(&fresh);
  return false;
}

bool tariff_files_load(struct tariffs *set, pthread_mutex_t *mutex,
                       struct option_reporter *reporter) {
  const struct loading l = {mutex, reporter};
  bool any = false;

  for (size_t i = 0; i < set->num; i++) {
    struct tariff *t = &set->items[i];

    for (size_t j = 0; j < t->day_types_num; j++)
      any |= load_dates(&t->day_types[j], &l);
    for (size_t j = 0; j < t->components_num; j++)
      any |= load_prices(&t->components[j].prices, &l);
  }
  return any;
}
