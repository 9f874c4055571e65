/* SPDX-License-Identifier: MIT */
/* What the IOT dialect asks rarely: see iot_rare.h. */
#include <config.h>

#include "device/iot/iot_rare.h"

#include "device/iot/iot_meter.h"

/* No date is older than the maker's first plug. */
enum { FIRST_YEAR = 2013, LAST_YEAR = 2099 };

/* No plug carries more in a day. */
enum { DAY_KWH_MAX = 500 };

/* What tells of nothing while the clock is not set. */
enum { DATED = ASK_DAYS | ASK_EARLIER_DAYS | ASK_MONTHS };

static const char *cloud_module(const struct device *d) {
  return iot_is_light(d) ? "smartlife.iot.common.cloud" : "cnCloud";
}

static const char *time_module(const struct device *d) {
  return iot_is_light(d) ? "smartlife.iot.common.timesetting" : "time";
}

/* -- the cloud -- */

static bool wants_cloud(const struct device *d, const struct progress *p) {
  (void)d;
  (void)p;
  return true;
}

static int ask_cloud(const struct device *d, struct progress *p,
                     struct buf *request) {
  (void)p;
  return buf_addf(request, "{\"%s\":{\"get_info\":{}}}", cloud_module(d));
}

static enum iot_verdict take_cloud(struct device *d, struct progress *p,
                                   struct iot_answer *a) {
  enum iot_verdict verdict = iot_judge(a, cloud_module(d), "get_info");
  struct value_source s = {.d = d,
                           .p = p,
                           .now = &d->now,
                           .doc = a->doc,
                           .object = a->object,
                           .method = "get_info"};

  reading_drop(&d->now, Q_CLOUD);
  if (verdict == IOT_FINE)
    value_take(&s, Q_CLOUD, "cld_connection", 1);
  return verdict;
}

/* -- the clock -- */

/* Lights do not say whether they have one: they refuse. A plug that says so has
 * its days, whatever becomes of its meter. */
static bool has_meter(const struct device *d, const struct request_memory *m) {
  return d->has_meter && (!iot_is_light(d) || (m->refused & ASK_METER) == 0);
}

/* Days and months are the device's own, so its clock is asked first. */
static bool wants_time(const struct device *d, const struct progress *p) {
  (void)p;
  if (d->plugs_num == 0)
    return has_meter(d, &d->memory);
  for (unsigned i = 0; i < d->plugs_num; i++)
    if (has_meter(d, &d->plugs[i].memory))
      return true;
  return false;
}

static int ask_time(const struct device *d, struct progress *p,
                    struct buf *request) {
  (void)p;
  return buf_addf(request, "{\"%s\":{\"get_time\":{}}}", time_module(d));
}

static bool whole(const struct json *doc, json_ref object, const char *key,
                  unsigned min, unsigned max, unsigned *out) {
  double number;
  json_ref at = json_get(doc, object, key);

  if (json_type(doc, at) == JSON_BOOL || !json_number(doc, at, &number) ||
      number < min || number > max)
    return false;
  *out = (unsigned)number;
  return true;
}

void iot_clock_lost(struct device *d) {
  static const uint32_t dated = 1U << Q_KWH_TODAY | 1U << Q_KWH_MONTH;

  d->date = 0;
  d->seconds_to_midnight = 0;
  d->now.has &= ~dated;
  d->memory.failing |= DATED & ~d->memory.refused;
  for (unsigned i = 0; i < d->plugs_num; i++) {
    struct request_memory *m = &d->plugs[i].memory;

    d->plugs[i].now.has &= ~dated;
    m->failing |= DATED & ~m->refused;
  }
}

/* Until midnight; 0 where the time of day makes no sense: the date counts all
 * the same. */
static unsigned seconds_left(const struct json *doc, json_ref t) {
  unsigned hour, minute, second;

  if (!whole(doc, t, "hour", 0, 23, &hour) ||
      !whole(doc, t, "min", 0, 59, &minute) ||
      !whole(doc, t, "sec", 0, 60, &second))
    return 0;
  return 86400 - (hour * 3600 + minute * 60 + second) % 86400;
}

/* A device that lost power without a network begins at some date of its own:
 * its days are no days. */
static enum iot_verdict take_time(struct device *d, struct progress *p,
                                  struct iot_answer *a) {
  const struct json *doc = a->doc;
  unsigned year, month, day;
  unsigned first = d->built > FIRST_YEAR ? d->built : FIRST_YEAR;
  enum iot_verdict verdict = iot_judge(a, time_module(d), "get_time");
  json_ref t = a->object;

  d->shown_date = 0;
  if (verdict != IOT_FINE)
    return verdict;
  if (!whole(doc, t, "year", 0, 9999, &year) ||
      !whole(doc, t, "month", 1, 12, &month) ||
      !whole(doc, t, "mday", 1, 31, &day))
    return IOT_SHAPELESS;
  d->shown_date = year * 10000 + month * 100 + day;
  if (year < first || year > LAST_YEAR)
    return IOT_UNSET;
  if (d->date == 0)
    device_ask_refused_again(d, DATED);
  d->date = year * 10000 + month * 100 + day;
  d->seconds_to_midnight = seconds_left(doc, t);
  if (d->seconds_to_midnight == 0)
    progress_fail(p, OUTCOME_MALFORMED, "get_time: the time makes no sense");
  return IOT_FINE;
}

/* -- days and months -- */

static bool wants_statistics(const struct device *d, const struct progress *p) {
  return d->date != 0 &&
         has_meter(d,
                   d->plugs_num > 0 ? &d->plugs[p->plug].memory : &d->memory);
}

static int ask_days_of(const struct device *d, struct progress *p,
                       struct buf *request, unsigned date) {
  if (buf_adds(request, "{") < 0 || iot_add_context(d, p, request) < 0)
    return -1;
  return buf_addf(request,
                  "\"%s\":{\"get_daystat\":{\"year\":%u,\"month\":%u}}}",
                  iot_meter_module(d), date / 10000, date / 100 % 100);
}

static int ask_days(const struct device *d, struct progress *p,
                    struct buf *request) {
  return ask_days_of(d, p, request, d->date);
}

/* Its list of days is summed from a day of an earlier month on. */
static bool is_since_earlier(const struct device *d) {
  return d->since_date != 0 && d->since_date / 100 < d->date / 100;
}

static bool wants_earlier(const struct device *d, const struct progress *p) {
  return is_since_earlier(d) && wants_statistics(d, p);
}

static int ask_earlier(const struct device *d, struct progress *p,
                       struct buf *request) {
  return ask_days_of(d, p, request, d->since_date);
}

static int ask_months(const struct device *d, struct progress *p,
                      struct buf *request) {
  if (buf_adds(request, "{") < 0 || iot_add_context(d, p, request) < 0)
    return -1;
  return buf_addf(request, "\"%s\":{\"get_monthstat\":{\"year\":%u}}}",
                  iot_meter_module(d), d->date / 10000);
}

/* Which day or month an entry is about; it may not say. */
enum when { OTHER_TIME, PRESENT, NO_TIME };

static enum when when_is(const struct device *d, const struct json *doc,
                         json_ref entry, bool by_day) {
  unsigned year, month;
  unsigned day = d->date % 100;

  if (!whole(doc, entry, "year", 0, 9999, &year) ||
      !whole(doc, entry, "month", 0, 12, &month) ||
      (by_day && !whole(doc, entry, "day", 0, 31, &day)))
    return NO_TIME;
  return year * 10000 + month * 100 + day == d->date ? PRESENT : OTHER_TIME;
}

/* The entry of the device's current day or month in a list of statistics; a
 * day without an entry has used nothing yet, unless one does not say whose it
 * is. */
static enum iot_verdict take_statistics(struct device *d, struct progress *p,
                                        struct iot_answer *a,
                                        const char *method, const char *list,
                                        enum quantity q) {
  const struct json *doc = a->doc;
  enum iot_verdict verdict = iot_judge(a, iot_meter_module(d), method);
  json_ref entries = json_get(doc, a->object, list);
  bool clear = true;
  struct reading *now = iot_reading(d, p);
  struct value_source s = {
      .d = d, .p = p, .now = now, .doc = doc, .method = method};

  reading_drop(now, q);
  if (verdict != IOT_FINE)
    return verdict;
  if (json_type(doc, entries) != JSON_ARRAY)
    return IOT_SHAPELESS;
  for (json_ref e = json_first(doc, entries); e != 0; e = json_next(doc, e)) {
    enum when when = when_is(d, doc, e, q == Q_KWH_TODAY);

    clear &= when != NO_TIME;
    if (when != PRESENT)
      continue;
    s.object = e;
    value_take(&s, q, "energy", 1);
    value_take(&s, q, "energy_wh", 1e-3);
    return reading_has(now, q) ? IOT_FINE : IOT_SHAPELESS;
  }
  if (!clear)
    return IOT_SHAPELESS;
  reading_set(now, q, 0);
  return IOT_FINE;
}

/* Days of one month. */
struct days {
  unsigned year, month, first, last;
};

/* A day's entry; 0 when it is not one of these days. */
static double day_kwh(const struct days *days, const struct json *doc,
                      json_ref entry) {
  unsigned year, month, day;
  double kwh = 0;

  if (!whole(doc, entry, "year", 0, 9999, &year) || year != days->year ||
      !whole(doc, entry, "month", 0, 12, &month) || month != days->month ||
      !whole(doc, entry, "day", 0, 31, &day) || day < days->first ||
      day > days->last)
    return 0;
  if (json_number(doc, json_get(doc, entry, "energy_wh"), &kwh))
    kwh *= 1e-3;
  else if (!json_number(doc, json_get(doc, entry, "energy"), &kwh))
    return 0;
  return kwh >= 0 && kwh <= DAY_KWH_MAX ? kwh : 0;
}

static double sum_days(const struct iot_answer *a, const struct days *days) {
  const struct json *doc = a->doc;
  json_ref list = json_get(doc, a->object, "day_list");
  double sum = 0;

  for (json_ref e = json_first(doc, list); e != 0; e = json_next(doc, e))
    sum += day_kwh(days, doc, e);
  return sum;
}

static enum iot_verdict take_days(struct device *d, struct progress *p,
                                  struct iot_answer *a) {
  const struct days days = {.year = d->date / 10000,
                            .month = d->date / 100 % 100,
                            .first =
                                is_since_earlier(d) ? 1 : d->since_date % 100,
                            .last = d->date % 100};
  enum iot_verdict verdict =
      take_statistics(d, p, a, "get_daystat", "day_list", Q_KWH_TODAY);
  double sum =
      verdict == IOT_FINE && d->since_date > 0 ? sum_days(a, &days) : 0;
  double since = is_since_earlier(d) ? 0 : sum;

  if (d->plugs_num > 0) {
    d->plugs[p->plug].since_kwh = since;
    d->plugs[p->plug].recent_kwh = sum;
  } else {
    d->since_kwh = since;
    d->recent_kwh = sum;
  }
  return verdict;
}

/* The days of the month before, to those of this one. */
static enum iot_verdict take_earlier(struct device *d, struct progress *p,
                                     struct iot_answer *a) {
  const struct days days = {.year = d->since_date / 10000,
                            .month = d->since_date / 100 % 100,
                            .first = d->since_date % 100,
                            .last = 31};
  enum iot_verdict verdict = iot_judge(a, iot_meter_module(d), "get_daystat");
  double sum;

  if (verdict != IOT_FINE)
    return verdict;
  if (json_type(a->doc, json_get(a->doc, a->object, "day_list")) != JSON_ARRAY)
    return IOT_SHAPELESS;
  if (!reading_has(iot_reading(d, p), Q_KWH_TODAY))
    return IOT_FINE; /* those of this month have not come */
  sum = sum_days(a, &days);
  if (d->plugs_num > 0)
    d->plugs[p->plug].since_kwh = sum + d->plugs[p->plug].recent_kwh;
  else
    d->since_kwh = sum + d->recent_kwh;
  return verdict;
}

static enum iot_verdict take_months(struct device *d, struct progress *p,
                                    struct iot_answer *a) {
  return take_statistics(d, p, a, "get_monthstat", "month_list", Q_KWH_MONTH);
}

/* -- the order -- */

const struct iot_step iot_rare_steps[IOT_RARE_STEPS] = {
    {true, false, ASK_CLOUD, 1U << Q_CLOUD, wants_cloud, ask_cloud, take_cloud},
    {true, false, ASK_TIME, 0, wants_time, ask_time, take_time},
    {true, false, ASK_DAYS, 1U << Q_KWH_TODAY, wants_statistics, ask_days,
     take_days},
    {true, true, ASK_DAYS, 1U << Q_KWH_TODAY, wants_statistics, ask_days,
     take_days},
    {true, false, ASK_EARLIER_DAYS, 0, wants_earlier, ask_earlier,
     take_earlier},
    {true, true, ASK_EARLIER_DAYS, 0, wants_earlier, ask_earlier, take_earlier},
    {true, false, ASK_MONTHS, 1U << Q_KWH_MONTH, wants_statistics, ask_months,
     take_months},
    {true, true, ASK_MONTHS, 1U << Q_KWH_MONTH, wants_statistics, ask_months,
     take_months},
};
