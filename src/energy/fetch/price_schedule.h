/* SPDX-License-Identifier: MIT */
/* When prices are asked for next. Pure; chance is handed in. */
#ifndef ENERGY_FETCH_PRICE_SCHEDULE_H
#define ENERGY_FETCH_PRICE_SCHEDULE_H

#include <stdint.h>

struct price_schedule {
  unsigned failures;      /* in a row; 0: the last one went well */
  double retry_after;     /* s, as the server asked for; 0: it did not */
  int64_t known_until_us; /* how far prices are known */
};

/* Seconds from wall_us on; chance is from 0 to 1. Hourly; in the afternoon,
 * when services publish the next day, more often until that is there; after
 * failures soon, then more and more rarely, up to hourly. */
double price_schedule_next(const struct price_schedule *s, int64_t wall_us,
                           double chance);

#endif
