/* SPDX-License-Identifier: MIT */
/* All that a report says, from the ledger and from notify_kasa's own file. */
#ifndef REPORT_REPORT_MAKE_H
#define REPORT_REPORT_MAKE_H

#include "report/report_data.h"

struct report_sources {
  struct ledger_query *ledger;
  const char *alerts; /* folder of alerts.db, NULL: nothing is said of them */
  unsigned billing_day;
  /* Millionths that the energy of the billing month in which the report ends
   * costs at least, as a whole; 0: there is no minimum. */
  int64_t minimum;
  int64_t now; /* ms of wall time */
};

/* Fills r, whose kind, first and last are set. False with why when the ledger
 * could not be read. report_data_free() in both cases. Blocking: disk. */
bool report_make(struct report *r, const struct report_sources *from,
                 char why[LEDGER_QUERY_WHY]);

#endif
