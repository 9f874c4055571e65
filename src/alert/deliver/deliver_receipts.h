/* SPDX-License-Identifier: MIT */
/* Phones that ring until somebody acknowledges: their providers are asked
 * whether somebody did. */
#ifndef ALERT_DELIVER_DELIVER_RECEIPTS_H
#define ALERT_DELIVER_DELIVER_RECEIPTS_H

#include "alert/deliver/deliver_internal.h"
#include "alert/deliver/job.h"

/* What an earlier run left ringing on the channel. */
void deliver_receipts_load(struct deliver *d, int channel, int64_t now);
/* A message was accepted that rings under ref. */
void deliver_receipt_add(struct channel_run *c, int64_t alert_id,
                         const char *ref, int64_t now);
/* The next question to ask; NULL = none is due. */
struct job *deliver_receipt_job(struct deliver *d, int channel, int64_t now);
void deliver_receipt_done(struct deliver *d, struct job *job, int64_t now);
/* When the next question is due; 0 = none. */
int64_t deliver_receipts_due(const struct deliver *d, int channel);
void deliver_receipts_shift(struct channel_run *c, int64_t delta_ms);

#endif
