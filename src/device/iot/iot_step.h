/* SPDX-License-Identifier: MIT */
/* What a request of the IOT dialect is: the rows of the tables in iot.c,
 * iot_meter.c, iot_sensors.c and iot_rare.c. */
#ifndef DEVICE_IOT_IOT_STEP_H
#define DEVICE_IOT_IOT_STEP_H

#include "base/buf.h"
#include "device/iot/iot_code.h"
#include "device/progress.h"

/* Bits of request_memory. */
enum {
  ASK_METER = 1U << 0,
  ASK_MOTION = 1U << 1,
  ASK_LIGHT = 1U << 2,
  ASK_CLOUD = 1U << 3,
  ASK_TIME = 1U << 4,
  ASK_DAYS = 1U << 5,
  ASK_MONTHS = 1U << 6,
  ASK_EARLIER_DAYS = 1U << 7,
};

struct iot_step {
  bool rare;      /* polled rarely; else with each reading */
  bool each_plug; /* of a strip, plug by plug */
  uint32_t bit;
  uint32_t quantities; /* what it brings: left out when it fails */
  bool (*wants)(const struct device *d, const struct progress *p);
  int (*ask)(const struct device *d, struct progress *p, struct buf *request);
  /* Reads the answer; anything but IOT_FINE: of no use, a says why. */
  enum iot_verdict (*take)(struct device *d, struct progress *p,
                           struct iot_answer *a);
};

/* Where a step's values go, and what is remembered of it. */
static inline struct reading *iot_reading(struct device *d,
                                          const struct progress *p) {
  return d->kind == KIND_STRIP && d->plugs_num > 0 ? &d->plugs[p->plug].now
                                                   : &d->now;
}

#endif
