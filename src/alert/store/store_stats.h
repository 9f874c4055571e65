/* SPDX-License-Identifier: MIT */
/* What a look back is made of: which values alert most, how long messages took
 * to arrive. */
#ifndef ALERT_STORE_STORE_STATS_H
#define ALERT_STORE_STORE_STATS_H

#include <stddef.h>
#include <stdint.h>

struct alert;
struct store;

/* Alerts of one device about one thing. */
struct stats_device {
  const struct alert *alert; /* its names only; borrowed during the call */
  int64_t alerts;            /* that began in the time */
  int64_t open;              /* of these, still */
  int64_t bad_ms;            /* how long in all */
  int64_t messages;          /* that were accepted for them */
};
typedef void stats_device_fn(void *arg, const struct stats_device *line);
/* The noisiest first, at most max; since is wall ms. 0 or -errno. */
int store_stats_devices(struct store *store, int64_t since, int64_t now,
                        size_t max, stats_device_fn *each, void *arg);
int64_t store_stats_alerts(struct store *store, int64_t since);

struct stats_channel {
  int64_t sent;    /* messages accepted, tests left out */
  int64_t retried; /* of these, not at the first attempt */
  int64_t failed;  /* given up */
  int64_t waiting; /* still on their way */
  /* from the decision to the provider's word, ms; 0 while nothing was sent */
  int64_t median_ms, slow_ms /* nine of ten were quicker */, slowest_ms;
};
void store_stats_channel(struct store *store, const char *channel,
                         int64_t since, struct stats_channel *out);

#endif
