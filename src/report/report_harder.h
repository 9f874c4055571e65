/* SPDX-License-Identifier: MIT */
/* Fridges and freezers that work harder than they did, two days running: a door
 * that is not tight, ice. The ledger does not keep how long they ran; a
 * compressor takes about the same power whenever it runs, so the energy of a
 * day tells it. */
#ifndef REPORT_REPORT_HARDER_H
#define REPORT_REPORT_HARDER_H

#include "report/report_data.h"

/* Fills what r says of those that work harder, if it is about a week; its items
 * are there already. False with why when the ledger could not be read, or
 * memory is out. */
bool report_harder_make(struct report *r, struct ledger_query *q,
                        char why[LEDGER_QUERY_WHY]);

#endif
