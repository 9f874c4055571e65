/* SPDX-License-Identifier: MIT */
/* Telling a service that forgets once more what is open: what it was told of
 * and what ended a short while ago, from the store, so that it holds over
 * restarts of both sides. State, not messages: nothing of it is queued. */
#ifndef ALERT_DELIVER_DELIVER_REFRESH_H
#define ALERT_DELIVER_DELIVER_REFRESH_H

#include "alert/deliver/deliver.h"

#include <stdint.h>

/* The job, when it is time and there is something to tell; else NULL. */
struct job *deliver_refresh_job(struct deliver *deliver, int channel,
                                int64_t now);
/* When to look next; 0 = never. */
int64_t deliver_refresh_due(const struct deliver *deliver, int channel);

#endif
