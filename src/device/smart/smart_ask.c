/* SPDX-License-Identifier: MIT */
/* The SMART dialect: which methods to ask, and how many at once
 * (doc/protocol.md, "SMART").
 *
 * A poll first asks about the device, up to five methods in one batch, then
 * about each plug of a strip that has a meter, then whatever failed the last
 * time, each method by itself, and rarely about the cloud. */
#include <config.h>

#include "device/smart/smart_ask.h"

#include "base/clock.h"
#include "device/crypto/crypto.h"
#include "device/smart/smart_info.h"

#include <pthread.h>

enum {
  BATCH_MAX = 5,
  /* More requests that stay without any answer are not repeated in one poll. */
  SILENT_MAX = 2,
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
    [RATING] = "get_max_power",
    [CLOUD] = "get_connect_cloud_state",
};

const char *smart_method_name(enum method method) { return names[method]; }

bool smart_is_single(uint32_t asked) { return (asked & (asked - 1)) == 0; }

struct request_memory *smart_memory(struct device *d,
                                    const struct progress *p) {
  return p->child ? &d->plugs[p->plug].memory : &d->memory;
}

struct reading *smart_reading(struct device *d, const struct progress *p) {
  return p->child ? &d->plugs[p->plug].now : &d->now;
}

/* -- what there is to ask -- */

/* Whole watts are asked for where nothing says more. */
static uint32_t meter_methods(const struct request_memory *m,
                              const struct reading *now, uint32_t done) {
  uint32_t better = BIT(ENERGY) | BIT(EMETER);
  bool none_better = (better & ~(m->refused | m->failing | done)) == 0;

  if ((m->refused & NEEDS_POWER) != 0 ||
      (none_better && !reading_has(now, Q_POWER)))
    better |= BIT(POWER);
  return better;
}

/* A list may have come without some of its entries: it is asked for again with
 * what is polled rarely, until several have been read, and for as long as it
 * names neither a meter nor children. */
static bool must_learn(const struct device *d, bool rare) {
  bool bare = (d->can & (SMART_CAN_METER | SMART_CAN_CHILDREN)) == 0;

  return d->learned == 0 || (rare && (bare || d->learned < COMPONENTS_PROVEN));
}

/* What plugs have is not known of all, and the device may tell: when they are
 * new, and rarely. Until then it is tried out. */
static bool must_learn_plugs(const struct device *d, bool rare) {
  for (unsigned i = 0; i < d->plugs_num; i++)
    if (!d->plugs[i].learned && (rare || d->plugs[i].lists < PLUG_PROVEN))
      return true;
  return false;
}

/* A strip's own meter is never believed: it shows one plug's values, or
 * zeros. */
static uint32_t device_methods(const struct device *d, uint32_t done,
                               bool rare) {
  uint32_t wanted = must_learn(d, rare) ? BIT(COMPONENTS) : 0;

  if (d->can & (SMART_CAN_CHILDREN | SMART_MAY_CHILDREN))
    wanted |= BIT(CHILDREN) |
              (must_learn_plugs(d, rare) ? (uint32_t)BIT(CHILD_COMPONENTS) : 0);
  else if (d->can & SMART_CAN_METER)
    wanted |= meter_methods(&d->memory, &d->now, done);
  return wanted;
}

/* Whether it is known, or must be feared, that it cannot take batches. */
static bool may_lack_batches(const struct device *d, const struct progress *p) {
  return ((d->memory.refused | d->memory.failing) & NO_BATCHES) != 0 ||
         (p->split && (d->memory.proven & NO_BATCHES) == 0);
}

static uint32_t rare_methods(const struct device *d, const struct progress *p) {
  uint32_t wanted = BIT(FIRMWARE);

  /* the query may crash those that cannot take batches (P100) */
  if ((d->learned == 0 || (d->can & SMART_CAN_LED) != 0) &&
      !may_lack_batches(d, p))
    wanted |= BIT(LED);
  if ((d->can & SMART_CAN_METER) != 0 && d->rated_w <= 0 &&
      (d->can & SMART_CAN_CHILDREN) == 0)
    wanted |= BIT(RATING);
  return wanted;
}

/* Of a plug that may have a meter. */
static uint32_t plug_methods(const struct device *d, unsigned plug,
                             uint32_t done) {
  const struct plug *of = &d->plugs[plug];
  bool metered = of->learned ? of->metered : (d->can & SMART_CAN_METER) != 0;

  return metered ? meter_methods(&of->memory, &of->now, done) : 0;
}

/* What was refused is asked again with what is polled rarely. */
static uint32_t not_refused(const struct request_memory *m,
                            const struct progress *p) {
  return p->rare ? UINT32_MAX : ~m->refused;
}

static uint32_t device_due(const struct device *d, const struct progress *p) {
  uint32_t wanted = device_methods(d, p->done, p->rare);

  if (p->rare)
    wanted |= rare_methods(d, p);
  return wanted & not_refused(&d->memory, p) & ~d->memory.failing & ~p->done;
}

static uint32_t plug_due(const struct device *d, const struct progress *p,
                         unsigned plug) {
  const struct request_memory *m = &d->plugs[plug].memory;

  return plug_methods(d, plug, p->done) & not_refused(m, p) & ~m->failing &
         ~p->done;
}

/* -- how many at once -- */

static unsigned batch_max(const struct device *d, const struct progress *p) {
  if (p->singly || (d->memory.refused & NO_BATCHES) != 0 ||
      ((d->memory.failing & NO_BATCHES) != 0 && !p->rare))
    return 1;
  return (d->memory.refused & PAIRS_ONLY) != 0 ? 2 : BATCH_MAX;
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

/* -- what failed, again -- */

/* Number index of all that may be repeated: a method of the device or of one of
 * its plugs, which p then is about. */
static uint32_t repeat_at(const struct device *d, struct progress *p) {
  unsigned all = (d->plugs_num + 1) * METHODS;
  unsigned at = (d->repeat_from + p->index) % all;
  uint32_t bit = BIT(at % METHODS);

  p->child = at >= METHODS;
  p->plug = p->child ? at / METHODS - 1 : 0;
  return bit;
}

/* What else there was to ask has been asked: whole watts are wanted where still
 * nothing has told any. */
static bool is_repeated(struct device *d, struct progress *p, uint32_t bit) {
  const struct request_memory *m = smart_memory(d, p);
  uint32_t done = UINT32_MAX;

  if ((m->failing & bit) == 0)
    return false;
  if (p->child)
    return (plug_methods(d, p->plug, done) & bit) != 0;
  if (bit & RARE)
    return p->rare ? bit != BIT(CLOUD) : (m->proven & bit) != 0;
  return (device_methods(d, done, true) & bit) != 0;
}

static bool has_failing(const struct device *d) {
  uint32_t failing = d->memory.failing;

  for (unsigned i = 0; i < d->plugs_num; i++)
    failing |= d->plugs[i].memory.failing;
  return failing != 0;
}

static bool find_repeated(struct device *d, struct progress *p) {
  unsigned all = (d->plugs_num + 1) * METHODS;

  if (!has_failing(d)) /* nearly always */
    return false;
  for (; p->index < all && p->silent < SILENT_MAX; p->index++) {
    uint32_t bit = repeat_at(d, p);

    p->asked = bit;
    if (is_repeated(d, p, bit))
      return true;
  }
  return false;
}

void smart_move_on(struct device *d, struct progress *p) {
  (void)d;
  if (p->step == STEP_REPEAT && p->listed == 0)
    p->index++;
}

void smart_note_silence(struct device *d, struct progress *p) {
  if (p->step == STEP_REPEAT && ++p->silent >= SILENT_MAX)
    d->repeat_from =
        (d->repeat_from + p->index) % ((d->plugs_num + 1) * METHODS);
}

/* -- writing it down -- */

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

  if (!smart_is_single(asked))
    err = buf_adds(request, "\"method\":\"multipleRequest\",\"params\":{"
                            "\"requests\":[");
  for (unsigned m = 0; m < METHODS && err == 0; m++) {
    if ((asked & BIT(m)) == 0)
      continue;
    if (!smart_is_single(asked))
      err = buf_adds(request, first ? "{" : ",{");
    if (err == 0)
      err = add_method(request, names[m], (LISTS & BIT(m)) != 0, start);
    if (err == 0 && !smart_is_single(asked))
      err = buf_adds(request, "}");
    first = false;
  }
  if (err == 0 && !smart_is_single(asked))
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
  int err = buf_adds(request, "{");

  if (err == 0 && p->child)
    err = buf_addf(request,
                   "\"method\":\"control_child\",\"params\":{\"device_id\":"
                   "\"%s\",\"requestData\":{",
                   d->plugs[p->plug].id);
  if (err == 0)
    err = add_methods(request, p->asked, p->listed);
  if (err == 0 && p->child)
    err = buf_adds(request, "}}");
  if (err == 0)
    err = buf_addf(request,
                   ",\"request_time_milis\":%llu,\"terminal_uuid\":\"%s\"}",
                   (unsigned long long)(clock_wall_us() / 1000), terminal());
  return err;
}

/* -- the order -- */

static void begin_step(struct progress *p, unsigned step) {
  p->step = step;
  p->index = 0;
  p->plug = 0;
  p->child = false;
  p->listed = 0;
}

static bool find_plug(const struct device *d, struct progress *p) {
  p->child = true;
  for (; p->plug < d->plugs_num; p->plug++, p->done = 0) {
    p->asked = choose(plug_due(d, p, p->plug), batch_max(d, p));
    if (p->asked != 0)
      return true;
  }
  return false;
}

/* Chooses what to ask next; false at the end. */
static bool advance(struct device *d, struct progress *p) {
  for (;;)
    switch ((enum step)p->step) {
    case STEP_FIRST:
      p->asked = choose(BIT(INFO) | device_due(d, p), batch_max(d, p));
      p->combined = !smart_is_single(p->asked);
      return true;
    case STEP_DEVICE:
      p->asked = choose(device_due(d, p), batch_max(d, p));
      if (p->asked != 0)
        return true;
      begin_step(p, STEP_PLUGS);
      p->done = 0;
      break;
    case STEP_PLUGS:
      if (find_plug(d, p))
        return true;
      begin_step(p, STEP_REPEAT);
      break;
    case STEP_REPEAT:
      if (find_repeated(d, p))
        return true;
      begin_step(p, STEP_CLOUD);
      p->done = 0;
      break;
    case STEP_CLOUD:
      p->asked = BIT(CLOUD);
      return p->rare && (p->done & BIT(CLOUD)) == 0;
    case STEP_END:
      return false;
    }
}

enum next smart_next(struct device *d, struct progress *p,
                     struct buf *request) {
  p->combined = false;
  if ((p->step != STEP_FIRST &&
       (p->abandoned || d->kind == KIND_UNSUPPORTED)) ||
      !advance(d, p))
    return NEXT_DONE;
  p->repeated = p->step == STEP_REPEAT;
  buf_clear(request);
  if (write_request(d, p, request) < 0)
    return NEXT_ERROR;
  if (p->step == STEP_FIRST)
    return NEXT_CORE;
  return p->step == STEP_CLOUD ? NEXT_RARE : NEXT_PART;
}
