/* SPDX-License-Identifier: MIT */
/* A queue that is full: what has no room any more is counted, and told as one
 * message: "1 240 more alerts. Worst: ...". */
#ifndef ALERT_DELIVER_DELIVER_FOLD_H
#define ALERT_DELIVER_DELIVER_FOLD_H

#include "alert/deliver/deliver_internal.h"

#include <stdbool.h>

/* Whether another row may be queued for the channel; gives up what matters
 * least to make it so. */
bool deliver_has_room(struct deliver *d, int channel, int64_t now);
/* The same for the end of something people were told of: rather is the newest
 * alarm folded than that. False: not even that helped. */
bool deliver_has_room_for_end(struct deliver *d, int channel, int64_t now);
/* Counts a message about alert instead of queueing it. */
void deliver_fold(struct deliver *d, int channel, const struct alert *alert,
                  enum level level, int64_t now);
/* The row leaves: what is folded from now on is another message's matter. */
void deliver_fold_leaves(struct channel_run *c, int64_t row_id);
/* Writes down what was folded, before a commit. */
void deliver_fold_flush(struct deliver *d, int64_t now);

#endif
