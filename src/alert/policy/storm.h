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

/* When it was known that the device is gone: what its route waits for (For) is
 * over then. */
int64_t storm_moment(const struct notify_config *config,
                     const struct open_alert *device);
/* Whether the device that is gone is part of the storm. */
bool storm_has(const struct notify_config *config, const struct alert *storm,
               const struct open_alert *device);

struct storm_count {
  unsigned devices;
  int64_t first;        /* when the first of them was known to be gone */
  const char *names[3]; /* of the first, borrowed */
  const char *host;     /* that they were seen from, NULL = several; borrowed */
};

/* Devices that are known to be gone since the moment or later, each once. */
void storm_count(const struct notify_config *config,
                 const struct alert_table *open, int64_t since,
                 struct storm_count *out);
/* A headline, and after it why that may be and who: "60 devices stopped
 * reporting together. Probably the Wi-Fi ..."; all: no other device answers
 * either. */
void storm_words(const struct storm_count *count, bool all, char *out,
                 size_t size);

#endif
