/* SPDX-License-Identifier: MIT */
/* An outlet's energy meter: sums a load exactly over simulated time, keeps the
 * total and one sum per calendar day. Days before the simulation are invented
 * from the load's average, the same for the same seed. */
#ifndef KASASIM_METER_H
#define KASASIM_METER_H

#include "clock.h"
#include "load.h"

struct meter_day {
  int64_t number;
  double wh;
};

struct meter {
  const struct clock *clock;
  double offset_s; /* of the device's calendar */
  unsigned history_days;
  double history_mean; /* watts; what the invented days are made of */
  uint64_t seed;
  double wh; /* the total the device shows */
  double at; /* elapsed time up to which everything is summed */
  double day_end;
  struct meter_day *days;
  size_t n_days;
};

/* Begins at elapsed time `at`. The total is that of the invented days until the
 * caller says otherwise. */
void meter_start(struct meter *meter, const struct clock *clock,
                 const struct load *load, double offset_s, unsigned history,
                 double at);
void meter_free(struct meter *meter);
/* Sums the load up to elapsed time t (nothing flows when it is off). A jump
 * back in time adds nothing. */
void meter_advance(struct meter *meter, const struct load *load, bool on,
                   double t);
/* The day's energy; false when the device would not list that day. */
bool meter_day_wh(const struct meter *meter, int64_t number, double *wh);
bool meter_month_wh(const struct meter *meter, int64_t year, int64_t month,
                    double *wh);
/* Of the day and the month the meter has summed up to. */
void meter_now_wh(const struct meter *meter, double *today, double *month);

#endif
