/* SPDX-License-Identifier: MIT */
/* The IOT dialect: which module and method exists on which device, and what
 * happens to a request as a whole. */
#include "dialect.h"

#include "device.h"
#include "dump.h"
#include "house.h"
#include "iot_modules.h"
#include "request.h"
#include "sysinfo.h"

#include <string.h>

#define SOCKETS (KIND_PLUG | KIND_SWITCH | KIND_DIMMER | KIND_STRIP)
#define LIGHTS (KIND_BULB | KIND_LIGHTSTRIP)
#define BULB_EMETER "smartlife.iot.common.emeter"
#define BULB_SCHEDULE "smartlife.iot.common.schedule"
#define BULB_TIME "smartlife.iot.common.timesetting"
#define BULB_CLOUD "smartlife.iot.common.cloud"
#define BULB_LIGHT "smartlife.iot.smartbulb.lightingservice"
#define PIR "smartlife.iot.PIR"
#define LAS "smartlife.iot.LAS"

enum { PER_CHILD = 1, NEEDS_METER = 2, NEEDS_SENSOR = 4 };

static const struct iot_method {
  const char *module;
  const char *method;
  unsigned kinds;
  unsigned flags;
  void (*answer)(const struct iot_call *call);
} methods[] = {
    {"system", "get_sysinfo", KIND_ANY, 0, iot_sysinfo},
    {"emeter", "get_realtime", SOCKETS, PER_CHILD | NEEDS_METER, iot_realtime},
    {"emeter", "get_daystat", SOCKETS, PER_CHILD | NEEDS_METER, iot_daystat},
    {"emeter", "get_monthstat", SOCKETS, PER_CHILD | NEEDS_METER,
     iot_monthstat},
    {BULB_EMETER, "get_realtime", LIGHTS, NEEDS_METER, iot_realtime},
    {BULB_EMETER, "get_daystat", LIGHTS, NEEDS_METER, iot_daystat},
    {BULB_EMETER, "get_monthstat", LIGHTS, NEEDS_METER, iot_monthstat},
    {"time", "get_time", SOCKETS, 0, iot_time},
    {"time", "get_timezone", SOCKETS, 0, iot_timezone},
    {BULB_TIME, "get_time", LIGHTS, 0, iot_time},
    {BULB_TIME, "get_timezone", LIGHTS, 0, iot_timezone},
    {"cnCloud", "get_info", SOCKETS, 0, iot_cloud},
    {BULB_CLOUD, "get_info", LIGHTS, 0, iot_cloud},
    {"schedule", "get_next_action", SOCKETS, PER_CHILD, iot_next_action},
    {"schedule", "get_rules", SOCKETS, PER_CHILD, iot_rules},
    {"schedule", "get_daystat", SOCKETS, PER_CHILD, iot_usage_days},
    {"schedule", "get_monthstat", SOCKETS, PER_CHILD, iot_usage_months},
    {BULB_SCHEDULE, "get_next_action", LIGHTS, 0, iot_next_action},
    {BULB_SCHEDULE, "get_rules", LIGHTS, 0, iot_rules},
    {BULB_SCHEDULE, "get_daystat", LIGHTS, 0, iot_usage_days},
    {BULB_SCHEDULE, "get_monthstat", LIGHTS, 0, iot_usage_months},
    {"smartlife.iot.dimmer", "get_dimmer_parameters", KIND_DIMMER, 0,
     iot_dimmer},
    {BULB_LIGHT, "get_light_state", KIND_BULB, 0, iot_light_state},
    {"smartlife.iot.lightStrip", "get_light_state", KIND_LIGHTSTRIP, 0,
     iot_light_state},
    {PIR, "get_config", SOCKETS, NEEDS_SENSOR, iot_pir_config},
    {PIR, "get_adc_value", SOCKETS, NEEDS_SENSOR, iot_pir_adc},
    {LAS, "get_config", SOCKETS, NEEDS_SENSOR, iot_las_config},
    {LAS, "get_current_brt", SOCKETS, NEEDS_SENSOR, iot_las_brightness},
    {LAS, "get_dark_status", SOCKETS, NEEDS_SENSOR, iot_las_dark},
};

/* One request on its way through one device. */
struct talk {
  struct device *d;
  struct request request;
  bool udp;
  int child_error; /* what child-aware methods answer; 0 = the slot is good */
  size_t slot;
  struct text *out;
};

static bool has(const struct device *d, const struct iot_method *m) {
  return (m->kinds & d->kind) != 0 &&
         ((m->flags & NEEDS_METER) == 0 || d->meter != METER_NONE) &&
         ((m->flags & NEEDS_SENSOR) == 0 || d->sensor);
}

static const struct iot_method *find(const struct device *d,
                                     const struct call *call,
                                     bool *module_known, bool *meter_missing) {
  *module_known = *meter_missing = false;
  for (size_t i = 0; i < COUNT(methods); i++) {
    const struct iot_method *m = &methods[i];
    if ((m->kinds & d->kind) == 0 || !slice_is(call->module, m->module))
      continue;
    if (!has(d, m)) {
      *meter_missing = (m->flags & NEEDS_METER) != 0;
      continue;
    }
    *module_known = true;
    if (slice_is(call->method, m->method))
      return m;
  }
  return NULL;
}

static void resolve_child(struct talk *talk) {
  const struct request *r = &talk->request;
  const struct device *d = talk->d;
  char id[43];
  talk->slot = 0; /* without context the first outlet answers */
  talk->child_error = 0;
  if (d->kind != KIND_STRIP || r->context == CONTEXT_NONE)
    return;
  if (r->context == CONTEXT_WRONG) {
    talk->child_error = -3;
    return;
  }
  talk->child_error = -14;
  if (r->n_ids == 0)
    return;
  /* Of several ids only the first is answered. */
  for (size_t i = 0; i < d->n_plugs; i++) {
    device_child_id(d, i, id);
    if (!slice_is(r->ids[0], id))
      continue;
    talk->slot = i;
    talk->child_error = 0;
  }
}

static void note_asked(struct talk *talk, const struct call *call) {
  unsigned bit = house_asked_bit(talk->d->house, call->module, call->method);
  uint64_t *bits = talk->udp ? talk->d->stats.udp_asked : talk->d->stats.asked;
  bits[bit / 64] |= UINT64_C(1) << (bit % 64);
}

/* An err_module or err_method fault that means this module and outlet. */
static const struct fault *module_fault(struct talk *talk, enum fault_id id,
                                        struct slice module) {
  const struct fault *f = fault_peek(talk->d->faults, id);
  if (f == NULL || !slice_is(module, f->word) ||
      (f->plug >= 0 && f->plug != (int)talk->slot))
    return NULL;
  return fault_use(talk->d->faults, id);
}

static void answer_method(struct talk *talk, const struct iot_method *m,
                          const struct call *call) {
  const struct fault *f = module_fault(talk, FAULT_ERR_METHOD, call->module);
  bool bulb = (talk->d->kind & LIGHTS) != 0;
  if (f != NULL)
    iot_error(talk->out, (int)f->number);
  else if (m == NULL)
    iot_error(talk->out, bulb ? -2000 : -2);
  else if ((m->flags & PER_CHILD) && talk->child_error != 0)
    iot_error(talk->out, talk->child_error);
  else
    m->answer(&(struct iot_call){.device = talk->d,
                                 .args = call->args,
                                 .slot = talk->slot,
                                 .udp = talk->udp,
                                 .out = talk->out});
}

/* A module the device does not have. */
static enum outcome refuse(struct talk *talk, const struct call *calls,
                           size_t n, enum refusal refusal) {
  bool inside = refusal == REFUSE_METHOD || refusal == REFUSE_METHOD_2001;
  int code = refusal == REFUSE_MODULE_2001 || refusal == REFUSE_METHOD_2001
                 ? -2001
                 : -1;
  switch (refusal) {
  case REFUSE_HANG:
    return ANSWER_SILENT;
  case REFUSE_CLOSE:
    return ANSWER_CLOSE;
  case REFUSE_CRASH:
    return ANSWER_CRASH;
  case REFUSE_MODULE:
  case REFUSE_METHOD:
  case REFUSE_MODULE_2001:
  case REFUSE_METHOD_2001:
    break;
  }
  if (!inside || calls[0].method.p == NULL) {
    iot_error(talk->out, code);
    return ANSWER_SEND;
  }
  text_char(talk->out, '{');
  for (size_t i = 0; i < n; i++) {
    text_addz(talk->out, i > 0 ? ",\"" : "\"");
    text_add(talk->out, calls[i].method.p, calls[i].method.len);
    text_addz(talk->out, "\":");
    iot_error(talk->out, code);
  }
  text_char(talk->out, '}');
  return ANSWER_SEND;
}

static bool from_dump(struct talk *talk, const struct call *call) {
  struct device *d = talk->d;
  if (slice_is(call->module, "system") && slice_is(call->method, "get_sysinfo"))
    return false;
  dump_method(d->dump, call->module, call->method, talk->slot, talk->out);
  if (slice_is(call->method, "get_realtime")) {
    d->plugs[talk->slot].reading_pending = true;
    dump_reading(d->dump, &d->plugs[talk->slot].pending);
  }
  return true;
}

/* True when the fault "method" has answered. Discovery is no method. */
static bool spoil_method(struct talk *talk, const struct call *call) {
  int code = 0;
  if (talk->udp)
    return false;
  enum method_fault hurt =
      fault_method(talk->d->faults, call->method, (int)talk->slot, &code);
  if (hurt == METHOD_LIST)
    text_addz(talk->out, "[]");
  else if (hurt == METHOD_ERROR)
    iot_error(talk->out, code);
  return hurt != METHOD_SOUND;
}

/* n calls of one module. */
static enum outcome answer_module(struct talk *talk, const struct call *calls,
                                  size_t n) {
  struct device *d = talk->d;
  struct text *out = talk->out;
  bool known, meter_missing;
  text_addz(out, out->p[out->len - 1] == '{' ? "\"" : ",\"");
  text_add(out, calls[0].module.p, calls[0].module.len);
  text_addz(out, "\":");
  for (size_t i = 0; i < n; i++)
    note_asked(talk, &calls[i]);

  const struct fault *f = module_fault(talk, FAULT_ERR_MODULE, calls[0].module);
  if (f != NULL) {
    iot_error(out, (int)f->number);
    return ANSWER_SEND;
  }
  if (d->dump != NULL) {
    enum refusal refusal;
    if (dump_refuses(d->dump, calls[0].module, &refusal))
      return refuse(talk, calls, n, refusal);
    known = true;
  } else {
    find(d, &calls[0], &known, &meter_missing);
    if (!known)
      return refuse(talk, calls, n,
                    meter_missing ? d->quirks.no_meter : d->quirks.no_module);
  }
  if (calls[0].bare) {
    iot_error(out, -3);
    return ANSWER_SEND;
  }

  text_char(out, '{');
  for (size_t i = 0; i < n; i++) {
    const struct call *call = &calls[i];
    if (call->method.p == NULL || (call->null_args && d->quirks.null_drops))
      continue;
    text_addz(out, out->p[out->len - 1] == '{' ? "\"" : ",\"");
    text_add(out, call->method.p, call->method.len);
    text_addz(out, "\":");
    if (spoil_method(talk, call))
      continue;
    if (d->dump != NULL && talk->child_error == 0 && from_dump(talk, call))
      continue;
    answer_method(talk, find(d, call, &known, &meter_missing), call);
  }
  text_char(out, '}');
  return ANSWER_SEND;
}

static bool same_module(const struct call *a, const struct call *b) {
  return a->module.len == b->module.len &&
         memcmp(a->module.p, b->module.p, a->module.len) == 0;
}

static bool asks_meter(const struct request *r) {
  for (size_t i = 0; i < r->n_calls; i++)
    if (slice_is(r->calls[i].module, "emeter") ||
        slice_is(r->calls[i].module, BULB_EMETER))
      return true;
  return false;
}

static enum outcome answer(struct device *d, const char *request, size_t len,
                           bool udp, struct text *out) {
  struct talk talk;
  talk.d = d;
  talk.udp = udp;
  talk.out = out;
  if (d->quirks.crash_above != 0 && len > d->quirks.crash_above)
    return ANSWER_CRASH;
  if (d->quirks.stall_above != 0 && len > d->quirks.stall_above)
    return ANSWER_SILENT;
  if (!request_parse(&talk.request, request, len)) {
    d->stats.bad_requests++;
    return ANSWER_CLOSE;
  }
  const struct request *r = &talk.request;
  if (r->context == CONTEXT_CRASH ||
      (udp && d->quirks.udp_emeter_crash && asks_meter(r)))
    return ANSWER_CRASH;

  resolve_child(&talk);
  text_char(out, '{');
  for (size_t i = 0, n; i < r->n_calls; i += n) {
    for (n = 1;
         i + n < r->n_calls && same_module(&r->calls[i], &r->calls[i + n]);)
      n++;
    enum outcome outcome = answer_module(&talk, &r->calls[i], n);
    if (outcome != ANSWER_SEND) {
      device_unserved(d);
      return outcome;
    }
  }
  text_char(out, '}');
  return ANSWER_SEND;
}

static void forge(const uint8_t mac[6], unsigned long number,
                  struct text *out) {
  static struct house nowhere; /* its clock stands still */
  struct device *d = device_new(&nowhere, KIND_PLUG, 1, true, number);
  device_plugs(d, 1);
  device_set_mac(d, mac);
  text_printf(&d->alias, "Forged %lu", number);
  text_addz(out, "{\"system\":{\"get_sysinfo\":");
  sysinfo_answer(d, true, out);
  text_addz(out, "}}");
  device_free(d);
}

const struct dialect dialect_iot = {"iot", answer, forge};
