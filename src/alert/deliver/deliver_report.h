/* SPDX-License-Identifier: MIT */
/* A report into the queue, and back out of it: the message names what it is
 * about, the figures are read when it is sent. */
#ifndef ALERT_DELIVER_DELIVER_REPORT_H
#define ALERT_DELIVER_DELIVER_REPORT_H

#include "alert/config/config.h"
#include "alert/model/alert.h"
#include "report/report_render.h"

#include <stdint.h>

struct deliver;

/* Queues a message for each of its channels, about the day, week or month that
 * is over on a local day. How many. */
unsigned deliver_report(struct deliver *deliver,
                        const struct report_config *report, int before,
                        int64_t now);

/* Reads what a message's alert says into kind and before: 0, or -ENOENT when it
 * tells of no report. */
int deliver_report_parse(const struct alert *alert,
                         struct report_request *request);

#endif
