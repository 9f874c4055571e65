/* SPDX-License-Identifier: MIT */
/* What the files of the SMART dialect share: its methods, what is remembered of
 * those that are refused, the steps of a poll. For smart*.c only. */
#ifndef DEVICE_SMART_SMART_INTERNAL_H
#define DEVICE_SMART_SMART_INTERNAL_H

#include "device/dialect.h"

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

#define BIT(method) (1U << (method))

enum {
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

/* As the device calls them. */
extern const char *const smart_methods[METHODS];

/* What is wanted once it is known what the device can do. */
uint32_t smart_known_methods(const struct device *d);

static inline bool smart_is_single(uint32_t asked) {
  return (asked & (asked - 1)) == 0;
}

/* The dialect's next(): writes what to ask, see dialect.h. */
enum next smart_next(struct device *d, struct progress *p, struct buf *request);

#endif
