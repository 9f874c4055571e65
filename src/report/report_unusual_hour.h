/* SPDX-License-Identifier: MIT */
/* The one hour of a week in which the site took far more than in the same hour
 * of the four weeks before. Never an alert: every machine that runs on another
 * day would be one. */
#ifndef REPORT_REPORT_UNUSUAL_HOUR_H
#define REPORT_REPORT_UNUSUAL_HOUR_H

#include "report/report_data.h"

/* Fills the unusual hour of r, if it is about a week; its items are there
 * already. False with why when the ledger could not be read, or memory is
 * out. */
bool report_unusual_hour_make(struct report *r, struct ledger_query *q,
                              char why[LEDGER_QUERY_WHY]);

#endif
