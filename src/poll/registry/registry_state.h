/* SPDX-License-Identifier: MIT */
/* What the registry consists of: for the files that decide who comes into it,
 * and for nobody else. */
#ifndef POLL_REGISTRY_REGISTRY_STATE_H
#define POLL_REGISTRY_REGISTRY_STATE_H

#include "poll/options/device_filter.h"
#include "poll/registry/device_index.h"
#include "poll/registry/poll_device.h"
#include "poll/registry/unique_names.h"

struct device_registry {
  const struct poll_options *options;
  struct device_filter *filter;
  struct device_index index;
  struct unique_names names;
  struct poll_device *first, *last;
  size_t count;
  bool full_said;
  void (*gone)(void *arg, struct poll_device *k);
  void *arg;
};

#endif
