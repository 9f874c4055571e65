/* SPDX-License-Identifier: MIT */
/* What the IOT dialect asks beside state and meter: see iot_inside.h. Sensors
 * belong to each reading, the rest is fetched seldom; all of it may be refused
 * or fail, and the reading does without. */
#include <config.h>

#include "device/iot/iot_internal.h"

#include <math.h>

static const char *cloud_module(const struct device *d) {
  return iot_is_light(d) ? "smartlife.iot.common.cloud" : "cnCloud";
}

static const char *time_module(const struct device *d) {
  return iot_is_light(d) ? "smartlife.iot.common.timesetting" : "time";
}

/* -- motion and ambient light -- */

static bool wants_sensors(const struct device *d, const struct progress *p) {
  (void)p;
  return d->has_sensors && (d->refused & ASK_SENSORS) == 0;
}

static int ask_sensors(const struct device *d, const struct progress *p,
                       struct buf *request) {
  (void)d;
  (void)p;
  return buf_adds(
      request,
      "{\"smartlife.iot.PIR\":{\"get_config\":{},\"get_adc_value\":{}},"
      "\"smartlife.iot.LAS\":{\"get_current_brt\":{}}}");
}

/* How far the detector's value lies from its middle, in percent of the way to
 * the limit, against the threshold of the chosen range. */
static bool motion_of(const struct json *doc, json_ref config, double value,
                      double *motion) {
  json_ref limit = json_first(doc, json_get(doc, config, "array"));
  double enable, index, min, max, threshold, middle, away, percent;

  if (!json_number(doc, json_get(doc, config, "enable"), &enable) ||
      !json_number(doc, json_get(doc, config, "trigger_index"), &index) ||
      !json_number(doc, json_get(doc, config, "min_adc"), &min) ||
      !json_number(doc, json_get(doc, config, "max_adc"), &max))
    return false;
  if (!(index >= 0 && index <= 100))
    return false;
  for (unsigned i = 0; i < (unsigned)index && limit != 0; i++)
    limit = json_next(doc, limit);
  middle = floor((max - min) / 2);
  if (!json_number(doc, limit, &threshold) || max <= min || middle == min ||
      middle == max)
    return false;
  away = middle - value;
  percent = 100 * away / (away < 0 ? middle - min : max - middle);
  *motion = enable == 1 && (percent < 0 ? -percent : percent) > 100 - threshold;
  return true;
}

static enum outcome take_sensors(struct device *d, struct progress *p,
                                 const struct json *doc, json_ref root,
                                 char why[WHY_SIZE]) {
  json_ref config, adc, light;
  double code, value, motion;
  enum iot_verdict pir =
      iot_judge(doc, root, "smartlife.iot.PIR", "get_config", &config, &code);
  enum iot_verdict las = iot_judge(doc, root, "smartlife.iot.LAS",
                                   "get_current_brt", &light, &code);

  (void)p;
  (void)why;
  if (pir == IOT_REFUSED && las == IOT_REFUSED)
    d->refused |= ASK_SENSORS;
  adc =
      json_get(doc, json_get(doc, root, "smartlife.iot.PIR"), "get_adc_value");
  if (pir == IOT_FINE &&
      json_number(doc, json_get(doc, adc, "value"), &value) &&
      motion_of(doc, config, value, &motion))
    (void)reading_offer(&d->now, Q_MOTION, motion);
  if (las == IOT_FINE &&
      json_number(doc, json_get(doc, light, "value"), &value))
    (void)reading_offer(&d->now, Q_AMBIENT, value);
  return OUTCOME_OK;
}

/* -- the cloud -- */

static bool wants_cloud(const struct device *d, const struct progress *p) {
  (void)p;
  return (d->refused & ASK_CLOUD) == 0;
}

static int ask_cloud(const struct device *d, const struct progress *p,
                     struct buf *request) {
  (void)p;
  return buf_addf(request, "{\"%s\":{\"get_info\":{}}}", cloud_module(d));
}

static enum outcome take_cloud(struct device *d, struct progress *p,
                               const struct json *doc, json_ref root,
                               char why[WHY_SIZE]) {
  json_ref info;
  double number;
  enum iot_verdict verdict =
      iot_judge(doc, root, cloud_module(d), "get_info", &info, &number);

  (void)p;
  (void)why;
  reading_drop(&d->now, Q_CLOUD);
  if (verdict == IOT_REFUSED)
    d->refused |= ASK_CLOUD;
  if (verdict == IOT_FINE &&
      json_number(doc, json_get(doc, info, "cld_connection"), &number))
    (void)reading_offer(&d->now, Q_CLOUD, number);
  return OUTCOME_OK;
}

/* -- clock, days, months -- */

/* Days and months are the device's own, so its clock is asked first. */
static bool wants_time(const struct device *d, const struct progress *p) {
  (void)p;
  return iot_asks_meter(d) && (d->refused & ASK_TIME) == 0;
}

static int ask_time(const struct device *d, const struct progress *p,
                    struct buf *request) {
  (void)p;
  return buf_addf(request, "{\"%s\":{\"get_time\":{}}}", time_module(d));
}

static bool whole(const struct json *doc, json_ref object, const char *key,
                  unsigned min, unsigned max, unsigned *out) {
  double number;

  if (!json_number(doc, json_get(doc, object, key), &number) || number < min ||
      number > max)
    return false;
  *out = (unsigned)number;
  return true;
}

static enum outcome take_time(struct device *d, struct progress *p,
                              const struct json *doc, json_ref root,
                              char why[WHY_SIZE]) {
  unsigned year, month, day, hour, minute, second;
  json_ref t;
  double code;
  enum iot_verdict verdict =
      iot_judge(doc, root, time_module(d), "get_time", &t, &code);

  (void)p;
  (void)why;
  d->date = 0;
  d->seconds_to_midnight = 0;
  if (verdict == IOT_REFUSED)
    d->refused |= ASK_TIME;
  if (verdict != IOT_FINE || !whole(doc, t, "year", 1970, 9999, &year) ||
      !whole(doc, t, "month", 1, 12, &month) ||
      !whole(doc, t, "mday", 1, 31, &day) ||
      !whole(doc, t, "hour", 0, 23, &hour) ||
      !whole(doc, t, "min", 0, 59, &minute) ||
      !whole(doc, t, "sec", 0, 60, &second))
    return OUTCOME_OK;
  d->date = year * 10000 + month * 100 + day;
  d->seconds_to_midnight = 86400 - (hour * 3600 + minute * 60 + second) % 86400;
  return OUTCOME_OK;
}

static bool wants_statistics(const struct device *d, unsigned bit) {
  return iot_asks_meter(d) && d->date != 0 && (d->refused & bit) == 0;
}

static bool wants_days(const struct device *d, const struct progress *p) {
  return wants_statistics(d, ASK_DAYS) && d->kind != KIND_STRIP && p->rare;
}

static bool wants_months(const struct device *d, const struct progress *p) {
  return wants_statistics(d, ASK_MONTHS) && d->kind != KIND_STRIP && p->rare;
}

static bool wants_plug_days(const struct device *d, const struct progress *p) {
  return wants_statistics(d, ASK_DAYS) && d->plugs_num > 0 && p->rare;
}

static bool wants_plug_months(const struct device *d,
                              const struct progress *p) {
  return wants_statistics(d, ASK_MONTHS) && d->plugs_num > 0 && p->rare;
}

/* "context" of a plug on a strip; nothing on a single device. */
static int add_context(const struct device *d, const struct progress *p,
                       struct buf *request) {
  if (d->plugs_num == 0)
    return 0;
  return buf_addf(request, "\"context\":{\"child_ids\":[\"%s\"]},",
                  d->plugs[p->plug].id);
}

static int ask_days(const struct device *d, const struct progress *p,
                    struct buf *request) {
  if (buf_adds(request, "{") < 0 || add_context(d, p, request) < 0)
    return -1;
  return buf_addf(request,
                  "\"%s\":{\"get_daystat\":{\"year\":%u,\"month\":%u}}}",
                  iot_meter_module(d), d->date / 10000, d->date / 100 % 100);
}

static int ask_months(const struct device *d, const struct progress *p,
                      struct buf *request) {
  if (buf_adds(request, "{") < 0 || add_context(d, p, request) < 0)
    return -1;
  return buf_addf(request, "\"%s\":{\"get_monthstat\":{\"year\":%u}}}",
                  iot_meter_module(d), d->date / 10000);
}

/* The entry of the device's current day or month in a list of statistics; a
 * day without an entry has used nothing yet. */
struct statistics {
  const char *method;
  const char *list;
  unsigned bit;
  enum quantity quantity;
  bool by_day;
};

static bool is_now(const struct device *d, const struct json *doc,
                   json_ref entry, bool by_day) {
  unsigned year, month, day;

  return whole(doc, entry, "year", 0, 9999, &year) && year == d->date / 10000 &&
         whole(doc, entry, "month", 0, 12, &month) &&
         month == d->date / 100 % 100 &&
         (!by_day ||
          (whole(doc, entry, "day", 0, 31, &day) && day == d->date % 100));
}

static enum outcome take_statistics(struct device *d, struct progress *p,
                                    const struct json *doc, json_ref root,
                                    const struct statistics *s) {
  struct reading *now = d->plugs_num > 0 ? &d->plugs[p->plug].now : &d->now;
  double number = 0;
  json_ref method, list;
  enum iot_verdict verdict =
      iot_judge(doc, root, iot_meter_module(d), s->method, &method, &number);

  if (verdict == IOT_REFUSED)
    d->refused |= s->bit;
  list = json_get(doc, method, s->list);
  if (verdict != IOT_FINE || json_type(doc, list) != JSON_ARRAY)
    return OUTCOME_OK;
  number = 0;
  for (json_ref e = json_first(doc, list); e != 0; e = json_next(doc, e)) {
    if (!is_now(d, doc, e, s->by_day))
      continue;
    if (json_number(doc, json_get(doc, e, "energy_wh"), &number))
      number /= 1000;
    else if (!json_number(doc, json_get(doc, e, "energy"), &number))
      return OUTCOME_OK;
  }
  (void)reading_offer(now, s->quantity, number);
  return OUTCOME_OK;
}

static enum outcome take_days(struct device *d, struct progress *p,
                              const struct json *doc, json_ref root,
                              char why[WHY_SIZE]) {
  static const struct statistics days = {"get_daystat", "day_list", ASK_DAYS,
                                         Q_KWH_TODAY, true};

  (void)why;
  return take_statistics(d, p, doc, root, &days);
}

static enum outcome take_months(struct device *d, struct progress *p,
                                const struct json *doc, json_ref root,
                                char why[WHY_SIZE]) {
  static const struct statistics months = {"get_monthstat", "month_list",
                                           ASK_MONTHS, Q_KWH_MONTH, false};

  (void)why;
  return take_statistics(d, p, doc, root, &months);
}

/* -- the order: the clock before what depends on it -- */

const struct iot_step iot_rare[] = {
    {NEXT_PART, false, ASK_SENSORS, wants_sensors, ask_sensors, take_sensors},
    {NEXT_RARE, false, ASK_CLOUD, wants_cloud, ask_cloud, take_cloud},
    {NEXT_RARE, false, ASK_TIME, wants_time, ask_time, take_time},
    {NEXT_RARE, false, ASK_DAYS, wants_days, ask_days, take_days},
    {NEXT_RARE, true, ASK_DAYS, wants_plug_days, ask_days, take_days},
    {NEXT_RARE, false, ASK_MONTHS, wants_months, ask_months, take_months},
    {NEXT_RARE, true, ASK_MONTHS, wants_plug_months, ask_months, take_months},
};
const unsigned iot_rare_num = sizeof(iot_rare) / sizeof(iot_rare[0]);
