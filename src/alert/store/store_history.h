/* SPDX-License-Identifier: MIT */
/* What happened, for people. */
#ifndef ALERT_STORE_STORE_HISTORY_H
#define ALERT_STORE_STORE_HISTORY_H

#include <stddef.h>
#include <stdint.h>

struct store;

int store_history_add(struct store *store, int64_t at, int64_t alert_id,
                      const char *what, const char *channel,
                      const char *detail);

struct history_line {
  int64_t id, at, alert_id;
  const char *what, *channel, *detail, *device;
};
typedef void store_history_fn(void *arg, const struct history_line *line);
/* Newest first; device "" = all; since 0 = any. */
int store_history_each(struct store *store, const char *device, int64_t since,
                       size_t max, store_history_fn *each, void *arg);

#endif
