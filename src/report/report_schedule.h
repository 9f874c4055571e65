/* SPDX-License-Identifier: MIT */
/* When a report is due: an hour by the clock on the wall, each day, week or
 * month. Moments are microseconds, days local ones, as in calendar.h. Pure but
 * for the process's zone; safe from any thread. */
#ifndef REPORT_REPORT_SCHEDULE_H
#define REPORT_REPORT_SCHEDULE_H

#include "report/report_kind.h"

#include <stdint.h>

struct report_schedule {
  enum report_kind kind;
  unsigned minute; /* of the day */
  /* Of the week, 0: Monday; of the month, from 1, where 29 to 31 are the last
   * day of shorter ones. */
  unsigned day;
};

/* The moment of a day at which the clock shows that time: where it shows it
 * twice, the first; where it leaps over it, that of the leap. */
int64_t report_schedule_moment(const struct report_schedule *s, int day);

/* The latest day whose moment is not after us. */
int report_schedule_latest(const struct report_schedule *s, int64_t us);

/* The first day after day on which it is due. */
int report_schedule_next(const struct report_schedule *s, int day);

#endif
