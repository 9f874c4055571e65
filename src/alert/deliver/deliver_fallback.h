/* SPDX-License-Identifier: MIT */
/* Messages that do not get through take another channel. */
#ifndef ALERT_DELIVER_DELIVER_FALLBACK_H
#define ALERT_DELIVER_DELIVER_FALLBACK_H

#include "alert/deliver/deliver_internal.h"
#include "alert/store/store_outbox.h"

/* Gives the row up: dead, and to the fallback channel. */
void deliver_dead(struct deliver *d, int channel, struct outbox_row *row,
                  const char *why, int64_t now);
/* Queues a copy of the row for the fallback channel, once. */
void deliver_fall_back(struct deliver *d, int channel, struct outbox_row *row,
                       const char *why, int64_t now);
/* Critical messages that wait too long, and all of a channel that is stopped
 * or told to wait for long, take the fallback. */
void deliver_look_for_overdue(struct deliver *d, int channel, int64_t now);
/* When deliver_look_for_overdue() looks again; 0 = not at all. */
int64_t deliver_overdue_due(const struct deliver *d, int channel);

#endif
