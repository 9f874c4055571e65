/* SPDX-License-Identifier: MIT */
/* What a channel is not told now, a row for each alert: whom, why, since. */
#ifndef ALERT_STORE_STORE_HELD_H
#define ALERT_STORE_STORE_HELD_H

#include "alert/store/store_outbox.h"

#include <stdbool.h>
#include <stdint.h>

struct store;

struct held_row {
  int64_t alert_id;
  char route[STORE_NAME_SIZE];
  char policy[32];
  char why[200];
  int64_t since;
  unsigned count; /* messages held back so far */
};

/* Adds the row, or counts one more message and takes over the new reason. */
int store_held_add(struct store *store, const char *channel,
                   const struct held_row *row);
/* Only another reason. */
int store_held_reason(struct store *store, const char *channel,
                      const struct held_row *row);
int store_held_delete(struct store *store, const char *channel,
                      int64_t alert_id);
/* The row of the least alert beyond after: 0 or -ENOENT. */
int store_held_next(struct store *store, const char *channel, int64_t after,
                    struct held_row *row);
int store_held_get(struct store *store, const char *channel, int64_t alert_id,
                   struct held_row *row);
/* Asked with each message: no count, which walks through all. */
bool store_held_any(struct store *store, const char *channel);

#endif
