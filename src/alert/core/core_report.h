/* SPDX-License-Identifier: MIT */
/* <Report>: figures that are sent at their hour, once for each day they are due
 * on, over restarts and clocks that are set. */
#ifndef ALERT_CORE_CORE_REPORT_H
#define ALERT_CORE_CORE_REPORT_H

#include "alert/core/core_internal.h"

/* Queues those that are due; the day is recorded in the same transaction. One
 * that is late by more than twelve hours is left out, and the log says so. */
void core_report(struct alert_core *core, int64_t now);

/* As alert_core_report(), in an open transaction. */
unsigned core_report_send(struct alert_core *core, int report, int before,
                          int64_t now);

/* What collectd has not heard of when the last run ended. */
void core_report_load(struct alert_core *core);
/* Hands out the next one that collectd is to hear of. Outside of transactions:
 * that it is to be heard must be on disk first. */
void core_report_announce(struct alert_core *core, int64_t now);
/* As alert_core_announced(), in an open transaction. */
void core_report_heard(struct alert_core *core);

/* When the next one is due, wall ms; 0 = there is none. */
int64_t core_report_due(const struct alert_core *core);

#endif
