/* SPDX-License-Identifier: MIT */
/* What of one group is due for a channel becomes one message: its members as
 * they are now, worst first. The rows that waited give way to one row about
 * all of them, in the transaction that sends it. A group of one stays what it
 * was. */
#ifndef ALERT_DELIVER_GROUP_GROUP_MERGE_H
#define ALERT_DELIVER_GROUP_GROUP_MERGE_H

#include "alert/deliver/deliver_internal.h"
#include "alert/store/store_outbox.h"

#include <stdbool.h>
#include <stdint.h>

/* row is the next of its channel and about to be sent; afterwards it is the one
 * to send instead. False: nothing is left for it to say. */
bool deliver_group_merge(struct deliver *d, int channel, struct outbox_row *row,
                         int64_t now);

#endif
