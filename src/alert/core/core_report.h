/* SPDX-License-Identifier: MIT */
/* <Report>: figures that are sent at their hour, once for each day they are due
 * on, over restarts and clocks that are set. */
#ifndef ALERT_CORE_CORE_REPORT_H
#define ALERT_CORE_CORE_REPORT_H

#include "alert/core/core_internal.h"

/* Queues those that are due; the day is recorded in the same transaction. One
 * that is late by more than twelve hours is left out, and the log says so. */
void core_report(struct alert_core *core, int64_t now);

/* When the next one is due, wall ms; 0 = there is none. */
int64_t core_report_due(const struct alert_core *core);

#endif
