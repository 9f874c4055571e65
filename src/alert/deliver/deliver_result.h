/* SPDX-License-Identifier: MIT */
/* What came of a message, and what follows from that. */
#ifndef ALERT_DELIVER_DELIVER_RESULT_H
#define ALERT_DELIVER_DELIVER_RESULT_H

#include "alert/deliver/job.h"

struct deliver;

/* A job came back; frees it. */
void deliver_done(struct deliver *deliver, struct job *job, int64_t now);

#endif
