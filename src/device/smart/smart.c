/* SPDX-License-Identifier: MIT */
/* The SMART dialect: what the answers mean (doc/protocol.md, "SMART"), and what
 * becomes of methods that fail (doc/readings.md).
 *
 * Some devices stop a batch at the first method they do not know, some cannot
 * take batches at all: what is missing is asked singly. */
#include <config.h>

#include "device/smart/smart.h"

#include "device/smart/smart_ask.h"
#include "device/smart/smart_children.h"
#include "device/smart/smart_code.h"
#include "device/smart/smart_info.h"
#include "device/smart/smart_meter.h"

#include <stdio.h>
#include <string.h>

enum { UNREADABLE = -1003 }; /* what P100 says to a batch */

/* What each method brings. */
static const uint32_t brings[METHODS] = {
    [ENERGY] = 1U << Q_POWER | 1U << Q_KWH_TODAY | 1U << Q_KWH_MONTH,
    [EMETER] = 1U << Q_POWER | 1U << Q_VOLTAGE | 1U << Q_CURRENT,
    [POWER] = 1U << Q_POWER,
    [LED] = 1U << Q_LED_OFF,
    [FIRMWARE] = 1U << Q_UPDATING,
    [CLOUD] = 1U << Q_CLOUD,
};

/* -- what fails -- */

/* It does not say what it can do: what it may have is tried out. */
static void guess(struct device *d) {
  if (d->learned > 0 || d->can != 0)
    return;
  if (d->kind == KIND_PLUG || d->kind == KIND_SWITCH)
    d->can = SMART_CAN_METER | SMART_CAN_LED | SMART_MAY_CHILDREN;
}

/* Children were tried out, and there are none. */
static void has_no_children(struct device *d) {
  d->can &= ~(uint32_t)SMART_MAY_CHILDREN;
}

static void without(struct device *d, enum method method) {
  if (method == COMPONENTS)
    guess(d);
  if (method == CHILDREN && d->plugs_num == 0)
    has_no_children(d);
}

/* The list that was read stays what is known of the device. */
static bool is_second_list(const struct device *d, enum method method) {
  return method == COMPONENTS && d->learned > 0;
}

/* The method is left out, and asked by itself from now on. A list is asked for
 * once more at once: other requests depend on it. */
static void left_out(struct device *d, struct progress *p, enum method method) {
  struct request_memory *m = smart_memory(d, p);

  if (is_second_list(d, method))
    return;
  smart_reading(d, p)->has &=
      ~(brings[method] & (1U << Q_LED_OFF | 1U << Q_UPDATING | 1U << Q_CLOUD));
  if (method == CHILDREN)
    smart_children_cut(d, p);
  p->listed = 0;
  if (method == CHILDREN && !p->again && (m->failing & BIT(CHILDREN)) == 0) {
    p->again = true;
    p->singly = true;
    p->done &= ~(uint32_t)BIT(CHILDREN);
    return;
  }
  m->failing |= BIT(method);
  without(d, method);
}

/* A method brought something that is of no use. What never worked and is not
 * needed for what the device says it has is counted once. */
static void fail(struct device *d, struct progress *p, enum method method,
                 enum outcome outcome, const char *what) {
  const struct request_memory *m = smart_memory(d, p);
  uint32_t counted = METER | LISTS | m->proven | ~m->failing;

  if ((counted & BIT(method)) && !is_second_list(d, method))
    progress_fail(p, outcome, "%s: %s", smart_method_name(method), what);
  left_out(d, p, method);
}

/* The method brought an error instead. */
static void take_error(struct device *d, struct progress *p, enum method method,
                       double code) {
  struct request_memory *m = smart_memory(d, p);
  char what[64];

  if (smart_judge(code) == SMART_REFUSED && (m->proven & BIT(method)) == 0) {
    m->refused |= BIT(method);
    m->failing &= ~(uint32_t)BIT(method);
    smart_reading(d, p)->has &= ~(brings[method] & ~(uint32_t)(1U << Q_POWER));
    without(d, method);
    return;
  }
  snprintf(what, sizeof(what), "error %.0f from the device", code);
  fail(d, p, method, OUTCOME_DEVICE, what);
}

/* -- what comes -- */

static bool take_components(struct device *d, const struct json *doc,
                            json_ref result) {
  json_ref list = json_get(doc, result, "component_list");

  if (json_type(doc, list) != JSON_ARRAY || !smart_has_components(doc, list))
    return false;
  /* what a list has named is there, whatever the next one lacks */
  d->can = smart_components(doc, list) | (d->learned > 0 ? d->can : 0);
  if (d->learned < COMPONENTS_PROVEN)
    d->learned++;
  return true;
}

/* A page of a list: whether it could be read. */
static bool take_list(struct device *d, struct progress *p, enum method method,
                      const struct json *doc, json_ref result) {
  enum smart_list page = method == CHILDREN
                             ? smart_children(d, p, doc, result)
                             : smart_child_components(d, p, doc, result);

  if (page == SMART_LIST_MORE) {
    p->done &= ~(uint32_t)BIT(method);
    p->singly = true;
  }
  if (page == SMART_LIST_ENDED && method == CHILDREN &&
      (d->can & SMART_MAY_CHILDREN) != 0) {
    has_no_children(d);
    if (d->plugs_num > 0)
      d->can |= SMART_CAN_CHILDREN;
  }
  return page != SMART_LIST_BAD;
}

/* Whole watts are needed where the others answer and tell none. */
static void note_power(struct request_memory *m, enum method method,
                       const struct json *doc, json_ref result, bool had,
                       bool has) {
  const char *key = method == ENERGY ? "current_power" : "power_mw";
  double watts;

  if (method == POWER) {
    if (!had && has && (m->failing & (BIT(ENERGY) | BIT(EMETER))) == 0)
      m->refused |= NEEDS_POWER;
  } else if (json_number(doc, json_get(doc, result, key), &watts)) {
    m->refused &= ~(uint32_t)NEEDS_POWER;
  }
}

/* Values of the reading; false when there are none. */
static bool take_values(struct device *d, struct progress *p,
                        enum method method, const struct json *doc,
                        json_ref result) {
  static void (*const takers[METHODS])(const struct value_source *s) = {
      [ENERGY] = smart_energy,     [EMETER] = smart_emeter,
      [POWER] = smart_power,       [LED] = smart_led,
      [FIRMWARE] = smart_firmware, [CLOUD] = smart_cloud,
  };
  struct reading *now = smart_reading(d, p);
  bool had = reading_has(now, Q_POWER);
  struct value_source s = {.d = d,
                           .p = p,
                           .now = now,
                           .doc = doc,
                           .object = result,
                           .method = smart_method_name(method)};

  if (json_type(doc, result) != JSON_OBJECT)
    return false;
  takers[method](&s);
  if (BIT(method) & METER)
    note_power(smart_memory(d, p), method, doc, result, had,
               reading_has(now, Q_POWER));
  return (now->has & brings[method]) != 0 ||
         json_get(doc, result, "local_time") !=
             0; /* and the clock is not set */
}

/* False when the result is of no use. */
static bool take_result(struct device *d, struct progress *p,
                        enum method method, const struct json *doc,
                        json_ref result) {
  switch (method) {
  case COMPONENTS:
    return take_components(d, doc, result);
  case CHILDREN:
  case CHILD_COMPONENTS:
    return take_list(d, p, method, doc, result);
  case RATING:
    d->rated_w = smart_rating(doc, result);
    return json_type(doc, result) == JSON_OBJECT;
  case ENERGY:
  case EMETER:
  case POWER:
  case LED:
  case FIRMWARE:
  case CLOUD:
    return take_values(d, p, method, doc, result);
  case INFO:
  case METHODS:
    break;
  }
  return false;
}

/* The core: without it there is no reading. */
static enum outcome take_info(struct device *d, struct progress *p,
                              const struct json *doc, json_ref object,
                              char why[WHY_SIZE]) {
  enum outcome outcome;
  double code;

  if (!smart_code_if_any(doc, object, &code)) {
    snprintf(why, WHY_SIZE, "get_device_info: the answer makes no sense");
    return OUTCOME_MALFORMED;
  }
  if (code != 0) {
    snprintf(why, WHY_SIZE, "get_device_info: error %.0f from the device",
             code);
    return OUTCOME_DEVICE;
  }
  outcome = smart_info(d, p, doc, json_get(doc, object, "result"), why);
  if (outcome == OUTCOME_OK) {
    p->step = STEP_DEVICE;
    p->done |= BIT(INFO);
  }
  return outcome;
}

/* Another method's answer, whichever way it came. */
static void take_one(struct device *d, struct progress *p, enum method method,
                     const struct json *doc, json_ref object) {
  struct request_memory *m = smart_memory(d, p);
  double code;

  p->done |= BIT(method);
  if (!smart_code_if_any(doc, object, &code)) {
    fail(d, p, method, OUTCOME_MALFORMED, "the answer makes no sense");
  } else if (code != 0) {
    take_error(d, p, method, code);
  } else if (take_result(d, p, method, doc, json_get(doc, object, "result"))) {
    m->proven |= BIT(method);
    m->refused &= ~(uint32_t)BIT(method);
    if (p->listed == 0) /* else there are pages to come */
      m->failing &= ~(uint32_t)BIT(method);
  } else {
    fail(d, p, method, OUTCOME_MALFORMED, "the answer holds no values");
  }
}

/* -- batches -- */

static enum method method_of(const struct json *doc, json_ref response) {
  char name[48];

  if (json_string(doc, json_get(doc, response, "method"), name, sizeof(name)))
    for (unsigned m = 0; m < METHODS; m++)
      if (strcmp(name, smart_method_name((enum method)m)) == 0)
        return (enum method)m;
  return METHODS;
}

/* The answer to one method of a batch; 0: there is none. */
static json_ref response_to(const struct json *doc, json_ref list,
                            enum method method) {
  for (json_ref r = json_first(doc, list); r != 0; r = json_next(doc, r))
    if (method_of(doc, r) == method)
      return r;
  return 0;
}

/* Answers come in any order; some may be missing. The children's list has to
 * be read before what refers to it. */
static enum outcome take_batch(struct device *d, struct progress *p,
                               const struct json *doc, json_ref object,
                               char why[WHY_SIZE]) {
  json_ref list = json_get(doc, json_get(doc, object, "result"), "responses");
  uint32_t asked = p->asked;
  uint32_t answered = 0;

  for (unsigned m = 0; m < METHODS; m++) {
    json_ref response =
        (asked & BIT(m)) != 0 ? response_to(doc, list, (enum method)m) : 0;

    if (response == 0)
      continue;
    answered |= BIT(m);
    if (m != INFO) {
      take_one(d, p, (enum method)m, doc, response);
    } else {
      enum outcome outcome = take_info(d, p, doc, response, why);

      if (outcome != OUTCOME_OK)
        return outcome;
    }
  }
  if (answered == 0) {
    snprintf(why, WHY_SIZE, "the answer holds nothing that was asked for");
    return OUTCOME_MALFORMED;
  }
  if (answered == asked) { /* it takes them */
    d->memory.proven |= NO_BATCHES;
    d->memory.failing &= ~(uint32_t)NO_BATCHES;
  }
  p->split |= answered != asked;
  p->singly |= p->split;
  return OUTCOME_OK;
}

/* A batch as a whole brought an error. Where batches have worked it is about
 * one of the methods: each is asked by itself this once. Where none has, and
 * the error may pass, the next one is sent with what is polled rarely. */
static enum outcome refuse_batch(struct device *d, struct progress *p,
                                 double code, char why[WHY_SIZE]) {
  struct request_memory *m = &d->memory;
  enum smart_verdict verdict = smart_judge(code);
  bool too_long = verdict == SMART_BATCH && code != UNREADABLE;

  if (verdict == SMART_SESSION || verdict == SMART_AUTH ||
      verdict == SMART_LOCKED || verdict == SMART_MOVED) {
    snprintf(why, WHY_SIZE, "error %.0f from the device", code);
    return OUTCOME_DEVICE;
  }
  if ((m->proven & NO_BATCHES) != 0) {
    p->singly = true;
    return OUTCOME_OK;
  }
  if (too_long && (m->refused & PAIRS_ONLY) == 0) {
    m->refused |= PAIRS_ONLY;
    return OUTCOME_OK;
  }
  if (verdict == SMART_BATCH || verdict == SMART_REFUSED)
    m->refused |= NO_BATCHES;
  m->failing |= NO_BATCHES;
  p->singly = p->split = true;
  return OUTCOME_OK;
}

/* -- the answer to a request -- */

/* Whether there is a meter, as far as it is known: of a strip, of any plug. */
static void settle_meter(struct device *d) {
  d->has_meter = false;
  if ((d->can & SMART_CAN_CHILDREN) == 0)
    d->has_meter =
        (d->can & SMART_CAN_METER) != 0 && (d->memory.refused & METER) != METER;
  else
    for (unsigned i = 0; i < d->plugs_num; i++)
      d->has_meter |= d->plugs[i].metered;
}

/* Down to the answer of a plug. OUTCOME_OK: *object and *code are of it. */
static enum outcome open_child(const struct json *doc, json_ref *object,
                               double *code, char why[WHY_SIZE]) {
  if (*code != 0) {
    snprintf(why, WHY_SIZE, "control_child: error %.0f from the device", *code);
    return OUTCOME_DEVICE;
  }
  *object = json_get(doc, json_get(doc, *object, "result"), "responseData");
  if (smart_code_if_any(doc, *object, code))
    return OUTCOME_OK;
  snprintf(why, WHY_SIZE, "control_child: the answer lacks responseData");
  return OUTCOME_MALFORMED;
}

static enum outcome take_asked(struct device *d, struct progress *p,
                               const struct json *doc, json_ref object,
                               double code, char why[WHY_SIZE]) {
  unsigned m = 0;

  if (!smart_is_single(p->asked))
    return code != 0 ? refuse_batch(d, p, code, why)
                     : take_batch(d, p, doc, object, why);
  if (p->asked == BIT(INFO))
    return take_info(d, p, doc, object, why);
  while (p->asked >> m > 1)
    m++;
  take_one(d, p, (enum method)m, doc, object);
  return OUTCOME_OK;
}

static enum outcome smart_take(struct device *d, struct progress *p,
                               struct json *doc, char *text, size_t len,
                               char why[WHY_SIZE]) {
  json_ref object = json_parse(doc, text, len);
  enum outcome outcome = OUTCOME_OK;
  bool core = p->step == STEP_FIRST;
  double code;

  if (!smart_code_if_any(doc, object, &code)) {
    snprintf(why, WHY_SIZE, "the answer is no JSON object");
    return OUTCOME_MALFORMED;
  }
  if (p->child)
    outcome = open_child(doc, &object, &code, why);
  if (outcome == OUTCOME_OK)
    outcome = take_asked(d, p, doc, object, code, why);
  if (outcome != OUTCOME_OK)
    return outcome;
  smart_settle_kind(d);
  settle_meter(d);
  if (core && p->step != STEP_FIRST && d->plugs_num == 0)
    device_note_restart(d, ALL_METHODS);
  smart_move_on(d, p);
  return OUTCOME_OK;
}

/* What never answers is taken for something that the device does not have; but
 * what it says it has, it has. */
static void smart_skip(struct device *d, struct progress *p,
                       enum outcome outcome) {
  struct request_memory *m = smart_memory(d, p);
  uint32_t never = m->failing & ~m->proven & ~(uint32_t)(METER | LISTS) &
                   ~(uint32_t)BIT(COMPONENTS);

  for (unsigned i = 0; i < METHODS; i++)
    if (p->asked & BIT(i)) {
      p->done |= BIT(i);
      left_out(d, p, (enum method)i);
      if (outcome == OUTCOME_TIMEOUT && (never & BIT(i)) != 0) {
        m->refused |= BIT(i);
        m->failing &= ~(uint32_t)BIT(i);
      }
    }
  smart_settle_kind(d);
  settle_meter(d);
  if (outcome == OUTCOME_TIMEOUT)
    smart_note_silence(d, p);
  smart_move_on(d, p);
}

static enum outcome smart_introduce(struct device *d, struct json *doc,
                                    char *text, size_t len,
                                    char why[WHY_SIZE]) {
  (void)d;
  (void)doc;
  (void)text;
  (void)len;
  snprintf(why, WHY_SIZE, "SMART devices introduce themselves by TDP");
  return OUTCOME_MALFORMED;
}

const struct dialect dialect_smart = {
    .name = "smart",
    .next = smart_next,
    .take = smart_take,
    .skip = smart_skip,
    .introduce = smart_introduce,
};
