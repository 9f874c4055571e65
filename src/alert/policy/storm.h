/* SPDX-License-Identifier: MIT */
/* The alert that stands for many devices that went at once, and who belongs to
 * it. One thread. */
#ifndef ALERT_POLICY_STORM_H
#define ALERT_POLICY_STORM_H

#include "alert/config/config.h"
#include "alert/state/alert_table.h"

#include <stdbool.h>
#include <stdint.h>

enum { STORM_LOOK_MS = 10000 /* between two looks whether there is one */ };

/* Whether the missing device is part of the storm. */
bool storm_has(const struct storm_config *config, const struct alert *storm,
               const struct alert *device);

struct storm_count {
  unsigned devices;
  int64_t first;        /* since when the first of them is gone */
  const char *names[3]; /* of the first, borrowed */
};

/* Devices that are gone since the moment or later. */
void storm_count(const struct alert_table *open, int64_t since,
                 struct storm_count *out);
/* "60 devices stopped reporting together. ..." */
void storm_words(const struct storm_count *count, char *out, size_t size);

#endif
