/* SPDX-License-Identifier: MIT */
/* Stretches of energy cut where days, billing months and prices change, each
 * piece with its cost. Pure; one thread at a time. */
#ifndef ENERGY_TARIFF_PRICING_H
#define ENERGY_TARIFF_PRICING_H

#include "energy/tariff/tariff.h"

enum { PRICING_DAYS = 32 }; /* as many as a billing month has, and one */

/* How much the site has used in the billing month, and on the days before, for
 * the tariff whose month begins on another day. */
struct pricing_site {
  int month; /* first day of the billing month; 0: none yet */
  double kwh;
  struct pricing_day {
    int day;
    double kwh;
  } days[PRICING_DAYS]; /* by day, modulo their number */
};

struct pricing_piece {
  int64_t from_us, to_us;
  struct calendar_local local;
  const struct tariff *tariff; /* NULL: none holds */
  double kwh;
  bool priced;
  double cost;
};

typedef void pricing_take(void *arg, const struct pricing_piece *piece);

/* Spreads kwh evenly over from_us to to_us and hands over the pieces in order.
 * The site's use moves on by kwh. A stretch without length is one piece. */
void pricing_spread(const struct tariffs *set, struct pricing_site *site,
                    int64_t from_us, int64_t to_us, double kwh,
                    pricing_take *take, void *arg);

#endif
