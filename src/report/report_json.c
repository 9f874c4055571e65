/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "report/report_json.h"

#include <cjson/cJSON.h>
#include <math.h>

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
           add(one, "usual_kwh", item->usual) &&
           add(one, "standby_w", item->least_w);
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

static bool add_standby(cJSON *root, const struct report *r) {
  cJSON *standby = cJSON_AddObjectToObject(root, "standby");

  return add(standby, "w", r->standby.watts) &&
         add(standby, "cost_year", r->standby.cost_year);
}

static bool add_cycles(cJSON *root, const struct report *r) {
  cJSON *list = cJSON_AddArrayToObject(root, "cycles");
  bool good = list != NULL;

  for (unsigned i = 0; i < r->cycles_listed && good; i++) {
    const struct report_cycles *c = &r->cycles[i];
    cJSON *one = cJSON_CreateObject();

    good = cJSON_AddItemToArray(list, one) != 0 &&
           cJSON_AddStringToObject(one, "name", c->name) != NULL &&
           add(one, "count", c->count) && add(one, "kwh", c->kwh) &&
           add(one, "cost", c->cost);
  }
  return good;
}

static bool add_harder(cJSON *root, const struct report *r) {
  cJSON *list = cJSON_AddArrayToObject(root, "works_harder");
  bool good = list != NULL && add(root, "works_harder_devices", r->harder_num);

  for (unsigned i = 0; i < r->harder_num && i < REPORT_HARDER && good; i++) {
    const struct report_harder *h = &r->harder[i];
    cJSON *one = cJSON_CreateObject();

    good = cJSON_AddItemToArray(list, one) != 0 &&
           cJSON_AddStringToObject(one, "name", h->item->name) != NULL &&
           add_date(one, "from", h->first) && add_date(one, "to", h->last) &&
           add(one, "kwh_day", h->kwh) && add(one, "usual_kwh_day", h->usual);
  }
  return good;
}

static bool add_unusual_hour(cJSON *root, const struct report *r) {
  char at[CALENDAR_MOMENT_SIZE];
  cJSON *hour;

  if (r->unusual_hour.at_us == 0)
    return cJSON_AddNullToObject(root, "unusual_hour") != NULL;
  calendar_format_moment(r->unusual_hour.at_us, at);
  hour = cJSON_AddObjectToObject(root, "unusual_hour");
  return cJSON_AddStringToObject(hour, "at", at) != NULL &&
         add(hour, "kwh", r->unusual_hour.kwh) &&
         add(hour, "usual_kwh", r->unusual_hour.usual);
}

static bool add_away(cJSON *alerts, const struct report_alerts *a) {
  cJSON *list = cJSON_AddArrayToObject(alerts, "offline");
  bool good = list != NULL && add(alerts, "offline_devices", a->away_num);

  for (unsigned i = 0; i < a->away_num && i < REPORT_NAMED && good; i++) {
    cJSON *one = cJSON_CreateObject();

    good = cJSON_AddItemToArray(list, one) != 0 &&
           cJSON_AddStringToObject(one, "name", a->away[i].name) != NULL &&
           add(one, "seconds", a->away[i].seconds);
  }
  return good;
}

static bool add_alerts(cJSON *root, const struct report_alerts *a) {
  cJSON *alerts;

  if (!a->known)
    return cJSON_AddNullToObject(root, "alerts") != NULL;
  alerts = cJSON_AddObjectToObject(root, "alerts");
  return add(alerts, "raised", a->raised) && add(alerts, "open", a->open) &&
         cJSON_AddStringToObject(alerts, "noisiest", a->noisiest.name) !=
             NULL &&
         add(alerts, "noisiest_alerts", a->noisiest.alerts) &&
         cJSON_AddStringToObject(alerts, "longest", a->longest.name) != NULL &&
         add(alerts, "longest_s", a->longest.seconds) &&
         add(alerts, "undelivered", a->undelivered) &&
         add(alerts, "silences_ending", a->silences_num) && add_away(alerts, a);
}

char *report_json(const struct report *r) {
  cJSON *root = cJSON_CreateObject();
  bool good =
      cJSON_AddNumberToObject(root, "schema", 1) != NULL &&
      cJSON_AddStringToObject(root, "kind", report_kinds[r->kind]) != NULL &&
      add_date(root, "from", r->first) && add_date(root, "to", r->last) &&
      cJSON_AddStringToObject(root, "currency", r->currency) != NULL &&
      add(root, "kwh", r->kwh) && add(root, "cost", r->cost) &&
      add(root, "usual_kwh", r->usual) &&
      add(root, "produced_kwh", r->produced_kwh) &&
      add(root, "unpriced_kwh", r->unpriced_kwh) &&
      add(root, "month_kwh", r->month_kwh) &&
      add(root, "month_cost", r->month_cost) &&
      add(root, "to_minimum", r->to_minimum) &&
      add(root, "forecast_kwh", r->forecast_kwh) &&
      add(root, "forecast_cost", r->forecast_cost) &&
      add(root, "covered", r->covered) && add(root, "active", r->active) &&
      add(root, "known", r->known) && add_peak(root, r) &&
      add_standby(root, r) && add_cycles(root, r) && add_harder(root, r) &&
      add_unusual_hour(root, r) && add_alerts(root, &r->alerts) &&
      add_items(root, r);
  char *text = good ? cJSON_PrintUnformatted(root) : NULL;

  cJSON_Delete(root);
  return text;
}
