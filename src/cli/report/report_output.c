/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "cli/report/report_output.h"

#include "cli/report/report_words.h"
#include "cli/term/width.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { BAR = 10, NAME_COLUMNS = 20, NAME_SIZE = 4 * NAME_COLUMNS };

static void put_name(const char *name) {
  char cut[NAME_SIZE];
  unsigned columns =
      width_cut(name, NAME_COLUMNS, "\xe2\x80\xa6", cut, sizeof(cut));

  printf("%s%*s", cut, (int)(NAME_COLUMNS - columns), "");
}

static void put_item(const struct report *r, const struct report_item *item) {
  char cost[REPORT_LINE], change[REPORT_LINE];
  double share = r->kwh > 0 ? item->kwh / r->kwh : 0;
  int bar = (int)lround(share * BAR);

  report_words_cost(r, item->cost, cost);
  report_words_change(item->kwh, item->usual, change);
  put_name(item->name);
  printf(" %8.2f kWh", item->kwh);
  if (r->currency[0] != '\0')
    printf(" %*s", (int)(r->decimals > 0 ? 10 : 8), cost);
  fputs("  ", stdout);
  for (int i = 0; i < BAR; i++)
    putchar(i < bar ? '#' : '.');
  printf(" %3.0f %%%s%s\n", share * 100, change[0] != '\0' ? "  " : "", change);
}

void report_text(const struct report *r) {
  char line[REPORT_LINE];
  const char *name;

  report_words_days(r, line);
  printf("%s\n", line);
  report_words_headline(r, line);
  printf("%s\n\n", line);
  for (unsigned i = 0; report_words_fact(r, i, &name, line); i++)
    if (line[0] != '\0')
      printf("%-16s %s\n", name, line);
  putchar('\n');
  for (size_t i = 0; i < r->items_num && i < REPORT_TOP; i++)
    if (r->items[i].kwh > 0)
      put_item(r, &r->items[i]);
}

/* -- JSON -- */

static bool add(cJSON *object, const char *name, double number) {
  return isnan(number) ? cJSON_AddNullToObject(object, name) != NULL
                       : cJSON_AddNumberToObject(object, name, number) != NULL;
}

static bool add_date(cJSON *object, const char *name, int day) {
  char date[CALENDAR_DATE_SIZE];

  calendar_format_date(day, date);
  return cJSON_AddStringToObject(object, name, date) != NULL;
}

static bool add_items(cJSON *root, const struct report *r) {
  cJSON *list = cJSON_AddArrayToObject(root, "devices");
  bool good = list != NULL;

  for (size_t i = 0; i < r->items_num && good; i++) {
    const struct report_item *item = &r->items[i];
    cJSON *one;

    if (!item->in_it)
      continue;
    one = cJSON_CreateObject();
    good = cJSON_AddItemToArray(list, one) != 0 &&
           cJSON_AddStringToObject(one, "name", item->name) != NULL &&
           add(one, "kwh", item->kwh) && add(one, "cost", item->cost) &&
           add(one, "usual_kwh", item->usual);
  }
  return good;
}

static bool add_peak(cJSON *root, const struct report *r) {
  char at[CALENDAR_MOMENT_SIZE];
  cJSON *peak;

  if (r->peak.name == NULL)
    return cJSON_AddNullToObject(root, "peak") != NULL;
  calendar_format_moment(r->peak.at_us, at);
  peak = cJSON_AddObjectToObject(root, "peak");
  return cJSON_AddStringToObject(peak, "name", r->peak.name) != NULL &&
         add(peak, "w", r->peak.watts) &&
         cJSON_AddStringToObject(peak, "at", at) != NULL;
}

int report_json(const struct report *r) {
  static const char *const kinds[] = {"day", "week", "month"};
  cJSON *root = cJSON_CreateObject();
  bool good =
      cJSON_AddNumberToObject(root, "schema", 1) != NULL &&
      cJSON_AddStringToObject(root, "kind", kinds[r->kind]) != NULL &&
      add_date(root, "from", r->first) && add_date(root, "to", r->last) &&
      cJSON_AddStringToObject(root, "currency", r->currency) != NULL &&
      add(root, "kwh", r->kwh) && add(root, "cost", r->cost) &&
      add(root, "usual_kwh", r->usual) &&
      add(root, "produced_kwh", r->produced_kwh) &&
      add(root, "unpriced_kwh", r->unpriced_kwh) &&
      add(root, "month_kwh", r->month_kwh) &&
      add(root, "month_cost", r->month_cost) &&
      add(root, "forecast_kwh", r->forecast_kwh) &&
      add(root, "forecast_cost", r->forecast_cost) &&
      add(root, "covered", r->covered) && add(root, "active", r->active) &&
      add(root, "known", r->known) && add_peak(root, r) && add_items(root, r);
  char *text = good ? cJSON_PrintUnformatted(root) : NULL;

  cJSON_Delete(root);
  if (text == NULL)
    return -ENOMEM;
  puts(text);
  free(text);
  return 0;
}
