/* SPDX-License-Identifier: MIT */
/* From a row of the queue to the message a sender gets. */
#ifndef ALERT_DELIVER_DELIVER_MESSAGE_H
#define ALERT_DELIVER_DELIVER_MESSAGE_H

#include "alert/deliver/deliver_internal.h"
#include "alert/deliver/job.h"
#include "alert/store/store_outbox.h"

/* The title of a row about alert, for lists and logs: 0 or -ENOMEM. Reads the
 * row's other fields; route -1 = none. */
int deliver_title(struct deliver *d, const struct alert *alert, int route,
                  struct outbox_row *row);
/* Fills job->message from job->row, job->alert and job->told. */
void deliver_message(struct deliver *d, int channel, struct job *job,
                     int64_t now);

#endif
