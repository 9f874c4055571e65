/* The SMART dialect: which methods to ask, how many at once, and what their
 * answers mean (doc/protocol.md, "SMART").
 *
 * A poll first asks about the device, up to five methods in one batch, then
 * about each plug of a strip that has a meter, then seldom about the cloud.
 * Each method may be refused on its own; that is remembered until the
 * firmware changes. Some devices stop a batch at the first method they do not
 * know, some cannot take batches at all: what is missing is asked singly. */
#include <config.h>

#include "device/dialect.h"

#include "base/clock.h"
#include "device/crypto.h"
#include "device/smart_code.h"
#include "device/smart_info.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* In the order in which they stand in a batch. */
enum method {
  INFO,
  COMPONENTS,
  CHILDREN,
  CHILD_COMPONENTS,
  ENERGY,
  EMETER,
  POWER,
  LED,
  FIRMWARE,
  CLOUD,
  METHODS,
};

static const char *const names[METHODS] = {
    [INFO] = "get_device_info",
    [COMPONENTS] = "component_nego",
    [CHILDREN] = "get_child_device_list",
    [CHILD_COMPONENTS] = "get_child_device_component_list",
    [ENERGY] = "get_energy_usage",
    [EMETER] = "get_emeter_data",
    [POWER] = "get_current_power",
    [LED] = "get_led_info",
    [FIRMWARE] = "get_fw_download_state",
    [CLOUD] = "get_connect_cloud_state",
};

#define BIT(method) (1U << (method))

enum {
  BATCH_MAX = 5,
  UNREADABLE = -1003, /* what P100 says to a batch */
  METER = BIT(ENERGY) | BIT(EMETER) | BIT(POWER),
  /* Without these there is no reading. */
  ESSENTIAL = BIT(INFO) | BIT(CHILDREN),
  PAGED = BIT(CHILDREN) | BIT(CHILD_COMPONENTS),
  /* In device.refused and plug.refused, beside the methods': batches are not
   * taken, or not longer ones; get_current_power is all there is for the
   * power. */
  PAIRS_ONLY = 1U << 28,
  NO_BATCHES = 1U << 30,
  NEEDS_POWER = 1U << 29,
};

enum step { STEP_FIRST, STEP_DEVICE, STEP_PLUGS, STEP_CLOUD, STEP_END };

/* -- what to ask --------------------------------------------------------------
 */

static uint32_t meter_methods(uint32_t refused) {
  uint32_t wanted = BIT(ENERGY) | BIT(EMETER);

  if (refused & NEEDS_POWER)
    wanted |= BIT(POWER);
  return wanted & ~refused;
}

/* What is wanted once it is known what the device can do. A strip's own meter
 * is never believed: it shows one plug's values, or zeros. */
static uint32_t known_methods(const struct device *d) {
  if (d->can & SMART_CAN_CHILDREN)
    return BIT(CHILDREN);
  return d->has_meter ? meter_methods(d->refused) : 0;
}

static uint32_t first_methods(const struct device *d,
                              const struct progress *p) {
  uint32_t wanted = BIT(INFO);

  wanted |= d->learned ? known_methods(d) : BIT(COMPONENTS);
  if (p->slow)
    wanted |= BIT(FIRMWARE);
  /* the query may crash those that cannot take batches (P100) */
  if (p->slow && (!d->learned || (d->can & SMART_CAN_LED) != 0) &&
      (d->refused & NO_BATCHES) == 0)
    wanted |= BIT(LED);
  return wanted & (~d->refused | ESSENTIAL);
}

static unsigned batch_max(const struct device *d, const struct progress *p) {
  if (p->singly || (d->refused & NO_BATCHES) != 0)
    return 1;
  return (d->refused & PAIRS_ONLY) != 0 ? 2 : BATCH_MAX;
}

static uint32_t choose(uint32_t todo, unsigned room) {
  uint32_t chosen = 0;

  if (todo & BIT(CHILDREN)) /* the other list refers to this one */
    todo &= ~(uint32_t)BIT(CHILD_COMPONENTS);
  for (unsigned m = 0; m < METHODS && room > 0; m++)
    if (todo & BIT(m)) {
      chosen |= BIT(m);
      room--;
    }
  return chosen;
}

static bool is_single(uint32_t asked) { return (asked & (asked - 1)) == 0; }

/* "method":"..." and, for the further pages of a list, where to begin. */
static int add_method(struct buf *request, const char *name, bool paged,
                      unsigned start) {
  int err = buf_adds(request, "\"method\":\"");

  if (err == 0)
    err = buf_adds(request, name);
  if (err == 0)
    err = buf_adds(request, "\"");
  if (err == 0 && paged && start > 0)
    err = buf_addf(request, ",\"params\":{\"start_index\":%u}", start);
  return err;
}

static int add_methods(struct buf *request, uint32_t asked, unsigned start) {
  bool first = true;
  int err = 0;

  if (!is_single(asked))
    err = buf_adds(request, "\"method\":\"multipleRequest\",\"params\":{"
                            "\"requests\":[");
  for (unsigned m = 0; m < METHODS && err == 0; m++) {
    if ((asked & BIT(m)) == 0)
      continue;
    if (!is_single(asked))
      err = buf_adds(request, first ? "{" : ",{");
    if (err == 0)
      err = add_method(request, names[m], (PAGED & BIT(m)) != 0, start);
    if (err == 0 && !is_single(asked))
      err = buf_adds(request, "}");
    first = false;
  }
  if (err == 0 && !is_single(asked))
    err = buf_adds(request, "]}");
  return err;
}

/* A name for this process, the same for as long as it runs. */
static const char *terminal(void) {
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  static char name[BASE64_SIZE(16)];
  uint8_t bytes[16] = {0};

  pthread_mutex_lock(&lock);
  if (name[0] == '\0') {
    (void)crypto_random(bytes, sizeof(bytes));
    crypto_base64(bytes, sizeof(bytes), name);
  }
  pthread_mutex_unlock(&lock);
  return name;
}

static int write_request(const struct device *d, const struct progress *p,
                         struct buf *request) {
  bool child = p->step == STEP_PLUGS;
  int err = buf_adds(request, "{");

  if (err == 0 && child)
    err = buf_addf(request,
                   "\"method\":\"control_child\",\"params\":{\"device_id\":"
                   "\"%s\",\"requestData\":{",
                   d->plugs[p->plug].id);
  if (err == 0)
    err = add_methods(request, p->asked, p->listed);
  if (err == 0 && child)
    err = buf_adds(request, "}}");
  if (err == 0)
    err = buf_addf(request,
                   ",\"request_time_milis\":%llu,\"terminal_uuid\":\"%s\"}",
                   (unsigned long long)(clock_wall_us() / 1000), terminal());
  return err;
}

/* The next plug from p->plug on that has a meter; its methods become todo. */
static bool find_plug(const struct device *d, struct progress *p) {
  for (; p->plug < d->plugs_num; p->plug++) {
    p->todo = meter_methods(d->plugs[p->plug].refused);
    if (d->plugs[p->plug].metered && p->todo != 0)
      return true;
  }
  return false;
}

/* Moves on to the next thing to ask; false at the end. */
static bool advance(const struct device *d, struct progress *p) {
  for (;;) {
    switch ((enum step)p->step) {
    case STEP_FIRST:
      if (p->todo == 0)
        p->todo = first_methods(d, p);
      return true;
    case STEP_DEVICE:
      if (d->kind == KIND_UNSUPPORTED)
        return false;
      if (p->todo != 0)
        return true;
      p->step = STEP_PLUGS;
      p->plug = 0;
      p->listed = 0;
      if (find_plug(d, p))
        return true;
      break;
    case STEP_PLUGS:
      if (p->todo != 0)
        return true;
      p->plug++;
      if (find_plug(d, p))
        return true;
      break;
    case STEP_CLOUD:
      return p->todo != 0;
    case STEP_END:
      return false;
    }
    p->step = STEP_CLOUD;
    p->todo = p->slow ? BIT(CLOUD) & ~d->refused : 0;
  }
}

static enum next smart_next(struct device *d, struct progress *p,
                            struct buf *request) {
  if (!advance(d, p))
    return NEXT_DONE;
  p->asked = choose(p->todo, batch_max(d, p));
  buf_clear(request);
  if (write_request(d, p, request) < 0)
    return NEXT_ERROR;
  if (p->step == STEP_CLOUD)
    return NEXT_EXTRA;
  return p->step == STEP_PLUGS || (p->asked & (ESSENTIAL | METER)) != 0
             ? NEXT_CORE
             : NEXT_ASIDE;
}

/* -- answers
 * -------------------------------------------------------------------
 */

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
  p->todo |= known_methods(d);
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
    snprintf(why, WHY_SIZE, "%s: error %.0f from the device", names[method],
             code);
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
    p->todo |= known_methods(d);
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
    snprintf(why, WHY_SIZE, "%s: the answer makes no sense", names[method]);
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
      if (strcmp(name, names[m]) == 0)
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
  if (is_single(p->asked)) {
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
