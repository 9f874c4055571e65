/* SPDX-License-Identifier: MIT */
/* What happened, for people. */
#ifndef ALERT_STORE_STORE_HISTORY_H
#define ALERT_STORE_STORE_HISTORY_H

#include <stddef.h>
#include <stdint.h>

struct alert;
struct store;

int store_history_add(struct store *store, int64_t at, int64_t alert_id,
                      const char *what, const char *channel,
                      const char *detail);

struct history_line {
  int64_t id, at, alert_id;
  const char *what, *channel, *detail;
  const struct alert
      *alert; /* its names only; NULL: about none, or forgotten */
};
typedef void store_history_fn(void *arg, const struct history_line *line);
/* Newest first; device "" = all, else a device's name, or a host's for what is
 * about the host itself; since 0 = any. */
int store_history_each(struct store *store, const char *device, int64_t since,
                       size_t max, store_history_fn *each, void *arg);

#endif
