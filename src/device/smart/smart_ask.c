/* SPDX-License-Identifier: MIT */
/* The SMART dialect: which methods to ask, and how many at once
 * (doc/protocol.md, "SMART").
 *
 * A poll first asks about the device, up to five methods in one batch, then
 * about each plug of a strip that has a meter, then seldom about the cloud.
 * Each method may be refused on its own; that is remembered until the
 * firmware changes. */
#include <config.h>

#include "device/smart/smart_internal.h"

#include "base/clock.h"
#include "device/crypto/crypto.h"
#include "device/smart/smart_info.h"

#include <pthread.h>

enum { BATCH_MAX = 5 };

const char *const smart_methods[METHODS] = {
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

static uint32_t meter_methods(uint32_t refused) {
  uint32_t wanted = BIT(ENERGY) | BIT(EMETER);

  if (refused & NEEDS_POWER)
    wanted |= BIT(POWER);
  return wanted & ~refused;
}

/* A strip's own meter is never believed: it shows one plug's values, or
 * zeros. */
uint32_t smart_known_methods(const struct device *d) {
  if (d->can & SMART_CAN_CHILDREN)
    return BIT(CHILDREN);
  return d->has_meter ? meter_methods(d->refused) : 0;
}

static uint32_t first_methods(const struct device *d,
                              const struct progress *p) {
  uint32_t wanted = BIT(INFO);

  wanted |= d->learned ? smart_known_methods(d) : BIT(COMPONENTS);
  if (p->rare)
    wanted |= BIT(FIRMWARE);
  /* the query may crash those that cannot take batches (P100) */
  if (p->rare && (!d->learned || (d->can & SMART_CAN_LED) != 0) &&
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
      err = add_method(request, smart_methods[m], (PAGED & BIT(m)) != 0, start);
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
    p->todo = p->rare ? BIT(CLOUD) & ~d->refused : 0;
  }
}

enum next smart_next(struct device *d, struct progress *p,
                     struct buf *request) {
  if (!advance(d, p))
    return NEXT_DONE;
  p->asked = choose(p->todo, batch_max(d, p));
  buf_clear(request);
  if (write_request(d, p, request) < 0)
    return NEXT_ERROR;
  if (p->step == STEP_CLOUD)
    return NEXT_RARE;
  return p->step == STEP_PLUGS || (p->asked & (ESSENTIAL | METER)) != 0
             ? NEXT_CORE
             : NEXT_PART;
}
