/* SPDX-License-Identifier: MIT */
/* Days and billing months of the ledger, and what follows from them. */
#include <config.h>

#include "energy/ledger/ledger_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FORECAST_DAYS = 14 };

/* -- sums -- */

/* Adds what an account has of each day. */
struct days_sum {
  int first; /* day of sum[0] */
  struct ledger_day sum[LEDGER_DAYS];
  int earliest; /* the first day anything is known of */
};

static void sum_begin(struct days_sum *s, int today) {
  memset(s, 0, sizeof(*s));
  s->first = today - LEDGER_DAYS + 1;
  s->earliest = INT_MAX;
}

static void sum_add(struct days_sum *s, const struct ledger_day *d) {
  int i = d->day - s->first;

  if (d->day < s->earliest && d->covered_us > 0) /* else seeded */
    s->earliest = d->day;
  if (i < 0 || i >= LEDGER_DAYS)
    return;
  s->sum[i].mwh += d->mwh;
  s->sum[i].cost += d->cost;
  s->sum[i].unpriced_mwh += d->unpriced_mwh;
  s->sum[i].covered_us += d->covered_us;
}

/* What is in the open slot has a price only when that is closed: the same one,
 * by now. */
static void sum_add_account(const struct ledger *l, struct days_sum *s,
                            const struct ledger_account *a, bool priced,
                            double price) {
  struct ledger_day open = {.day = l->slot.local.day,
                            .mwh = a->open_mwh,
                            .covered_us = a->open_covered_us};

  for (unsigned i = 0; i < a->days_num; i++)
    sum_add(s, &a->days[i]);
  if (a->open_mwh == 0 && a->open_covered_us == 0)
    return;
  if (!a->meter->produces && priced)
    open.cost = llround((double)a->open_mwh * price + a->cost_rest);
  else if (!a->meter->produces && l->slot.tariff != NULL)
    open.unpriced_mwh = a->open_mwh;
  sum_add(s, &open);
}

/* Few numbers, sorted for every outlet with every poll. */
static void sort_costs(int64_t *costs, unsigned num) {
  for (unsigned i = 1; i < num; i++) {
    int64_t cost = costs[i];
    unsigned at = i;

    for (; at > 0 && costs[at - 1] > cost; at--)
      costs[at] = costs[at - 1];
    costs[at] = cost;
  }
}

enum what { ENERGY, COST, COST_AND_CHARGES };

/* The median of the last full days, in mWh or millionths; NAN: there is
 * none. */
static double median_day(const struct ledger *l, const struct days_sum *s,
                         int today, enum what what) {
  int64_t costs[FORECAST_DAYS];
  unsigned num = 0;

  for (int day = today - 1;
       day > s->earliest && num < FORECAST_DAYS && day - s->first >= 0; day--) {
    const struct tariff *t = tariffs_at(&l->tariffs, day);

    costs[num] = what == ENERGY ? s->sum[day - s->first].mwh
                                : s->sum[day - s->first].cost;
    if (what == COST_AND_CHARGES && t != NULL)
      costs[num] += llround(tariff_charges(t, day) * 1e6);
    num++;
  }
  if (num == 0)
    return NAN;
  sort_costs(costs, num);
  return num % 2 == 1 ? (double)costs[num / 2]
                      : (double)(costs[num / 2 - 1] + costs[num / 2]) / 2;
}

static double forecast(const struct ledger *l, const struct days_sum *s,
                       const struct ledger_values *v, int64_t wall_us,
                       int today, enum what what) {
  const struct ledger_today *t = &l->today;
  double rest = (t->month.end - today) - (double)(wall_us - t->begin_us) /
                                             (double)(t->end_us - t->begin_us);
  double day = median_day(l, s, today, what);
  int64_t so_far = what == ENERGY ? v->month_mwh : v->month_cost;

  return ((double)so_far + rest * day) * 1e-6;
}

static void evaluate(const struct ledger *l, const struct days_sum *s,
                     int64_t wall_us, int today, struct ledger_values *v) {
  struct calendar_billing month = l->today.month;

  v->today_mwh = s->sum[LEDGER_DAYS - 1].mwh;
  v->today_cost = s->sum[LEDGER_DAYS - 1].cost;
  v->yesterday_mwh = s->sum[LEDGER_DAYS - 2].mwh;
  v->yesterday_cost = s->sum[LEDGER_DAYS - 2].cost;
  v->has_yesterday = s->earliest <= today - 1;
  v->has_cost = tariffs_at(&l->tariffs, today) != NULL;
  for (int day = month.start; day <= today; day++)
    if (day >= s->first) {
      v->month_mwh += s->sum[day - s->first].mwh;
      v->month_cost += s->sum[day - s->first].cost;
      v->unpriced_mwh += s->sum[day - s->first].unpriced_mwh;
    }
  v->forecast = v->has_cost ? forecast(l, s, v, wall_us, today, COST) : NAN;
  v->forecast_kwh = forecast(l, s, v, wall_us, today, ENERGY);
  v->day = today;
  v->month_start = month.start;
  v->trusted = l->distrusted_us == 0 && wall_us >= LEDGER_EPOCH_US;
}

/* Of today so far, in percent. */
static double covered(const struct ledger *l, const struct days_sum *s,
                      int64_t wall_us, unsigned accounts) {
  double passed = (double)(wall_us - l->today.begin_us) * (double)accounts;
  double percent =
      passed > 0 ? 100 * (double)s->sum[LEDGER_DAYS - 1].covered_us / passed
                 : 100;

  return fmax(0, fmin(100, percent));
}

/* The day of now, with what holds all day long. */
static int today_of(struct ledger *l, int64_t wall_us) {
  struct ledger_today *t = &l->today;

  if (t->end_us != 0 && wall_us >= t->begin_us && wall_us < t->end_us)
    return t->day;
  t->day = calendar_local_of(wall_us).day;
  t->begin_us = calendar_day_start(t->day);
  t->end_us = calendar_day_start(t->day + 1);
  t->month = ledger_month(l, t->day);
  return t->day;
}

static int begin(struct ledger *l, struct ledger_now now, struct days_sum *s,
                 bool *priced, double *price) {
  int today = today_of(l, now.wall_us);

  if (l->distrusted_us == 0 && ledger_clock_is_right(l, now))
    ledger_advance(l, now.wall_us);
  *price = 0;
  *priced = l->slot.until_us != 0 &&
            ledger_slot_price(&l->slot, l->slot.site_before_kwh,
                              (double)l->slot.site_mwh * 1e-6, price);
  sum_begin(s, today);
  return today;
}

double ledger_price_now(struct ledger *l, struct ledger_now now) {
  struct days_sum s;
  double price;
  bool priced;

  pthread_mutex_lock(&l->lock);
  (void)begin(l, now, &s, &priced, &price);
  pthread_mutex_unlock(&l->lock);
  return priced ? price : (double)NAN;
}

void ledger_values_of(struct ledger *l, const struct ledger_meter *m,
                      struct ledger_now now, struct ledger_values *v) {
  const struct ledger_account *a;
  struct days_sum s;
  double price;
  bool priced;
  int today;
  unsigned num = 0;

  *v = (struct ledger_values){.forecast = NAN, .price = NAN};
  pthread_mutex_lock(&l->lock);
  today = begin(l, now, &s, &priced, &price);
  for (a = m->account; a != NULL; a = a->kin != m->account ? a->kin : NULL) {
    sum_add_account(l, &s, a, priced, price);
    v->counted_mwh += a->counted_mwh;
    num++;
  }
  evaluate(l, &s, now.wall_us, today, v);
  v->has_days = !m->fresh || m->looked;
  v->covered = covered(l, &s, now.wall_us, num);
  pthread_mutex_unlock(&l->lock);
}

/* Fixed charges: the site's only. */
static void add_charges(const struct ledger *l, struct ledger_values *v,
                        int today) {
  v->month_cost += ledger_charges_of(l, l->today.month.start, today);
  v->today_cost += ledger_charges_of(l, today, today);
  v->yesterday_cost += ledger_charges_of(l, today - 1, today - 1);
}

/* The energy of a month costs at least the minimum, of the days so far, and of
 * all of them in the projection; charges, which are in month_cost, come on top
 * of it. */
static void add_minimum(const struct ledger *l, struct ledger_values *v,
                        int today) {
  const struct tariff *t = tariffs_at(&l->tariffs, today);
  struct calendar_billing month = l->today.month;
  double minimum = tariff_minimum(t, today);
  double least = tariff_minimum(t, month.end - 1);
  int64_t charges = ledger_charges_of(l, month.start, today);

  if (isnan(minimum))
    return;
  if (v->month_cost - charges < llround(minimum * 1e6))
    v->month_cost = llround(minimum * 1e6) + charges;
  least += (double)charges * 1e-6;
  for (int day = today + 1; day < month.end; day++) {
    t = tariffs_at(&l->tariffs, day);
    least += t != NULL ? tariff_charges(t, day) : 0;
  }
  if (!isnan(v->forecast))
    v->forecast = fmax(v->forecast, least);
}

/* What one more kWh of the site costs; NAN: not known. */
static double price_of_next(const struct ledger *l, int64_t wall_us,
                            int today) {
  const struct tariff *t = tariffs_at(&l->tariffs, today);
  double position =
      l->slot.site_before_kwh + (double)l->slot.site_mwh * 1e-6 +
      t->other_use *
          (double)(wall_us - calendar_day_start(l->today.month.start)) /
          (double)CALENDAR_DAY;
  double price;

  return tariff_price(t, wall_us, position, &price) ? price : (double)NAN;
}

void ledger_values_total(struct ledger *l, struct ledger_now now,
                         struct ledger_values *v) {
  struct days_sum s;
  double price;
  bool priced;
  int today;
  unsigned num = 0;

  *v = (struct ledger_values){.forecast = NAN, .price = NAN};
  pthread_mutex_lock(&l->lock);
  today = begin(l, now, &s, &priced, &price);
  for (const struct ledger_account *a = l->accounts; a != NULL; a = a->next)
    if (!a->meter->produces) {
      sum_add_account(l, &s, a, priced, price);
      num += a->meter->account == a ? 1 : 0;
    }
  evaluate(l, &s, now.wall_us, today, v);
  v->has_days = true;
  v->counted_mwh = l->total_mwh;
  v->covered = covered(l, &s, now.wall_us, num);
  if (v->has_cost) {
    add_charges(l, v, today);
    v->forecast = forecast(l, &s, v, now.wall_us, today, COST_AND_CHARGES);
    add_minimum(l, v, today);
    v->price = price_of_next(l, now.wall_us, today);
  }
  pthread_mutex_unlock(&l->lock);
}

void ledger_values_add(struct ledger_values *a, const struct ledger_values *b) {
  a->counted_mwh += b->counted_mwh;
  a->today_mwh += b->today_mwh;
  a->month_mwh += b->month_mwh;
  a->yesterday_mwh += b->yesterday_mwh;
  a->today_cost += b->today_cost;
  a->month_cost += b->month_cost;
  a->yesterday_cost += b->yesterday_cost;
  a->unpriced_mwh += b->unpriced_mwh;
  a->forecast += b->forecast;
  a->forecast_kwh += b->forecast_kwh;
  a->day = b->day;
  a->month_start = b->month_start;
  a->trusted = b->trusted;
  a->has_days = b->has_days; /* looked at together */
  a->has_yesterday |= b->has_yesterday;
  a->has_cost |= b->has_cost;
}
