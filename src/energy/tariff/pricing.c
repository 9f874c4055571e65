/* SPDX-License-Identifier: MIT */
/* Cutting and pricing stretches of energy: see pricing.h. */
#include <config.h>

#include "energy/tariff/pricing.h"

/* OtherUse, as if it was even: kWh of the billing month before us. */
static double other_use(const struct tariff *t, int64_t month_us, int64_t us) {
  return t->other_use * (double)(us - month_us) / (double)CALENDAR_DAY;
}

static int64_t piece_end(const struct tariff *t, int64_t us,
                         const struct calendar_local *now) {
  return t != NULL ? tariff_until(t, us, now) : calendar_next(us, 86400);
}

static void note_use(struct pricing_site *site, int day, double kwh) {
  struct pricing_day *d = &site->days[(unsigned)day % PRICING_DAYS];

  if (d->day != day)
    *d = (struct pricing_day){.day = day};
  d->kwh += kwh;
  site->kwh += kwh;
}

/* What was used in a month that is not the one before: mostly nothing. */
static void enter_month(struct pricing_site *site, int month, int today) {
  if (site->month == month)
    return;
  if (site->month != 0) {
    site->kwh = 0;
    for (size_t i = 0; i < PRICING_DAYS; i++)
      if (site->days[i].day >= month && site->days[i].day <= today)
        site->kwh += site->days[i].kwh;
  }
  site->month = month;
}

/* Prices the piece at the site's use, which moves on. */
static void price(struct pricing_piece *p, struct pricing_site *site) {
  const struct tariff *t = p->tariff;
  struct calendar_billing month = t != NULL
                                      ? tariff_billing(t, p->local.day)
                                      : calendar_billing_of(p->local.day, 1);

  enter_month(site, month.start, p->local.day);
  p->priced = false;
  p->cost = 0;
  if (t != NULL) {
    double before = 0;
    double moved = p->kwh;

    if (t->other_use > 0) {
      int64_t begin = calendar_day_start(month.start);

      before = other_use(t, begin, p->from_us);
      moved += other_use(t, begin, p->to_us) - before;
    }
    p->priced = tariff_energy_cost(t, p->from_us, &p->local, p->kwh,
                                   site->kwh + before, moved, &p->cost);
  }
  note_use(site, p->local.day, p->kwh);
}

void pricing_spread(const struct tariffs *set, struct pricing_site *site,
                    int64_t from_us, int64_t to_us, double kwh,
                    pricing_take *take, void *arg) {
  double left = kwh;
  int64_t at = from_us;

  do {
    struct pricing_piece p = {.from_us = at, .local = calendar_local_of(at)};

    p.tariff = tariffs_at(set, p.local.day);
    p.to_us = piece_end(p.tariff, at, &p.local);
    if (p.to_us >= to_us) {
      p.to_us = to_us > at ? to_us : at;
      p.kwh = left; /* so that the pieces are the whole */
    } else {
      p.kwh = kwh * ((double)(p.to_us - at) / (double)(to_us - from_us));
    }
    left -= p.kwh;
    price(&p, site);
    take(arg, &p);
    at = p.to_us;
  } while (at < to_us);
}
