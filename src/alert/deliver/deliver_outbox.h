/* SPDX-License-Identifier: MIT */
/* Into the queue: ids, bounds, what its history says. Inside an open
 * transaction, as all of deliver_*.h. */
#ifndef ALERT_DELIVER_DELIVER_OUTBOX_H
#define ALERT_DELIVER_DELIVER_OUTBOX_H

#include "alert/channel/sender.h"
#include "alert/deliver/deliver_internal.h"
#include "alert/store/store_outbox.h"

/* Logs an error that changes nothing for the caller. */
void deliver_complain(int err, const char *what);
double deliver_random01(struct deliver *d);
int deliver_channel_index(const struct deliver *d, const char *name);
/* Fresh delivery and message ids. */
void deliver_new_ids(struct deliver *d, const struct alert *alert,
                     struct outbox_row *row);
void deliver_history(struct deliver *d, const struct outbox_row *row,
                     int64_t now, const char *what, const char *detail);
/* Writes a row back that may have changed. */
void deliver_save(struct deliver *d, const struct outbox_row *row);
/* There is nothing left for the row to say. */
void deliver_moot(struct deliver *d, struct outbox_row *row, int64_t now);
/* Adds the row; deliver_fold.h says whether there is room. */
int deliver_add(struct deliver *d, int channel, struct outbox_row *row);
/* So many rows have left the queue of the channel. */
void deliver_left(struct deliver *d, int channel, int64_t rows);
/* What waits for the row's channel and alert becomes superseded: of a kind, or
 * all (-1), but for the row except. */
void deliver_supersede(struct deliver *d, const struct outbox_row *row,
                       int kind, int64_t except);
/* Whether something rings there beside the message. A service that keeps
 * incidents hears of an acknowledgement or end by the message itself; to cancel
 * what is acknowledged would close it there. */
static inline bool deliver_rings(const struct sender *sender) {
  return !sender->stateful || sender->poll != NULL;
}
/* Asks the sender to stop what rings on the channel for the alert, and what
 * may ring without our knowing. */
void deliver_add_cancel(struct deliver *d, int channel,
                        const struct alert *alert, int64_t now);
void deliver_count_queue(struct deliver *d, int channel);

#endif
