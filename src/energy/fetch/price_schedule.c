/* SPDX-License-Identifier: MIT */
/* When prices are asked for next: see price_schedule.h. Everybody's hour is
 * another one, so that a service is not asked by all at once. */
#include <config.h>

#include "energy/fetch/price_schedule.h"

#include "energy/calendar.h"

#include <math.h>

static const double HOUR = 3600;
static const double SPREAD = 600; /* s */
static const double AFTERNOON_PAUSE = 900;
static const double AFTERNOON_SPREAD = 900;
static const double FIRST_RETRY = 60;
static const double ASKED_MAX = 6 * 3600;

enum { AFTERNOON_S = 12 * 3600 + 30 * 60, DOUBLINGS = 6 };

static double after_failure(const struct price_schedule *s, double chance) {
  unsigned doublings =
      s->failures - 1 < DOUBLINGS ? s->failures - 1 : DOUBLINGS;
  double pause = fmin(FIRST_RETRY * (double)(1U << doublings), HOUR);

  return fmax(pause * (0.8 + 0.4 * chance), fmin(s->retry_after, ASKED_MAX));
}

double price_schedule_next(const struct price_schedule *s, int64_t wall_us,
                           double chance) {
  struct calendar_local local = calendar_local_of(wall_us);

  if (s->failures > 0)
    return after_failure(s, chance);
  if (local.second >= AFTERNOON_S &&
      s->known_until_us < calendar_day_start(local.day + 2))
    return AFTERNOON_PAUSE + AFTERNOON_SPREAD * chance;
  return HOUR + SPREAD * chance;
}
