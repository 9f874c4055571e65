/* SPDX-License-Identifier: MIT */
/* Which alerts a message about several tells of, and which groups of alerts
 * wait or are not over. */
#ifndef ALERT_STORE_STORE_GROUP_H
#define ALERT_STORE_STORE_GROUP_H

#include "alert/store/store_outbox.h"

#include <stdbool.h>
#include <stdint.h>

struct store;

/* The row tells of the alert and stands for the route; over: it tells that it
 * was, so that no end is owed. */
int store_group_add(struct store *store, int64_t row_id, int64_t alert_id,
                    const char *route, bool over);
/* The row tells of none any more. */
int store_group_clear(struct store *store, int64_t row_id);
/* Another row tells of the same. */
int store_group_copy(struct store *store, int64_t from_row, int64_t to_row);

typedef void store_group_fn(void *arg, int64_t alert_id, const char *route,
                            bool over);
/* At most max of them, by alerts beyond after. */
int store_group_each(struct store *store, int64_t row_id, int64_t after,
                     int max, store_group_fn *each, void *arg);
/* When what waits in the group of a channel becomes due, its ends or the
 * rest but for reminders, which do not wait; 0 = nothing waits. */
int64_t store_group_due(struct store *store, const char *channel,
                        const char *key, bool ends);
/* The channel was told of a member that is still open, or is about to be told
 * of one. */
bool store_group_known(struct store *store, const char *channel,
                       const char *key);
/* The ends that wait in one group with an end of an alert of that fingerprint
 * wait no longer: it is bad again, and that must not be heard first. */
int store_group_hurry_ends(struct store *store, const char *channel,
                           const char *fingerprint, int64_t now);
/* Ends that the channel has not heard yet, by what ended. */
typedef void store_ending_fn(void *arg, int64_t alert_id,
                             const char *fingerprint);
int store_group_each_ending(struct store *store, const char *channel,
                            store_ending_fn *each, void *arg);
/* Until when the oldest message about the alert waits; 0 = for nothing. */
int64_t store_group_waits(struct store *store, const char *channel,
                          int64_t alert_id, int64_t now);

#endif
