/* SPDX-License-Identifier: MIT */
/* Files of tariffs: see tariff_files.h. */
#include <config.h>

#include "energy/tariff/tariff_files.h"

#include "energy/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DATES_FILE_MAX = 1024 * 1024, DATES_MAX = 20000 };

static void say_bad(tariff_files_say *say, void *arg, const char *block,
                    const char *path, const char *why) {
  char line[512];

  snprintf(line, sizeof(line), "%s: option File \"%.200s\": %s", block, path,
           why);
  say(arg, line);
}

/* One date a line, # comments. */
static bool read_dates(struct csv *csv, int **dates, size_t *num) {
  bool more = true;

  for (; more; more = csv_row(csv)) {
    char *comment = strchr(csv->fields[0], '#');
    int *grown;
    int day;

    if (comment != NULL)
      *comment = '\0';
    csv->fields[0][strcspn(csv->fields[0], " \t")] = '\0';
    if (csv->fields[0][0] == '\0')
      continue;
    if (!calendar_parse_date(csv->fields[0], &day) || *num >= DATES_MAX) {
      snprintf(csv->why, sizeof(csv->why),
               "line %u: expected a date as in 2026-05-14", csv->line);
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
  return true;
}

static void load_dates(struct tariff_day_type *type, tariff_files_say *say,
                       void *arg) {
  struct csv csv;
  int *dates = NULL;
  size_t num = 0;
  char block[TARIFF_NAME_SIZE + 16];

  if (type->file == NULL)
    return;
  if ((csv_open(&csv, type->file, DATES_FILE_MAX) &&
       read_dates(&csv, &dates, &num)) ||
      csv.empty) {
    free(type->file_dates);
    type->file_dates = dates;
    type->file_dates_num = num;
  } else {
    snprintf(block, sizeof(block), "<DayType \"%s\">", type->name);
    say_bad(say, arg, block, type->file, csv.why);
    free(dates);
  }
  csv_close(&csv);
}

static void load_prices(struct tariff_prices *p, tariff_files_say *say,
                        void *arg) {
  struct price_series fresh = {0};
  char why[PRICE_WHY_SIZE];

  if (!p->given || p->file == NULL)
    return;
  if (price_file_read(p->file, &p->how, &fresh, why)) {
    price_series_free(&p->series);
    p->series = fresh;
  } else {
    say_bad(say, arg, "<Prices>", p->file, why);
    price_series_free(&fresh);
  }
}

void tariff_files_load(struct tariffs *set, tariff_files_say *say, void *arg) {
  for (size_t i = 0; i < set->num; i++) {
    struct tariff *t = &set->items[i];

    for (size_t j = 0; j < t->day_types_num; j++)
      load_dates(&t->day_types[j], say, arg);
    for (size_t j = 0; j < t->components_num; j++)
      load_prices(&t->components[j].prices, say, arg);
  }
}
