/* SPDX-License-Identifier: MIT */
/* The next message of each channel: what is still worth saying by now. */
#ifndef ALERT_DELIVER_DELIVER_PLAN_H
#define ALERT_DELIVER_DELIVER_PLAN_H

#include <stdint.h>

struct deliver;

/* Chooses the next job of every idle channel and marks its row. */
void deliver_plan(struct deliver *deliver, int64_t now);
/* Hands the jobs out, after the commit. */
void deliver_launch(struct deliver *deliver);
/* The next moment deliver_plan() may find something; 0 = none known. */
int64_t deliver_next_due(const struct deliver *deliver, int64_t now);

#endif
