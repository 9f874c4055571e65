/* SPDX-License-Identifier: MIT */
/* The lowest five-minute mean of the power of each day: what a plug takes when
 * nothing behind it does anything. And a text of the latest days, a line each,
 * to be kept. One thread at a time. */
#ifndef APPLIANCE_LOW_POWER_H
#define APPLIANCE_LOW_POWER_H

#include <stdbool.h>

enum { LOW_POWER_DAYS = 40 };

/* A local day, as in energy/calendar.h. */
struct low_power_day {
  int day;
  double watts;  /* negative: none yet */
  double seen_s; /* of that day */
};

/* Written by low_power.c alone. Zeroed memory has seen nothing. */
struct low_power {
  bool any; /* there was a reading: */
  double last_at, last_w;
  double mean_s, mean_ws; /* of the five minutes under way */
  struct low_power_day today;
};

/* One reading, at a moment of a clock that never steps, in s, of a local day;
 * max_gap_s: what was between two that are further apart is not known. True
 * when a day is over, which is in *over then. */
bool low_power_add(struct low_power *p, double at, double watts, int day,
                   double max_gap_s, struct low_power_day *over);

/* Whether so much of the day was seen that its lowest power is its standby. */
bool low_power_is_known(const struct low_power_day *d);

/* A copy of log (NULL: empty) with that day, in place of the same one; the
 * oldest make room. The caller frees it; NULL when memory is out. */
char *low_power_log(const char *log, const struct low_power_day *d);

/* The next day at *at, which moves on; false at the end. Lines that are none
 * are passed over. */
bool low_power_next(const char **at, struct low_power_day *d);

#endif
