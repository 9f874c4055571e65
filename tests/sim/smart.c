/* SPDX-License-Identifier: MIT */
/* The SMART dialect: one method, several in a batch, or either for a child. */
#include "smart.h"

#include "dialect.h"
#include "house.h"
#include "json.h"
#include "smart_dump.h"

#include <stdlib.h>
#include <string.h>

#define MAX_BATCH 32
#define MAX_DEPTH 3

enum {
  PARENT = 1, /* a strip as a whole */
  CHILD = 2,  /* an outlet of a strip */
  SINGLE = 4, /* a device without children */
  OWN = PARENT | SINGLE,
  ALL = PARENT | CHILD | SINGLE,
};

static const struct smart_method {
  const char *name;
  unsigned who;
  unsigned kinds;
  smart_answer *answer;
} methods[] = {
    {"get_device_info", ALL, KIND_ANY, smart_device_info},
    {"get_energy_usage", ALL, KIND_ANY, smart_energy_usage},
    {"get_emeter_data", ALL, KIND_ANY, smart_emeter_data},
    {"get_emeter_vgain_igain", SINGLE | CHILD, KIND_ANY, smart_gain},
    {"get_current_power", ALL, KIND_ANY, smart_current_power},
    {"get_child_device_list", PARENT, KIND_ANY, smart_children},
    {"get_child_device_component_list", PARENT, KIND_ANY,
     smart_child_components},
    {"component_nego", ALL, KIND_ANY, smart_components},
    {"get_device_usage", ALL, KIND_ANY, smart_device_usage},
    {"get_device_time", OWN, KIND_ANY, smart_device_time},
    {"get_connect_cloud_state", OWN, KIND_ANY, smart_cloud},
    {"get_led_info", OWN, KIND_ANY & ~(unsigned)KIND_LIGHTS, smart_led},
    {"get_fw_download_state", OWN, KIND_ANY, smart_fw_state},
    {"get_latest_fw", OWN, KIND_ANY, smart_latest_fw},
    {"get_auto_update_info", OWN, KIND_ANY, smart_auto_update},
    {"get_protection_power", SINGLE | CHILD, KIND_PLUG | KIND_STRIP,
     smart_protection_power},
    {"get_max_power", SINGLE | CHILD, KIND_PLUG | KIND_STRIP, smart_max_power},
};

/* One request object on its way. */
struct inquiry {
  struct slice method;
  struct slice params;
  struct slice requests;     /* of multipleRequest */
  struct slice child;        /* of control_child */
  struct slice request_data; /* of control_child */
};

static bool read_params(struct slice params, struct inquiry *q) {
  struct cursor c = {params.p, params.p + params.len};
  struct slice key, value;
  bool first = true;
  int more;
  if (!json_enter(&c, '{'))
    return false;
  while ((more = json_next(&c, '}', &first, &key)) == 1) {
    enum json_type type = json_value(&c, &value);
    if (type == JSON_BAD)
      return false;
    if (type == JSON_ARRAY && slice_is(key, "requests"))
      q->requests = value;
    else if (type == JSON_STRING && slice_is(key, "device_id"))
      q->child = value;
    else if (type == JSON_OBJECT && slice_is(key, "requestData"))
      q->request_data = value;
  }
  return more == 0;
}

static bool read_inquiry(struct slice json, struct inquiry *q) {
  struct cursor c = {json.p, json.p + json.len};
  struct slice key, value;
  bool first = true;
  int more;
  *q = (struct inquiry){0};
  if (!json_enter(&c, '{'))
    return false;
  while ((more = json_next(&c, '}', &first, &key)) == 1) {
    enum json_type type = json_value(&c, &value);
    if (type == JSON_BAD)
      return false;
    if (type == JSON_STRING && slice_is(key, "method"))
      q->method = value;
    else if (type == JSON_OBJECT && slice_is(key, "params"))
      q->params = value;
  }
  if (more != 0 || !json_done(&c) || q->method.p == NULL)
    return false;
  return q->params.p == NULL || read_params(q->params, q);
}

static void note_asked(struct device *d, int slot, struct slice method) {
  struct slice module = {slot >= 0 && d->kind == KIND_STRIP ? "child" : "smart",
                         5};
  unsigned bit = house_asked_bit(d->house, module, method);
  d->stats.asked[bit / 64] |= UINT64_C(1) << (bit % 64);
}

/* Is the method among the words? */
static bool refuses(const struct device *d, struct slice method) {
  const char *at = d->refuse;
  while (*at != '\0') {
    size_t n = strcspn(at, " ,");
    if (n == method.len && memcmp(at, method.p, n) == 0)
      return true;
    at += n + strspn(at + n, " ,");
  }
  return false;
}

static int plain_method(struct device *d, int slot, const struct inquiry *q,
                        struct text *out) {
  if (d->smart_dump != NULL)
    return smart_dump_answer(d, slot, q->method, q->params, out);
  unsigned who = d->kind != KIND_STRIP ? SINGLE : slot < 0 ? PARENT : CHILD;
  for (size_t i = 0; i < COUNT(methods); i++) {
    const struct smart_method *m = &methods[i];
    if (slice_is(q->method, m->name))
      return (m->who & who) == 0 || (m->kinds & d->kind) == 0
                 ? SMART_UNKNOWN_METHOD
                 : m->answer(&(struct smart_call){d, slot, q->params, out});
  }
  return SMART_UNKNOWN_METHOD;
}

static void answer_one(struct device *d, int slot, const struct inquiry *q,
                       unsigned depth, struct text *out, int *code);

static int batch(struct device *d, int slot, const struct inquiry *q,
                 unsigned depth, struct text *out) {
  struct inquiry *list = xcalloc(MAX_BATCH, sizeof(*list));
  struct cursor c = {q->requests.p, q->requests.p + q->requests.len};
  struct slice value;
  bool first = true;
  size_t n = 0;
  int code = q->requests.p == NULL || !json_enter(&c, '[') ? SMART_PARAMS : 0;
  while (code == 0 && json_next(&c, ']', &first, NULL) == 1) {
    if (json_value(&c, &value) != JSON_OBJECT || n == MAX_BATCH ||
        !read_inquiry(value, &list[n++]))
      code = SMART_PARAMS;
  }
  if (d->quirks.no_batch)
    code = SMART_NOT_JSON;
  else if (d->quirks.batch_max != 0 && n > d->quirks.batch_max)
    code = 1200;
  if (code == 0)
    text_addz(out, "{\"responses\":[");
  for (size_t i = 0; code == 0 && i < n; i++) {
    const struct inquiry *one = &list[d->quirks.batch_reverse ? n - 1 - i : i];
    int inner;
    text_addz(out, i > 0 ? ",{\"method\":\"" : "{\"method\":\"");
    text_add(out, one->method.p, one->method.len);
    text_addz(out, "\",");
    answer_one(d, slot, one, depth + 1, out, &inner);
    text_char(out, '}');
    if (inner != 0 && d->quirks.batch_stops)
      break;
  }
  if (code == 0)
    text_addz(out, "]}");
  free(list);
  return code;
}

static int control_child(struct device *d, const struct inquiry *q,
                         unsigned depth, struct text *out) {
  struct inquiry inner;
  char id[64];
  int code;
  if (q->child.p == NULL || q->request_data.p == NULL ||
      !read_inquiry(q->request_data, &inner))
    return SMART_PARAMS;
  for (size_t i = 0; i < d->n_plugs; i++) {
    if (d->smart_dump != NULL)
      smart_dump_child_id(d, i, id);
    else
      device_child_id(d, i, id);
    if (!slice_is(q->child, id))
      continue;
    text_addz(out, "{\"responseData\":{");
    answer_one(d, (int)i, &inner, depth + 1, out, &code);
    text_addz(out, "}}");
    return SMART_OK;
  }
  return SMART_PARAMS;
}

/* "result":{..},"error_code":0 or "error_code":-1002 */
static void answer_one(struct device *d, int slot, const struct inquiry *q,
                       unsigned depth, struct text *out, int *code) {
  size_t start = out->len;
  const struct fault *f = fault_peek(d->faults, FAULT_ERR_METHOD);
  enum method_fault hurt = fault_method(d->faults, q->method, slot, code);
  note_asked(d, slot, q->method);
  text_addz(out, "\"result\":");
  if (hurt == METHOD_LIST) {
    text_addz(out, "[]");
    *code = SMART_OK;
  } else if (hurt == METHOD_ERROR) {
    /* the code is set */
  } else if (f != NULL && slice_is(q->method, f->word) &&
             (f->plug < 0 || f->plug == slot)) {
    *code = (int)f->number;
    fault_use(d->faults, FAULT_ERR_METHOD);
  } else if (depth > MAX_DEPTH) {
    *code = SMART_PARAMS;
  } else if (refuses(d, q->method)) {
    *code = SMART_UNKNOWN_METHOD;
  } else if (slice_is(q->method, "multipleRequest")) {
    *code = batch(d, slot, q, depth, out);
  } else if (slice_is(q->method, "control_child") && slot < 0) {
    *code = control_child(d, q, depth, out);
  } else {
    *code = plain_method(d, slot, q, out);
  }
  if (*code == SMART_OK) {
    text_addz(out, ",\"error_code\":0");
    return;
  }
  out->len = start;
  text_addz(out, "\"error_code\":");
  text_int(out, *code);
}

static enum outcome answer(struct device *d, const char *request, size_t len,
                           bool udp, struct text *out) {
  struct inquiry q;
  int code;
  (void)udp;
  if (d->quirks.crash_above != 0 && len > d->quirks.crash_above)
    return ANSWER_CRASH;
  if (d->quirks.stall_above != 0 && len > d->quirks.stall_above)
    return ANSWER_SILENT;
  if (!read_inquiry((struct slice){request, len}, &q)) {
    d->stats.bad_requests++;
    text_printf(out, "{\"error_code\":%d}", SMART_NOT_JSON);
    return ANSWER_SEND;
  }
  text_char(out, '{');
  answer_one(d, d->kind == KIND_STRIP ? -1 : 0, &q, 0, out, &code);
  text_char(out, '}');
  return ANSWER_SEND;
}

const struct dialect dialect_smart = {"smart", answer, NULL};
