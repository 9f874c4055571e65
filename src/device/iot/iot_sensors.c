/* SPDX-License-Identifier: MIT */
/* Motion and ambient light: see iot_sensors.h. Both are asked for at once, but
 * where one of them fails each by itself. */
#include <config.h>

#include "device/iot/iot_sensors.h"

#include <math.h>

static bool wants_sensors(const struct device *d, const struct progress *p) {
  (void)p;
  return d->has_sensors;
}

#define PIR "\"smartlife.iot.PIR\":{\"get_config\":{},\"get_adc_value\":{}}"
#define LAS "\"smartlife.iot.LAS\":{\"get_current_brt\":{}}"

static int ask_motion(const struct device *d, struct progress *p,
                      struct buf *request) {
  uint32_t not_along = d->memory.failing | d->memory.refused;

  if (p->repeated || p->singly || (not_along & ASK_LIGHT) != 0)
    return buf_adds(request, "{" PIR "}");
  p->asked |= ASK_LIGHT;
  return buf_adds(request, "{" PIR "," LAS "}");
}

static int ask_light(const struct device *d, struct progress *p,
                     struct buf *request) {
  (void)d;
  (void)p;
  return buf_adds(request, "{" LAS "}");
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

static enum iot_verdict take_motion(struct device *d, struct progress *p,
                                    struct iot_answer *a) {
  enum iot_verdict verdict = iot_judge(a, "smartlife.iot.PIR", "get_config");
  json_ref config = a->object;
  double value, motion;

  (void)p;
  if (verdict == IOT_FINE)
    verdict = iot_judge(a, "smartlife.iot.PIR", "get_adc_value");
  if (verdict != IOT_FINE)
    return verdict;
  if (!json_number(a->doc, json_get(a->doc, a->object, "value"), &value) ||
      !motion_of(a->doc, config, value, &motion))
    return IOT_SHAPELESS;
  reading_set(&d->now, Q_MOTION, motion);
  return IOT_FINE;
}

static enum iot_verdict take_light(struct device *d, struct progress *p,
                                   struct iot_answer *a) {
  enum iot_verdict verdict =
      iot_judge(a, "smartlife.iot.LAS", "get_current_brt");
  struct value_source s = {.d = d,
                           .p = p,
                           .now = &d->now,
                           .doc = a->doc,
                           .object = a->object,
                           .method = "get_current_brt"};

  if (verdict == IOT_FINE)
    value_take(&s, Q_AMBIENT, "value", 1);
  return verdict;
}

const struct iot_step iot_motion_step = {
    .bit = ASK_MOTION,
    .quantities = 1U << Q_MOTION,
    .wants = wants_sensors,
    .ask = ask_motion,
    .take = take_motion,
};
const struct iot_step iot_light_step = {
    .bit = ASK_LIGHT,
    .quantities = 1U << Q_AMBIENT,
    .wants = wants_sensors,
    .ask = ask_light,
    .take = take_light,
};
