/* SPDX-License-Identifier: MIT */
/* The meter of the IOT dialect: see iot_meter.h. */
#include <config.h>

#include "device/iot/iot_meter.h"

bool iot_is_light(const struct device *d) {
  return d->kind == KIND_BULB || d->kind == KIND_LIGHT_STRIP;
}

const char *iot_meter_module(const struct device *d) {
  return iot_is_light(d) ? "smartlife.iot.common.emeter" : "emeter";
}

/* Only the first id of a list is answered, so one request per plug. */
int iot_add_context(const struct device *d, const struct progress *p,
                    struct buf *request) {
  if (d->kind != KIND_STRIP)
    return 0;
  return buf_addf(request, "\"context\":{\"child_ids\":[\"%s\"]},",
                  d->plugs[p->plug].id);
}

static bool wants_meter(const struct device *d, const struct progress *p) {
  (void)p;
  return d->has_meter;
}

static int ask_meter(const struct device *d, struct progress *p,
                     struct buf *request) {
  if (buf_adds(request, "{") < 0 || iot_add_context(d, p, request) < 0)
    return -1;
  return buf_addf(request, "\"%s\":{\"get_realtime\":{}}}",
                  iot_meter_module(d));
}

/* Two generations of units, per field: floats in V, A, W, kWh; integers in
 * mV, mA, mW, Wh. */
static const struct {
  const char *key;
  enum quantity quantity;
  double factor;
} fields[] = {
    {"power_mw", Q_POWER, 1e-3},     {"power", Q_POWER, 1},
    {"voltage_mv", Q_VOLTAGE, 1e-3}, {"voltage", Q_VOLTAGE, 1},
    {"current_ma", Q_CURRENT, 1e-3}, {"current", Q_CURRENT, 1},
    {"total_wh", Q_ENERGY_TOTAL, 1}, {"total", Q_ENERGY_TOTAL, 1e3},
};

static enum iot_verdict take_meter(struct device *d, struct progress *p,
                                   struct iot_answer *a) {
  struct reading *now = iot_reading(d, p);
  enum iot_verdict verdict = iot_judge(a, iot_meter_module(d), "get_realtime");
  struct value_source s = {.d = d,
                           .p = p,
                           .now = now,
                           .doc = a->doc,
                           .object = a->object,
                           .method = "get_realtime"};

  if (verdict != IOT_FINE)
    return verdict;
  for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
    value_take(&s, fields[i].quantity, fields[i].key, fields[i].factor);
  /* Bulbs and light strips fill in zeros for what they do not measure; of a
   * current alone nobody can tell. */
  if (reading_has(now, Q_VOLTAGE) ? now->value[Q_VOLTAGE] == 0
                                  : iot_is_light(d)) {
    reading_drop(now, Q_VOLTAGE);
    reading_drop(now, Q_CURRENT);
  }
  return IOT_FINE;
}

enum {
  METERED =
      1U << Q_POWER | 1U << Q_VOLTAGE | 1U << Q_CURRENT | 1U << Q_ENERGY_TOTAL
};

const struct iot_step iot_meter_step = {
    .bit = ASK_METER,
    .quantities = METERED,
    .wants = wants_meter,
    .ask = ask_meter,
    .take = take_meter,
};
const struct iot_step iot_plug_meter_step = {
    .each_plug = true,
    .bit = ASK_METER,
    .quantities = METERED,
    .wants = wants_meter,
    .ask = ask_meter,
    .take = take_meter,
};
