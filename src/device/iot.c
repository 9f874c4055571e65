/* The IOT dialect: which modules to ask, in which order, and what their
 * answers mean (doc/protocol.md, "IOT").
 *
 * Devices hang or reboot when asked for modules they lack, so the first
 * request is always sysinfo alone and the rest follows by evidence; what was
 * refused once is not asked again until the firmware changes. */
#include <config.h>

#include "device/dialect.h"
#include "device/iot_sysinfo.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Bits of device.refused and device.shaky. */
enum {
  ASK_METER = 1U << 0,
  ASK_SENSORS = 1U << 1,
  ASK_CLOUD = 1U << 2,
  ASK_TIME = 1U << 3,
  ASK_DAYS = 1U << 4,
  ASK_MONTHS = 1U << 5,
};

static bool is_light(const struct device *d) {
  return d->kind == KIND_BULB || d->kind == KIND_LIGHT_STRIP;
}

static const char *meter_module(const struct device *d) {
  return is_light(d) ? "smartlife.iot.common.emeter" : "emeter";
}

static const char *cloud_module(const struct device *d) {
  return is_light(d) ? "smartlife.iot.common.cloud" : "cnCloud";
}

static const char *time_module(const struct device *d) {
  return is_light(d) ? "smartlife.iot.common.timesetting" : "time";
}

/* -- error codes -- */

enum verdict { FINE, REFUSED, FAILED, MISSING };

/* "No such module" and "no such method" in the two numberings. */
static const struct {
  int code;
  enum verdict verdict;
} codes[] = {
    {0, FINE}, {-1, REFUSED}, {-2, REFUSED}, {-2000, REFUSED}, {-2001, REFUSED},
};

/* Looks for err_code on the module's level, then on the method's; *method is
 * the method's object. */
static enum verdict judge(const struct json *doc, json_ref root,
                          const char *module, const char *name,
                          json_ref *method, double *code) {
  json_ref in = json_get(doc, root, module);

  *method = json_get(doc, in, name);
  if ((!json_number(doc, json_get(doc, in, "err_code"), code) || *code == 0) &&
      !json_number(doc, json_get(doc, *method, "err_code"), code))
    *code = 0;
  if (*code == 0 && json_type(doc, *method) != JSON_OBJECT)
    return MISSING;
  for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
    if (codes[i].code == *code)
      return codes[i].verdict;
  return FAILED;
}

static enum outcome complain(char why[WHY_SIZE], enum verdict verdict,
                             const char *module, const char *name,
                             double code) {
  if (verdict == MISSING) {
    snprintf(why, WHY_SIZE, "the answer lacks %s.%s", module, name);
    return OUTCOME_MALFORMED;
  }
  snprintf(why, WHY_SIZE, "%s.%s: error %.0f from the device", module, name,
           code);
  return OUTCOME_DEVICE;
}

/* -- the meter -- */

/* Two generations of units, per field: floats in V, A, W, kWh; integers in
 * mV, mA, mW, Wh. */
static const struct {
  const char *key;
  enum quantity quantity;
  double factor;
} meter_fields[] = {
    {"power_mw", Q_POWER, 1e-3},     {"power", Q_POWER, 1},
    {"voltage_mv", Q_VOLTAGE, 1e-3}, {"voltage", Q_VOLTAGE, 1},
    {"current_ma", Q_CURRENT, 1e-3}, {"current", Q_CURRENT, 1},
    {"total_wh", Q_ENERGY_TOTAL, 1}, {"total", Q_ENERGY_TOTAL, 1e3},
};

static enum outcome meter_values(struct reading *now, const struct json *doc,
                                 json_ref realtime, char why[WHY_SIZE]) {
  for (size_t i = 0; i < sizeof(meter_fields) / sizeof(meter_fields[0]); i++) {
    json_ref field = json_get(doc, realtime, meter_fields[i].key);
    double number;

    if (field == 0 || json_type(doc, field) == JSON_NULL)
      continue;
    if (json_type(doc, field) == JSON_BOOL || /* true is no 1 W */
        !json_number(doc, field, &number) ||
        !reading_offer(now, meter_fields[i].quantity,
                       number * meter_fields[i].factor)) {
      snprintf(why, WHY_SIZE, "emeter: %s is no plausible number",
               meter_fields[i].key);
      return OUTCOME_MALFORMED;
    }
  }
  /* Bulbs and light strips fill in zeros for what they do not measure. */
  if (reading_has(now, Q_VOLTAGE) && now->value[Q_VOLTAGE] == 0) {
    reading_drop(now, Q_VOLTAGE);
    reading_drop(now, Q_CURRENT);
  }
  return OUTCOME_OK;
}

/* The meter's part of an answer into now. */
static enum outcome take_realtime(struct device *d, struct reading *now,
                                  const struct json *doc, json_ref root,
                                  char why[WHY_SIZE]) {
  double code;
  json_ref realtime;
  enum verdict verdict =
      judge(doc, root, meter_module(d), "get_realtime", &realtime, &code);

  if (verdict == FINE)
    return meter_values(now, doc, realtime, why);
  if (verdict != REFUSED || (d->proven & ASK_METER) != 0)
    return complain(why, verdict, meter_module(d), "get_realtime", code);
  d->refused |= ASK_METER;
  return OUTCOME_OK;
}

static bool asks_meter(const struct device *d) {
  return d->has_meter && (d->refused & ASK_METER) == 0;
}

/* -- steps -- */

static bool wants_state(const struct device *d, const struct progress *p) {
  (void)d;
  (void)p;
  return true;
}

static int ask_state(const struct device *d, unsigned plug,
                     struct buf *request) {
  (void)plug;
  if (d->kind == KIND_UNKNOWN || d->kind == KIND_STRIP || !asks_meter(d))
    return buf_adds(request, "{\"system\":{\"get_sysinfo\":{}}}");
  return buf_addf(request,
                  "{\"system\":{\"get_sysinfo\":{}},"
                  "\"%s\":{\"get_realtime\":{}}}",
                  meter_module(d));
}

static enum outcome take_state(struct device *d, struct progress *p,
                               const struct json *doc, json_ref root,
                               char why[WHY_SIZE]) {
  /* Which meter went along; that of another kind of device than the one that
   * has answered says nothing. */
  const char *asked =
      d->kind != KIND_UNKNOWN && d->kind != KIND_STRIP && asks_meter(d)
          ? meter_module(d)
          : NULL;
  json_ref sysinfo;
  double code;
  enum outcome outcome;
  enum verdict verdict =
      judge(doc, root, "system", "get_sysinfo", &sysinfo, &code);

  if (verdict != FINE)
    return complain(why, verdict, "system", "get_sysinfo", code);
  outcome = iot_sysinfo(d, doc, sysinfo, why);
  if (outcome == OUTCOME_OK && asked != NULL && d->kind != KIND_STRIP &&
      strcmp(asked, meter_module(d)) == 0) {
    outcome = take_realtime(d, &d->now, doc, root, why);
    p->metered = true;
    if (outcome == OUTCOME_OK)
      d->proven |= ASK_METER & ~d->refused;
  }
  return outcome;
}

static bool wants_meter(const struct device *d, const struct progress *p) {
  return d->kind != KIND_STRIP && asks_meter(d) && !p->metered;
}

static int ask_meter(const struct device *d, unsigned plug,
                     struct buf *request) {
  (void)plug;
  return buf_addf(request, "{\"%s\":{\"get_realtime\":{}}}", meter_module(d));
}

static enum outcome take_meter(struct device *d, struct progress *p,
                               const struct json *doc, json_ref root,
                               char why[WHY_SIZE]) {
  (void)p;
  return take_realtime(d, &d->now, doc, root, why);
}

static bool wants_plug_meter(const struct device *d, const struct progress *p) {
  (void)p;
  return d->kind == KIND_STRIP && d->plugs_num > 0 && asks_meter(d);
}

/* Only the first id of a list is answered, so one request per plug. */
static int ask_plug_meter(const struct device *d, unsigned plug,
                          struct buf *request) {
  return buf_addf(request,
                  "{\"context\":{\"child_ids\":[\"%s\"]},"
                  "\"emeter\":{\"get_realtime\":{}}}",
                  d->plugs[plug].id);
}

static enum outcome take_plug_meter(struct device *d, struct progress *p,
                                    const struct json *doc, json_ref root,
                                    char why[WHY_SIZE]) {
  return take_realtime(d, &d->plugs[p->plug].now, doc, root, why);
}

static bool wants_sensors(const struct device *d, const struct progress *p) {
  (void)p;
  return d->has_sensors && (d->refused & ASK_SENSORS) == 0;
}

static int ask_sensors(const struct device *d, unsigned plug,
                       struct buf *request) {
  (void)d;
  (void)plug;
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
  enum verdict pir =
      judge(doc, root, "smartlife.iot.PIR", "get_config", &config, &code);
  enum verdict las =
      judge(doc, root, "smartlife.iot.LAS", "get_current_brt", &light, &code);

  (void)p;
  (void)why;
  if (pir == REFUSED && las == REFUSED)
    d->refused |= ASK_SENSORS;
  adc =
      json_get(doc, json_get(doc, root, "smartlife.iot.PIR"), "get_adc_value");
  if (pir == FINE && json_number(doc, json_get(doc, adc, "value"), &value) &&
      motion_of(doc, config, value, &motion))
    (void)reading_offer(&d->now, Q_MOTION, motion);
  if (las == FINE && json_number(doc, json_get(doc, light, "value"), &value))
    (void)reading_offer(&d->now, Q_AMBIENT, value);
  return OUTCOME_OK;
}

static bool wants_cloud(const struct device *d, const struct progress *p) {
  (void)p;
  return (d->refused & ASK_CLOUD) == 0;
}

static int ask_cloud(const struct device *d, unsigned plug,
                     struct buf *request) {
  (void)plug;
  return buf_addf(request, "{\"%s\":{\"get_info\":{}}}", cloud_module(d));
}

static enum outcome take_cloud(struct device *d, struct progress *p,
                               const struct json *doc, json_ref root,
                               char why[WHY_SIZE]) {
  json_ref info;
  double number;
  enum verdict verdict =
      judge(doc, root, cloud_module(d), "get_info", &info, &number);

  (void)p;
  (void)why;
  reading_drop(&d->now, Q_CLOUD);
  if (verdict == REFUSED)
    d->refused |= ASK_CLOUD;
  if (verdict == FINE &&
      json_number(doc, json_get(doc, info, "cld_connection"), &number))
    (void)reading_offer(&d->now, Q_CLOUD, number);
  return OUTCOME_OK;
}

/* Days and months are the device's own, so its clock is asked first. */
static bool wants_time(const struct device *d, const struct progress *p) {
  (void)p;
  return asks_meter(d) && (d->refused & ASK_TIME) == 0;
}

static int ask_time(const struct device *d, unsigned plug,
                    struct buf *request) {
  (void)plug;
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
  enum verdict verdict =
      judge(doc, root, time_module(d), "get_time", &t, &code);

  (void)p;
  (void)why;
  d->date = 0;
  d->seconds_to_midnight = 0;
  if (verdict == REFUSED)
    d->refused |= ASK_TIME;
  if (verdict != FINE || !whole(doc, t, "year", 1970, 9999, &year) ||
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
  return asks_meter(d) && d->date != 0 && (d->refused & bit) == 0;
}

static bool wants_days(const struct device *d, const struct progress *p) {
  return wants_statistics(d, ASK_DAYS) && d->kind != KIND_STRIP && p->slow;
}

static bool wants_months(const struct device *d, const struct progress *p) {
  return wants_statistics(d, ASK_MONTHS) && d->kind != KIND_STRIP && p->slow;
}

static bool wants_plug_days(const struct device *d, const struct progress *p) {
  return wants_statistics(d, ASK_DAYS) && d->plugs_num > 0 && p->slow;
}

static bool wants_plug_months(const struct device *d,
                              const struct progress *p) {
  return wants_statistics(d, ASK_MONTHS) && d->plugs_num > 0 && p->slow;
}

/* "context" of a plug on a strip; nothing on a single device. */
static int add_context(const struct device *d, unsigned plug,
                       struct buf *request) {
  if (d->plugs_num == 0)
    return 0;
  return buf_addf(request, "\"context\":{\"child_ids\":[\"%s\"]},",
                  d->plugs[plug].id);
}

static int ask_days(const struct device *d, unsigned plug,
                    struct buf *request) {
  if (buf_adds(request, "{") < 0 || add_context(d, plug, request) < 0)
    return -1;
  return buf_addf(request,
                  "\"%s\":{\"get_daystat\":{\"year\":%u,\"month\":%u}}}",
                  meter_module(d), d->date / 10000, d->date / 100 % 100);
}

static int ask_months(const struct device *d, unsigned plug,
                      struct buf *request) {
  if (buf_adds(request, "{") < 0 || add_context(d, plug, request) < 0)
    return -1;
  return buf_addf(request, "\"%s\":{\"get_monthstat\":{\"year\":%u}}}",
                  meter_module(d), d->date / 10000);
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
  enum verdict verdict =
      judge(doc, root, meter_module(d), s->method, &method, &number);

  if (verdict == REFUSED)
    d->refused |= s->bit;
  list = json_get(doc, method, s->list);
  if (verdict != FINE || json_type(doc, list) != JSON_ARRAY)
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

/* -- the order -- */

static const struct step {
  enum next kind;
  bool each_plug;
  unsigned bit; /* in refused and shaky */
  bool (*wants)(const struct device *d, const struct progress *p);
  int (*ask)(const struct device *d, unsigned plug, struct buf *request);
  enum outcome (*take)(struct device *d, struct progress *p,
                       const struct json *doc, json_ref root,
                       char why[WHY_SIZE]);
} steps[] = {
    {NEXT_CORE, false, 0, wants_state, ask_state, take_state},
    {NEXT_CORE, false, ASK_METER, wants_meter, ask_meter, take_meter},
    {NEXT_CORE, true, ASK_METER, wants_plug_meter, ask_plug_meter,
     take_plug_meter},
    {NEXT_ASIDE, false, ASK_SENSORS, wants_sensors, ask_sensors, take_sensors},
    {NEXT_EXTRA, false, ASK_CLOUD, wants_cloud, ask_cloud, take_cloud},
    {NEXT_EXTRA, false, ASK_TIME, wants_time, ask_time, take_time},
    {NEXT_EXTRA, false, ASK_DAYS, wants_days, ask_days, take_days},
    {NEXT_EXTRA, true, ASK_DAYS, wants_plug_days, ask_days, take_days},
    {NEXT_EXTRA, false, ASK_MONTHS, wants_months, ask_months, take_months},
    {NEXT_EXTRA, true, ASK_MONTHS, wants_plug_months, ask_months, take_months},
};
enum { STEPS = sizeof(steps) / sizeof(steps[0]) };

static enum next iot_next(struct device *d, struct progress *p,
                          struct buf *request) {
  for (; p->step < STEPS; p->step++) {
    const struct step *s = &steps[p->step];

    if (s->kind == NEXT_EXTRA && !p->slow)
      break;
    if (d->kind == KIND_UNSUPPORTED && p->step > 0)
      break;
    if (!s->wants(d, p) || (s->each_plug && p->plug >= d->plugs_num)) {
      p->plug = 0;
      continue;
    }
    buf_clear(request);
    return s->ask(d, p->plug, request) < 0 ? NEXT_ERROR : s->kind;
  }
  return NEXT_DONE;
}

static void move_on(const struct device *d, struct progress *p) {
  if (steps[p->step].each_plug && p->plug + 1 < d->plugs_num) {
    p->plug++;
    return;
  }
  p->plug = 0;
  p->step++;
}

static enum outcome iot_take(struct device *d, struct progress *p,
                             struct json *doc, char *text, size_t len,
                             char why[WHY_SIZE]) {
  const struct step *s = &steps[p->step];
  json_ref root = json_parse(doc, text, len);
  enum outcome outcome;

  if (json_type(doc, root) != JSON_OBJECT) {
    snprintf(why, WHY_SIZE, "the answer is no JSON object");
    return OUTCOME_MALFORMED;
  }
  outcome = s->take(d, p, doc, root, why);
  if (outcome != OUTCOME_OK)
    return outcome;
  if (d->kind == KIND_UNSUPPORTED) {
    snprintf(why, WHY_SIZE, "it has nothing to poll (a camera)");
    return OUTCOME_DEVICE;
  }
  d->shaky &= ~s->bit;
  if (p->plug + 1 >= d->plugs_num) /* of a strip, all its plugs */
    d->proven |= s->bit & ~d->refused;
  move_on(d, p);
  return OUTCOME_OK;
}

static void iot_skip(struct device *d, struct progress *p) {
  unsigned bit = steps[p->step].bit;

  if (d->shaky & bit)
    d->refused |= bit;
  d->shaky |= bit;
  if (bit == ASK_CLOUD)
    reading_drop(&d->now, Q_CLOUD);
  if (bit == ASK_TIME) { /* what it was the last time does not count */
    d->date = 0;
    d->seconds_to_midnight = 0;
  }
  p->plug = 0;
  p->step++;
}

static enum outcome iot_introduce(struct device *d, struct json *doc,
                                  char *text, size_t len, char why[WHY_SIZE]) {
  struct progress p = {0};
  json_ref root = json_parse(doc, text, len);

  d->kind = KIND_UNKNOWN; /* an introduction holds no meter */
  if (json_type(doc, root) != JSON_OBJECT) {
    snprintf(why, WHY_SIZE, "the answer is no JSON object");
    return OUTCOME_MALFORMED;
  }
  return take_state(d, &p, doc, root, why);
}

const struct dialect dialect_iot = {
    .name = "iot",
    .next = iot_next,
    .take = iot_take,
    .skip = iot_skip,
    .introduce = iot_introduce,
};
