/* SPDX-License-Identifier: MIT */
/* Which channel was told of which alert, and under which handles. */
#ifndef ALERT_STORE_STORE_NOTIFICATION_LOG_H
#define ALERT_STORE_STORE_NOTIFICATION_LOG_H

#include "alert/model/message.h"
#include "alert/store/store_outbox.h"

#include <stdbool.h>
#include <stdint.h>

struct store;

struct notification_log {
  bool announced; /* a recovery is owed */
  int64_t last_at;
  enum level last_level;
  char thread_root[MESSAGE_ID_SIZE];
  char previous[MESSAGE_ID_SIZE];
  char root_ref[MESSAGE_REF_SIZE];
  char last_ref[MESSAGE_REF_SIZE];
  char group_key[STORE_GROUP_SIZE]; /* of the group it was told in, or "" */
};

/* Empty when there is no row. */
void store_notification_log_get(struct store *store, int64_t alert_id,
                                const char *channel,
                                struct notification_log *told);
int store_notification_log_set(struct store *store, int64_t alert_id,
                               const char *channel,
                               const struct notification_log *told);
/* Of every open alert the channels that were told or have its alarm queued, by
 * alert: 0 or -errno. */
typedef void store_told_fn(void *arg, int64_t alert_id, const char *channel,
                           bool told);
int store_notification_log_each_open(struct store *store, store_told_fn *each,
                                     void *arg);
/* References that a poll may ask about: alerts open and not acknowledged. */
typedef void store_receipt_fn(void *arg, int64_t alert_id, const char *ref);
int store_receipt_each(struct store *store, const char *channel,
                       store_receipt_fn *each, void *arg);

#endif
