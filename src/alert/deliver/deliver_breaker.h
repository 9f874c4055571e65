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
/* The channel refused a message: stops it when that is not likely to pass. */
void deliver_refused(struct deliver *d, int channel,
                     const struct send_result *result, int64_t now);
/* Whether one message of a stopped channel is to be tried, and when. */
bool deliver_probe_due(const struct deliver *d, int channel, int64_t now);
int64_t deliver_probe_at(const struct deliver *d, int channel);
/* A message of the channel was tried: a stopped one goes on when it passed. */
void deliver_probed(struct deliver *d, int channel, bool sent, int64_t now);
/* Says now and then that a stopped channel was the last one. */
void deliver_nobody_told(struct deliver *d, int channel, int64_t now);
/* A look at the secret files of a stopped channel; NULL = not yet. */
struct job *deliver_reread(struct deliver *d, int channel, int64_t now);
void deliver_reread_done(struct deliver *d, struct job *job, int64_t now);
/* When the next look is due, 0 = none. */
int64_t deliver_reread_due(const struct deliver *d, int channel);

#endif
