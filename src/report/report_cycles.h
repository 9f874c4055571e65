/* SPDX-License-Identifier: MIT */
/* What appliances have finished in the time of a report. */
#ifndef REPORT_REPORT_CYCLES_H
#define REPORT_REPORT_CYCLES_H

#include "report/report_data.h"

/* Fills the cycles of r, whose items are there already. False with why when
 * the ledger could not be read. */
bool report_cycles_make(struct report *r, struct ledger_query *q,
                        char why[LEDGER_QUERY_WHY]);

#endif
