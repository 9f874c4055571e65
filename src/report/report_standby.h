/* SPDX-License-Identifier: MIT */
/* What is used all the time: of each plug the lowest mean of five minutes, the
 * median of several days; where that is not known the hour in which it took
 * least, if it was known of throughout. */
#ifndef REPORT_REPORT_STANDBY_H
#define REPORT_REPORT_STANDBY_H

#include "report/report_data.h"

/* Fills the standby of r and of its items, which are there already. False with
 * why when the ledger could not be read, or memory is out. */
bool report_standby_make(struct report *r, struct ledger_query *q,
                         char why[LEDGER_QUERY_WHY]);

#endif
