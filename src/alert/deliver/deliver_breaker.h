/* SPDX-License-Identifier: MIT */
/* A channel that refuses everything is stopped, so that it is not asked
 * without end, and started again. */
#ifndef ALERT_DELIVER_DELIVER_BREAKER_H
#define ALERT_DELIVER_DELIVER_BREAKER_H

#include "alert/deliver/deliver_internal.h"
#include "alert/deliver/job.h"

void deliver_stop_channel(struct deliver *d, int channel, const char *why,
                          int64_t now);
void deliver_start_channel(struct deliver *d, int channel, const char *why,
                           int64_t now);
/* A look at the secret files of a stopped channel; NULL = not yet. */
struct job *deliver_reread(struct deliver *d, int channel, int64_t now);
void deliver_reread_done(struct deliver *d, struct job *job, int64_t now);
/* When the next look is due, 0 = none. */
int64_t deliver_reread_due(const struct deliver *d, int channel);

#endif
