/* SPDX-License-Identifier: MIT */
/* What the log says of devices that cannot be read, so that a person can do
 * something about it, and so that thousands of forged ones do not fill it.
 * Engine's thread only. */
#ifndef POLL_POLL_LOG_H
#define POLL_POLL_LOG_H

#include "poll/registry/poll_device.h"

/* Begins with zeros. */
struct poll_log {
  bool shown_said;
  unsigned strangers_said; /* lines about them in this window */
  uint64_t window_ends_us;
};

/* A poll of k failed, as k.status says; k.status.up is still what it was. */
void poll_log_failure(struct poll_log *l, struct poll_device *k,
                      const struct poll_options *o, uint64_t now_us);

/* None of several ways was the right one. ways names them. */
void poll_log_round(struct poll_log *l, struct poll_device *k, const char *ways,
                    uint64_t now_us);

/* A poll of k went well. Says it, once for all devices, when k was shown the
 * account for that. */
void poll_log_shown(struct poll_log *l, const struct poll_device *k);

#endif
