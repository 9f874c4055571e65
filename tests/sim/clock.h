/* SPDX-License-Identifier: MIT */
/* Simulated time. Two scales: elapsed seconds since the start (what loads and
 * meters run on) and the calendar a device shows (what daily statistics are cut
 * by). --speed makes both run faster, a jump moves both. */
#ifndef KASASIM_CLOCK_H
#define KASASIM_CLOCK_H

#include "base.h"

#include <time.h>

struct clock {
  double speed;
  double start_epoch;
  double jumped_s;
  uint64_t started_ns; /* monotonic */
};

void clock_init(struct clock *clock, double speed, double start_epoch,
                uint64_t now_ns);
double clock_elapsed(const struct clock *clock, uint64_t now_ns);
/* Local calendar time at an elapsed moment; offset_s is how wrong this device's
 * clock is. */
struct tm clock_calendar(const struct clock *clock, double elapsed,
                         double offset_s);
/* Elapsed time at which the local day of that calendar time ends. */
double clock_day_end(const struct clock *clock, double elapsed,
                     double offset_s);
/* Days since 1970-01-01 of a calendar date (months from 1). */
int64_t day_number(int64_t year, int64_t month, int64_t day);
int days_in_month(int64_t year, int64_t month);

#endif
