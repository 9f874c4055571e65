/* SPDX-License-Identifier: MIT */
/* The IOT dialect: which modules to ask, in which order, and what their
 * answers mean (doc/protocol.md, "IOT").
 *
 * Devices hang or reboot when asked for modules they lack, so the first
 * request is always sysinfo alone and the rest follows by evidence; what was
 * refused once is not asked again until the firmware changes. */
#include <config.h>

#include "device/iot/iot.h"
#include "device/iot/iot_internal.h"
#include "device/iot/iot_sysinfo.h"

#include <stdio.h>
#include <string.h>

/* -- error codes -- */

static enum outcome complain(char why[WHY_SIZE], enum iot_verdict verdict,
                             const char *module, const char *name,
                             double code) {
  if (verdict == IOT_MISSING) {
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
  enum iot_verdict verdict = iot_judge(doc, root, iot_meter_module(d),
                                       "get_realtime", &realtime, &code);

  if (verdict == IOT_FINE)
    return meter_values(now, doc, realtime, why);
  if (verdict != IOT_REFUSED || (d->proven & ASK_METER) != 0)
    return complain(why, verdict, iot_meter_module(d), "get_realtime", code);
  d->refused |= ASK_METER;
  return OUTCOME_OK;
}

/* -- steps -- */

static bool wants_state(const struct device *d, const struct progress *p) {
  (void)d;
  (void)p;
  return true;
}

/* Together in one request, once it is known what the device has: not where
 * firmware has no room for two. */
static bool takes_meter_along(const struct device *d,
                              const struct progress *p) {
  return d->kind != KIND_UNKNOWN && d->kind != KIND_STRIP &&
         iot_asks_meter(d) && !p->singly;
}

static int ask_state(const struct device *d, const struct progress *p,
                     struct buf *request) {
  if (!takes_meter_along(d, p))
    return buf_adds(request, "{\"system\":{\"get_sysinfo\":{}}}");
  return buf_addf(request,
                  "{\"system\":{\"get_sysinfo\":{}},"
                  "\"%s\":{\"get_realtime\":{}}}",
                  iot_meter_module(d));
}

static enum outcome take_state(struct device *d, struct progress *p,
                               const struct json *doc, json_ref root,
                               char why[WHY_SIZE]) {
  /* Which meter went along; that of another kind of device than the one that
   * has answered says nothing. */
  const char *asked = takes_meter_along(d, p) ? iot_meter_module(d) : NULL;
  json_ref sysinfo;
  double code;
  enum outcome outcome;
  enum iot_verdict verdict =
      iot_judge(doc, root, "system", "get_sysinfo", &sysinfo, &code);

  if (verdict != IOT_FINE)
    return complain(why, verdict, "system", "get_sysinfo", code);
  outcome = iot_sysinfo(d, doc, sysinfo, why);
  if (outcome == OUTCOME_OK && asked != NULL && d->kind != KIND_STRIP &&
      strcmp(asked, iot_meter_module(d)) == 0) {
    outcome = take_realtime(d, &d->now, doc, root, why);
    p->metered = true;
    if (outcome == OUTCOME_OK)
      d->proven |= ASK_METER & ~d->refused;
  }
  return outcome;
}

static bool wants_meter(const struct device *d, const struct progress *p) {
  return d->kind != KIND_STRIP && iot_asks_meter(d) && !p->metered;
}

static int ask_meter(const struct device *d, const struct progress *p,
                     struct buf *request) {
  (void)p;
  return buf_addf(request, "{\"%s\":{\"get_realtime\":{}}}",
                  iot_meter_module(d));
}

static enum outcome take_meter(struct device *d, struct progress *p,
                               const struct json *doc, json_ref root,
                               char why[WHY_SIZE]) {
  (void)p;
  return take_realtime(d, &d->now, doc, root, why);
}

static bool wants_plug_meter(const struct device *d, const struct progress *p) {
  (void)p;
  return d->kind == KIND_STRIP && d->plugs_num > 0 && iot_asks_meter(d);
}

/* Only the first id of a list is answered, so one request per plug. */
static int ask_plug_meter(const struct device *d, const struct progress *p,
                          struct buf *request) {
  return buf_addf(request,
                  "{\"context\":{\"child_ids\":[\"%s\"]},"
                  "\"emeter\":{\"get_realtime\":{}}}",
                  d->plugs[p->plug].id);
}

static enum outcome take_plug_meter(struct device *d, struct progress *p,
                                    const struct json *doc, json_ref root,
                                    char why[WHY_SIZE]) {
  return take_realtime(d, &d->plugs[p->plug].now, doc, root, why);
}

/* -- the order -- */

static const struct iot_step core[] = {
    {NEXT_CORE, false, 0, wants_state, ask_state, take_state},
    {NEXT_CORE, false, ASK_METER, wants_meter, ask_meter, take_meter},
    {NEXT_CORE, true, ASK_METER, wants_plug_meter, ask_plug_meter,
     take_plug_meter},
};
enum { CORE = sizeof(core) / sizeof(core[0]) };

/* NULL beyond the last. */
static const struct iot_step *step_at(unsigned i) {
  if (i < CORE)
    return &core[i];
  return i - CORE < iot_rare_num ? &iot_rare[i - CORE] : NULL;
}

static enum next iot_next(struct device *d, struct progress *p,
                          struct buf *request) {
  const struct iot_step *s;

  for (; (s = step_at(p->step)) != NULL; p->step++) {
    if (s->kind == NEXT_RARE && !p->rare)
      break;
    if (d->kind == KIND_UNSUPPORTED && p->step > 0)
      break;
    if (!s->wants(d, p) || (s->each_plug && p->plug >= d->plugs_num)) {
      p->plug = 0;
      continue;
    }
    buf_clear(request);
    return s->ask(d, p, request) < 0 ? NEXT_ERROR : s->kind;
  }
  return NEXT_DONE;
}

static void move_on(const struct device *d, struct progress *p) {
  if (step_at(p->step)->each_plug && p->plug + 1 < d->plugs_num) {
    p->plug++;
    return;
  }
  p->plug = 0;
  p->step++;
}

static enum outcome iot_take(struct device *d, struct progress *p,
                             struct json *doc, char *text, size_t len,
                             char why[WHY_SIZE]) {
  const struct iot_step *s = step_at(p->step);
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
  unsigned bit = step_at(p->step)->bit;

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
