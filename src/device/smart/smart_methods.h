/* SPDX-License-Identifier: MIT */
/* The methods of the SMART dialect, as bits of request_memory. */
#ifndef DEVICE_SMART_SMART_METHODS_H
#define DEVICE_SMART_SMART_METHODS_H

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
  RATING,
  CLOUD,
  METHODS,
};

#define BIT(method) (1U << (method))

enum {
  METER = BIT(ENERGY) | BIT(EMETER) | BIT(POWER),
  LISTS = BIT(CHILDREN) | BIT(CHILD_COMPONENTS),
  RARE = BIT(LED) | BIT(FIRMWARE) | BIT(RATING) | BIT(CLOUD),
  /* In request_memory.refused, beside the methods': batches are not taken, or
   * not longer ones; get_current_power is all there is for the power. */
  PAIRS_ONLY = 1U << 28,
  NEEDS_POWER = 1U << 29,
  NO_BATCHES = 1U << 30,
  ALL_METHODS = BIT(METHODS) - 1,
};

/* What progress.step counts. */
enum step {
  STEP_FIRST, /* get_device_info, the core, and what goes along with it */
  STEP_DEVICE,
  STEP_PLUGS,
  STEP_REPEAT, /* what failed when it was asked last, each by itself */
  STEP_CLOUD,
  STEP_END,
};

#endif
