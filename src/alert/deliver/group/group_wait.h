/* SPDX-License-Identifier: MIT */
/* Messages that wait for others of their group (GroupBy of a route): a row of
 * the queue with the key of its group and a moment before which it does not
 * leave. What is due then is put together by group_merge.h. */
#ifndef ALERT_DELIVER_GROUP_GROUP_WAIT_H
#define ALERT_DELIVER_GROUP_GROUP_WAIT_H

#include "alert/deliver/deliver_internal.h"
#include "alert/model/alert.h"
#include "alert/store/store_outbox.h"

#include <stdint.h>

/* Gives the row, which is about to be queued for the channel by way of the
 * route (-1 = none), its group and its due moment. What may not wait takes what
 * waits of the same alert along. */
void deliver_group_wait(struct deliver *d, int channel, int route,
                        const struct alert *alert, struct outbox_row *row);
/* An alarm of alert is on its way, or held back: if it was bad before and the
 * end of that waits, that is told first. */
void deliver_group_again(struct deliver *d, int channel,
                         const struct alert *alert, int64_t now);
/* The same for what may never wait, as steps of an escalation. */
void deliver_group_skip(struct deliver *d, int channel,
                        const struct alert *alert);

/* Until when an alarm of alert waits, or would wait if it were told now; 0 =
 * it does not. */
int64_t deliver_group_until(struct deliver *d, int channel, int route,
                            const struct alert *alert, int64_t now);

#endif
