/* SPDX-License-Identifier: MIT */
/* What a kWh costs: see tariff.h. */
#include <config.h>

#include "energy/tariff/tariff.h"

#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_MINUTES = 1440, MINUTE_SECONDS = 60 };

/* -- memory -- */

static void rate_free(struct tariff_rate *r) { free(r->tiers); }

static void component_free(struct tariff_component *c) {
  for (size_t i = 0; i < c->periods_num; i++) {
    free(c->periods[i].hours);
    rate_free(&c->periods[i].rate);
  }
  free(c->periods);
  rate_free(&c->base);
  free(c->prices.file);
  free(c->prices.url);
  free(c->prices.label);
  price_series_free(&c->prices.series);
}

void tariff_free(struct tariff *t) {
  for (size_t i = 0; i < t->components_num; i++)
    component_free(&t->components[i]);
  for (size_t i = 0; i < t->day_types_num; i++) {
    free(t->day_types[i].dates);
    free(t->day_types[i].yearly);
    free(t->day_types[i].easter);
    free(t->day_types[i].file);
    free(t->day_types[i].file_dates);
  }
  free(t->components);
  free(t->day_types);
  free(t->taxes);
  free(t->charges);
  free(t->cuts);
  *t = (struct tariff){0};
}

void tariffs_free(struct tariffs *set) {
  for (size_t i = 0; i < set->num; i++)
    tariff_free(&set->items[i]);
  free(set->items);
  *set = (struct tariffs){0};
}

/* -- the set -- */

const struct tariff *tariffs_at(const struct tariffs *set, int day) {
  const struct tariff *found = NULL;

  for (size_t i = 0; i < set->num && set->items[i].from <= day; i++)
    found = &set->items[i];
  return found;
}

const char *tariffs_currency(const struct tariffs *set) {
  return set->num > 0 ? set->items[0].currency : "";
}

/* ISO 4217: those without two decimals. */
unsigned tariff_decimals(const char *currency) {
  static const char none[] = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI "
                             "VND VUV XAF XOF XPF";
  static const char three[] = "BHD IQD JOD KWD LYD OMR TND";

  if (currency[0] != '\0' && strstr(none, currency) != NULL)
    return 0;
  if (currency[0] != '\0' && strstr(three, currency) != NULL)
    return 3;
  return 2;
}

unsigned tariff_billing_day(const struct tariff *t) {
  return t->billing_day > 0 ? t->billing_day : 1;
}

struct calendar_billing tariff_billing(const struct tariff *t, int day) {
  return calendar_billing_of(day, tariff_billing_day(t));
}

/* -- what changes when -- */

static int by_number(const void *a, const void *b) {
  unsigned x = *(const unsigned *)a;
  unsigned y = *(const unsigned *)b;

  return x < y ? -1 : x > y;
}

static size_t cuts_of(const struct tariff_component *c, unsigned *out) {
  size_t num = 0;

  for (size_t i = 0; i < c->periods_num; i++)
    for (size_t j = 0; j < c->periods[i].hours_num; j++) {
      if (out != NULL) {
        out[num] = c->periods[i].hours[j].start;
        out[num + 1] = c->periods[i].hours[j].end;
      }
      num += 2;
    }
  return num;
}

int tariff_finish(struct tariff *t) {
  size_t num = t->day_types_num + 1;
  size_t at = 0;
  size_t kept = 0;
  unsigned *cuts;

  for (size_t i = 0; i < t->components_num; i++)
    num += cuts_of(&t->components[i], NULL);
  cuts = malloc(num * sizeof(*cuts));
  if (cuts == NULL)
    return -ENOMEM;
  cuts[at++] = DAY_MINUTES;
  for (size_t i = 0; i < t->day_types_num; i++)
    cuts[at++] = t->day_types[i].starts;
  for (size_t i = 0; i < t->components_num; i++)
    at += cuts_of(&t->components[i], cuts + at);
  qsort(cuts, at, sizeof(*cuts), by_number);
  for (size_t i = 0; i < at; i++)
    if (cuts[i] > 0 && (kept == 0 || cuts[kept - 1] != cuts[i]))
      cuts[kept++] = cuts[i];
  free(t->cuts);
  t->cuts = cuts;
  t->cuts_num = kept;
  return 0;
}

int64_t tariff_until(const struct tariff *t, int64_t us,
                     const struct calendar_local *now) {
  size_t i = 0;
  int64_t until;

  while (t->cuts[i] * MINUTE_SECONDS <= now->second && i + 1 < t->cuts_num)
    i++;
  until = calendar_next(us, t->cuts[i] * MINUTE_SECONDS);
  for (size_t c = 0; c < t->components_num; c++) {
    int64_t series = INT64_MAX;
    double price;

    if (t->components[c].prices.given) {
      (void)price_series_at(&t->components[c].prices.series, us, &price,
                            &series);
      until = series < until ? series : until;
    }
  }
  return until;
}

/* -- days and periods -- */

static bool has_day(const int *days, size_t num, int day) {
  for (size_t i = 0; i < num; i++)
    if (days[i] == day)
      return true;
  return false;
}

bool tariff_day_is(const struct tariff_day_type *type, int day) {
  int year;
  unsigned month;
  unsigned mday;

  if (has_day(type->dates, type->dates_num, day) ||
      has_day(type->file_dates, type->file_dates_num, day))
    return true;
  if (type->yearly_num == 0 && type->easter_num == 0)
    return false;
  calendar_date_of(day, &year, &month, &mday);
  for (size_t i = 0; i < type->yearly_num; i++)
    if (type->yearly[i] == month * 100 + mday)
      return true;
  for (size_t i = 0; i < type->easter_num; i++)
    if (calendar_easter(year) + type->easter[i] == day)
      return true;
  return false;
}

/* A type with an hour of its own goes by the moment, the others by the day to
 * which the hours belong. */
static bool day_matches(const struct tariff *t, const struct tariff_period *p,
                        const struct calendar_local *now, int day) {
  int year;
  unsigned month;
  unsigned mday;

  if (p->months != ALL_MONTHS) {
    calendar_date_of(day, &year, &month, &mday);
    if ((p->months >> (month - 1) & 1) == 0)
      return false;
  }
  if (p->any_day || (p->weekdays >> calendar_weekday(day) & 1) != 0)
    return true;
  for (size_t i = 0; i < t->day_types_num; i++) {
    const struct tariff_day_type *type = &t->day_types[i];
    int its_day = day;

    if ((p->day_types >> i & 1) == 0)
      continue;
    if (type->starts > 0)
      its_day =
          now->second < type->starts * MINUTE_SECONDS ? now->day - 1 : now->day;
    if (tariff_day_is(type, its_day))
      return true;
  }
  return false;
}

static bool hours_match(const struct tariff *t, const struct tariff_period *p,
                        const struct tariff_hours *h,
                        const struct calendar_local *now) {
  unsigned start = h->start * MINUTE_SECONDS;
  unsigned end = h->end * MINUTE_SECONDS;

  if (start < end)
    return now->second >= start && now->second < end &&
           day_matches(t, p, now, now->day);
  if (now->second >= start && day_matches(t, p, now, now->day))
    return true;
  return now->second < end && day_matches(t, p, now, now->day - 1);
}

static bool period_holds(const struct tariff *t, const struct tariff_period *p,
                         const struct calendar_local *now) {
  for (size_t i = 0; i < p->hours_num; i++)
    if (hours_match(t, p, &p->hours[i], now))
      return true;
  return p->hours_num == 0 && day_matches(t, p, now, now->day);
}

int tariff_period_at(const struct tariff *t, const struct tariff_component *c,
                     const struct calendar_local *now) {
  for (size_t i = 0; i < c->periods_num; i++)
    if (period_holds(t, &c->periods[i], now))
      return (int)i;
  return -1;
}

/* -- prices -- */

/* The mean rate while the site's use goes from position by moved kWh. */
static double mean_rate(const struct tariff_rate *r, double position,
                        double moved, int billing_days) {
  double from = 0;
  double sum = 0;

  if (r->tiers_num == 0)
    return r->rate;
  for (size_t i = 0; i < r->tiers_num; i++) {
    const struct tariff_tier *tier = &r->tiers[i];
    double to = tier->per_day ? tier->up_to * billing_days : tier->up_to;
    double low = fmax(from, position);
    double high = fmin(to, position + moved);

    if (i + 1 == r->tiers_num)
      to = high = fmax(low, position + moved);
    if (moved <= 0 && position < to)
      return tier->rate;
    if (high > low)
      sum += (high - low) * tier->rate;
    from = fmax(from, to);
  }
  return moved > 0 ? sum / moved : r->tiers[r->tiers_num - 1].rate;
}

static bool series_price(const struct tariff_prices *p, int64_t us,
                         double *price) {
  int64_t until;

  if (!price_series_at(&p->series, us, price, &until)) {
    *price = p->fallback;
    return !isnan(p->fallback);
  }
  *price *= p->factor;
  if (!isnan(p->max))
    *price = fmin(*price, p->max);
  if (!isnan(p->min))
    *price = fmax(*price, p->min);
  return true;
}

static double taxed(const struct tariff *t, uint64_t which, double amount) {
  for (size_t i = 0; i < t->taxes_num; i++)
    if ((which >> i & 1) != 0)
      amount *= t->taxes[i].factor;
  return amount;
}

static bool sum_of_components(const struct tariff *t, int64_t us,
                              const struct calendar_local *now, double position,
                              double moved, double *sum) {
  struct calendar_billing month = tariff_billing(t, now->day);

  *sum = 0;
  for (size_t i = 0; i < t->components_num; i++) {
    const struct tariff_component *c = &t->components[i];
    int period = tariff_period_at(t, c, now);
    double price;

    if (period < 0 && c->prices.given) {
      if (!series_price(&c->prices, us, &price))
        return false;
    } else {
      price = mean_rate(period >= 0 ? &c->periods[period].rate : &c->base,
                        position, moved, month.end - month.start);
    }
    *sum += price;
  }
  *sum = taxed(t, UINT64_MAX, *sum);
  return true;
}

bool tariff_energy_cost(const struct tariff *t, int64_t us,
                        const struct calendar_local *now, double energy,
                        double position, double moved, double *cost) {
  double mean;

  if (!sum_of_components(t, us, now, position, moved, &mean))
    return false;
  *cost = energy * mean;
  return true;
}

bool tariff_price(const struct tariff *t, int64_t us, double position,
                  double *price) {
  struct calendar_local now = calendar_local_of(us);

  return sum_of_components(t, us, &now, position, 0, price);
}

bool tariff_has_tiers(const struct tariff *t) {
  bool any = false;

  for (size_t i = 0; i < t->components_num; i++) {
    const struct tariff_component *c = &t->components[i];

    any |= c->base.tiers_num > 0;
    for (size_t j = 0; j < c->periods_num; j++)
      any |= c->periods[j].rate.tiers_num > 0;
  }
  return any;
}

/* -- words -- */

struct line {
  char *out;
  size_t used, size;
};

/* As far as there is room, but no half of a character. */
static void add_text(struct line *l, const char *text) {
  size_t n = text_cut(text, l->size - 1 - l->used);

  memcpy(l->out + l->used, text, n);
  l->used += n;
  l->out[l->used] = '\0';
}

void tariff_describe(const struct tariff *t, const struct calendar_local *now,
                     char *out, size_t size) {
  struct line l = {.out = out, .size = size};

  out[0] = '\0';
  for (size_t i = 0; i < t->components_num; i++) {
    const struct tariff_component *c = &t->components[i];
    int period = tariff_period_at(t, c, now);

    add_text(&l, i > 0 ? "+" : "");
    add_text(&l, c->name);
    if (period < 0 && c->prices.given)
      continue;
    add_text(&l, ":");
    add_text(&l, period >= 0 ? c->periods[period].name : "base");
  }
}

/* -- charges -- */

/* Days of a year in the months of a charge: what the amount of a year is
 * divided by. */
static unsigned days_in_months(int year, unsigned months) {
  unsigned days = 0;

  for (unsigned m = 1; m <= 12; m++)
    if ((months >> (m - 1) & 1) != 0)
      days += calendar_month_days(year, m);
  return days;
}

/* The amount of a month in which months are given: of the billing month that
 * begins in one of them, so that all of it is booked. */
static double charge_of(const struct tariff *t, const struct tariff_charge *c,
                        int day) {
  struct calendar_billing month = tariff_billing(t, day);
  int year;
  unsigned number;
  unsigned mday;

  calendar_date_of(c->per == PER_MONTH ? month.start : day, &year, &number,
                   &mday);
  if ((c->months >> (number - 1) & 1) == 0)
    return 0;
  switch (c->per) {
  case PER_DAY:
    return c->amount;
  case PER_MONTH:
    return c->amount / (month.end - month.start);
  case PER_YEAR:
    break;
  }
  return c->amount / days_in_months(year, c->months);
}

double tariff_charges(const struct tariff *t, int day) {
  double sum = 0;

  for (size_t i = 0; i < t->charges_num; i++)
    sum += taxed(t, t->charges[i].taxes, charge_of(t, &t->charges[i], day));
  return sum;
}

double tariff_minimum(const struct tariff *t, int day) {
  struct calendar_billing month = tariff_billing(t, day);
  int days = day - month.start + 1;

  if (isnan(t->minimum))
    return NAN;
  return t->minimum_per == PER_DAY
             ? t->minimum * days
             : t->minimum * days / (month.end - month.start);
}
