/* SPDX-License-Identifier: MIT */
/* What is known of each channel: waits, failures in a row, whether it is
 * stopped. */
#ifndef ALERT_STORE_STORE_CHANNEL_H
#define ALERT_STORE_STORE_CHANNEL_H

#include "alert/model/message.h"

#include <stdbool.h>
#include <stdint.h>

struct store;

struct channel_state {
  int64_t not_before;
  unsigned failures; /* in a row, of any kind */
  unsigned refusals; /* in a row, of the channel as such */
  bool stopped;      /* breaker open */
  char reason[MESSAGE_WHY_SIZE];
  long quota_left; /* -1 = unknown */
  uint64_t evicted;
  double tokens;     /* messages that may go at once, */
  int64_t tokens_at; /* as of then; 0 = never counted */
};

void store_channel_get(struct store *store, const char *name,
                       struct channel_state *state);
int store_channel_set(struct store *store, const char *name,
                      const struct channel_state *state);

#endif
