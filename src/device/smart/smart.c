/* SPDX-License-Identifier: MIT */
/* The SMART dialect: what the answers mean (doc/protocol.md, "SMART").
 *
 * Some devices stop a batch at the first method they do not know, some cannot
 * take batches at all: what is missing is asked singly. */
#include <config.h>

#include "device/smart/smart.h"
#include "device/smart/smart_internal.h"

#include "device/smart/smart_code.h"
#include "device/smart/smart_info.h"

#include <stdio.h>
#include <string.h>

enum { UNREADABLE = -1003 }; /* what P100 says to a batch */

/* Where a meter's values go and what is known of it. */
static struct reading *reading_of(struct device *d, const struct progress *p) {
  return p->step == STEP_PLUGS ? &d->plugs[p->plug].now : &d->now;
}

static uint32_t *refused_of(struct device *d, const struct progress *p) {
  return p->step == STEP_PLUGS ? &d->plugs[p->plug].refused : &d->refused;
}

static enum outcome take_components(struct device *d, struct progress *p,
                                    const struct json *doc, json_ref result) {
  d->can = smart_components(doc, json_get(doc, result, "component_list"));
  d->learned = true;
  d->has_meter = (d->can & SMART_CAN_METER) != 0;
  p->todo |= smart_known_methods(d);
  if (d->can & SMART_CAN_CHILDREN)
    p->todo |= BIT(CHILD_COMPONENTS) & ~d->refused;
  return OUTCOME_OK;
}

/* The device does not say which of its plugs have a meter: all are asked when
 * it claims to have one itself. */
static void guess_metered_plugs(struct device *d) {
  for (unsigned i = 0; i < d->plugs_num; i++)
    if (!d->plugs[i].learned) {
      d->plugs[i].learned = true;
      d->plugs[i].metered = (d->can & SMART_CAN_METER) != 0;
    }
}

/* What plugs have is asked once of each, and again when no answer came. */
static void learn_plugs(struct device *d, struct progress *p) {
  bool learned = true;

  for (unsigned i = 0; i < d->plugs_num; i++)
    learned &= d->plugs[i].learned;
  if (learned)
    return;
  if ((d->refused & BIT(CHILD_COMPONENTS)) == 0)
    p->todo |= BIT(CHILD_COMPONENTS);
  else
    guess_metered_plugs(d);
}

/* One page of children; more are asked for until all have come. */
static enum outcome take_children(struct device *d, struct progress *p,
                                  const struct json *doc, json_ref result,
                                  char why[WHY_SIZE]) {
  json_ref list = json_get(doc, result, "child_device_list");
  unsigned before = p->listed;
  double sum = 0;

  if (json_type(doc, list) != JSON_ARRAY) {
    snprintf(why, WHY_SIZE, "the answer holds no list of plugs");
    return OUTCOME_MALFORMED;
  }
  for (json_ref c = json_first(doc, list); c != 0; c = json_next(doc, c)) {
    enum outcome outcome = smart_child(d, p->listed, doc, c, why);

    if (outcome != OUTCOME_OK)
      return outcome;
    p->listed++;
  }
  learn_plugs(d, p);
  if (json_number(doc, json_get(doc, result, "sum"), &sum) && p->listed < sum &&
      p->listed > before) {
    p->todo |= BIT(CHILDREN);
    p->singly = true;
    return OUTCOME_OK;
  }
  smart_children_end(d, p->listed);
  p->listed = 0;
  return OUTCOME_OK;
}

static void take_child_components(struct device *d, struct progress *p,
                                  const struct json *doc, json_ref result) {
  json_ref list = json_get(doc, result, "child_component_list");
  unsigned before = p->listed;
  double sum = 0;

  for (json_ref c = json_first(doc, list); c != 0; c = json_next(doc, c)) {
    char id[sizeof(d->plugs->id)];

    p->listed++;
    if (!json_string(doc, json_get(doc, c, "device_id"), id, sizeof(id)))
      continue;
    for (unsigned i = 0; i < d->plugs_num; i++)
      if (strcmp(d->plugs[i].id, id) == 0) {
        d->plugs[i].learned = true;
        d->plugs[i].metered =
            (smart_components(doc, json_get(doc, c, "component_list")) &
             SMART_CAN_METER) != 0;
      }
  }
  if (json_number(doc, json_get(doc, result, "sum"), &sum) && p->listed < sum &&
      p->listed > before) {
    p->todo |= BIT(CHILD_COMPONENTS);
    p->singly = true;
    return;
  }
  p->listed = 0;
  for (unsigned i = 0; i < d->plugs_num; i++)
    d->plugs[i].learned = true; /* of those not listed, that they have none */
}

static enum outcome take_result(struct device *d, struct progress *p,
                                enum method method, const struct json *doc,
                                json_ref result, char why[WHY_SIZE]) {
  struct reading *now = reading_of(d, p);
  enum outcome outcome = OUTCOME_OK;

  switch (method) {
  case INFO:
    outcome = smart_info(d, doc, result, why);
    if (!d->learned && (d->refused & BIT(COMPONENTS)) == 0 &&
        (p->asked & BIT(COMPONENTS)) == 0)
      p->todo |= BIT(COMPONENTS);
    break;
  case COMPONENTS:
    outcome = take_components(d, p, doc, result);
    break;
  case CHILDREN:
    outcome = take_children(d, p, doc, result, why);
    break;
  case CHILD_COMPONENTS:
    take_child_components(d, p, doc, result);
    break;
  case ENERGY:
    smart_energy(now, doc, result);
    break;
  case EMETER:
    smart_emeter(now, doc, result);
    break;
  case POWER:
    smart_power(now, doc, result);
    break;
  case LED:
    smart_led(now, doc, result);
    break;
  case FIRMWARE:
    smart_firmware(now, doc, result);
    break;
  case CLOUD:
    smart_cloud(now, doc, result);
    break;
  case METHODS:
    break;
  }
  return outcome;
}

/* The method brought an error instead. */
static enum outcome take_error(struct device *d, struct progress *p,
                               enum method method, double code,
                               char why[WHY_SIZE]) {
  bool refused = smart_judge(code) == SMART_REFUSED;
  uint32_t bit = BIT(method);

  if ((bit & ESSENTIAL) != 0) {
    snprintf(why, WHY_SIZE, "%s: error %.0f from the device",
             smart_methods[method], code);
    return OUTCOME_DEVICE;
  }
  if (refused || (d->shaky & bit) != 0)
    *refused_of(d, p) |= bit;
  d->shaky |= bit;
  if (method == COMPONENTS && (d->refused & bit) != 0) {
    /* Too old to say: what plugs may have is tried out. */
    d->learned = true;
    d->can = d->kind == KIND_PLUG ? SMART_CAN_METER | SMART_CAN_LED : 0;
    d->has_meter = d->can != 0;
    p->todo |= smart_known_methods(d);
  }
  if (method == CHILD_COMPONENTS && (d->refused & bit) != 0)
    guess_metered_plugs(d);
  return OUTCOME_OK;
}

/* One method's answer, whichever way it came. */
static enum outcome take_one(struct device *d, struct progress *p,
                             enum method method, const struct json *doc,
                             json_ref object, char why[WHY_SIZE]) {
  json_ref result = json_get(doc, object, "result");
  double code;

  p->todo &= ~BIT(method);
  if (!smart_code_of(doc, object, &code)) {
    snprintf(why, WHY_SIZE, "%s: the answer makes no sense",
             smart_methods[method]);
    return OUTCOME_MALFORMED;
  }
  if (code != 0)
    return take_error(d, p, method, code, why);
  d->shaky &= ~BIT(method);
  return take_result(d, p, method, doc, result, why);
}

static enum method method_of(const struct json *doc, json_ref response) {
  char name[48];

  if (json_string(doc, json_get(doc, response, "method"), name, sizeof(name)))
    for (unsigned m = 0; m < METHODS; m++)
      if (strcmp(name, smart_methods[m]) == 0)
        return (enum method)m;
  return METHODS;
}

/* Answers come in any order; some may be missing. The children's list has to
 * be read before what refers to it. */
static enum outcome take_batch(struct device *d, struct progress *p,
                               const struct json *doc, json_ref object,
                               char why[WHY_SIZE]) {
  json_ref list = json_get(doc, json_get(doc, object, "result"), "responses");
  uint32_t answered = 0;

  for (unsigned m = 0; m < METHODS; m++)
    for (json_ref r = json_first(doc, list);
         r != 0 && (p->asked & ~answered & BIT(m)) != 0;
         r = json_next(doc, r)) {
      enum outcome outcome;

      if (method_of(doc, r) != (enum method)m)
        continue;
      answered |= BIT(m);
      outcome = take_one(d, p, (enum method)m, doc, r, why);
      if (outcome != OUTCOME_OK)
        return outcome;
    }
  if (answered == 0) {
    snprintf(why, WHY_SIZE, "the answer holds nothing that was asked for");
    return OUTCOME_MALFORMED;
  }
  p->singly |= answered != p->asked;
  return OUTCOME_OK;
}

/* A batch as a whole brought an error. */
static enum outcome refuse_batch(struct device *d, struct progress *p,
                                 double code, char why[WHY_SIZE]) {
  enum smart_verdict verdict = smart_judge(code);
  bool too_long = verdict == SMART_BATCH && code != UNREADABLE;

  if (verdict == SMART_SESSION || verdict == SMART_AUTH ||
      verdict == SMART_LOCKED || verdict == SMART_MOVED) {
    snprintf(why, WHY_SIZE, "error %.0f from the device", code);
    return OUTCOME_DEVICE;
  }
  if (too_long && (d->refused & PAIRS_ONLY) == 0) {
    d->refused |= PAIRS_ONLY;
    return OUTCOME_OK;
  }
  if (verdict == SMART_BATCH || verdict == SMART_REFUSED ||
      (d->shaky & NO_BATCHES) != 0)
    d->refused |= NO_BATCHES;
  d->shaky |= NO_BATCHES;
  if (d->refused & NO_BATCHES)
    p->todo &= ~(uint32_t)BIT(LED);
  p->singly = true;
  return OUTCOME_OK;
}

/* Nothing better than whole watts: ask for those, now and from now on. */
static void seek_power(struct device *d, struct progress *p) {
  uint32_t *refused = refused_of(d, p);
  bool metered = p->step == STEP_PLUGS || d->has_meter;

  if (!metered || (p->asked & METER) == 0 || (p->todo & METER) != 0 ||
      (d->kind == KIND_UNSUPPORTED) ||
      (d->can & SMART_CAN_CHILDREN && p->step != STEP_PLUGS))
    return;
  if (!reading_has(reading_of(d, p), Q_POWER) &&
      (*refused & (BIT(POWER) | NEEDS_POWER)) == 0) {
    *refused |= NEEDS_POWER;
    p->todo |= BIT(POWER);
  }
  if ((*refused & METER) == METER) {
    if (p->step == STEP_PLUGS)
      d->plugs[p->plug].metered = false;
    else
      d->has_meter = false;
  }
}

static void settle_meter(struct device *d) {
  if ((d->can & SMART_CAN_CHILDREN) == 0)
    return;
  d->has_meter = false;
  for (unsigned i = 0; i < d->plugs_num; i++)
    d->has_meter |= d->plugs[i].metered;
}

static enum outcome smart_take(struct device *d, struct progress *p,
                               struct json *doc, char *text, size_t len,
                               char why[WHY_SIZE]) {
  json_ref object = json_parse(doc, text, len);
  enum outcome outcome;
  double code;

  if (!smart_code_of(doc, object, &code)) {
    snprintf(why, WHY_SIZE, "the answer is no JSON object");
    return OUTCOME_MALFORMED;
  }
  if (p->step == STEP_PLUGS) {
    if (code != 0) {
      snprintf(why, WHY_SIZE, "control_child: error %.0f from the device",
               code);
      return OUTCOME_DEVICE;
    }
    object = json_get(doc, json_get(doc, object, "result"), "responseData");
    if (!smart_code_of(doc, object, &code)) {
      snprintf(why, WHY_SIZE, "control_child: the answer lacks responseData");
      return OUTCOME_MALFORMED;
    }
  }
  if (smart_is_single(p->asked)) {
    unsigned m = 0;

    while (p->asked >> m > 1)
      m++;
    outcome = take_one(d, p, (enum method)m, doc, object, why);
  } else if (code != 0) {
    outcome = refuse_batch(d, p, code, why);
  } else {
    outcome = take_batch(d, p, doc, object, why);
  }
  if (outcome != OUTCOME_OK)
    return outcome;
  smart_settle_kind(d);
  seek_power(d, p);
  settle_meter(d);
  if (p->step == STEP_FIRST && (p->todo & BIT(INFO)) == 0)
    p->step = STEP_DEVICE;
  return OUTCOME_OK;
}

/* A request that the reading can do without failed. */
static void smart_skip(struct device *d, struct progress *p) {
  uint32_t tried = p->asked & ~(uint32_t)BIT(COMPONENTS);

  d->refused |= d->shaky & tried;
  d->shaky |= tried;
  p->todo &= ~p->asked;
  p->listed = 0;
  if (d->refused & BIT(CHILD_COMPONENTS))
    guess_metered_plugs(d);
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
