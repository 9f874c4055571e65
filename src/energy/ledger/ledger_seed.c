/* SPDX-License-Identifier: MIT */
/* A new meter begins with the device's own statistics: one entry a day, without
 * an hour, at the mean price of that day as if it had been used evenly. */
#include <config.h>

#include "energy/ledger/ledger_internal.h"

#include <math.h>

/* What a kWh of mwh spread over the day costs, hour by hour, with the tiers the
 * site has reached by then. False: some hour's price is not known. */
static bool mean_price(struct ledger *l, int day, int64_t mwh, double *price) {
  int64_t from = calendar_day_start(day);
  int64_t until = calendar_day_start(day + 1);
  double before = ledger_site_kwh(l, day);
  double sum = 0;
  struct ledger_slot slot;

  for (int64_t at = from; at < until; at = slot.until_us) {
    int64_t end;
    double share;
    double of_slot;

    ledger_slot_at(l, at, &slot);
    end = slot.until_us < until ? slot.until_us : until;
    share = (double)(end - at) / (double)(until - from);
    if (!ledger_slot_price(&slot, before, (double)mwh * 1e-6 * share, &of_slot))
      return false;
    before += (double)mwh * 1e-6 * share;
    sum += of_slot * share;
  }
  *price = sum;
  return true;
}

static void seed_day(struct ledger *l, struct ledger_account *a, int day,
                     int64_t mwh) {
  struct ledger_slot slot;
  double price = 0;
  bool priced;

  if (mwh <= 0)
    return;
  ledger_slot_at(l, calendar_day_start(day), &slot);
  priced = slot.tariff != NULL && mean_price(l, day, mwh, &price);
  ledger_book_day(l, a, &slot, mwh, LEDGER_SEEDED, priced, price);
}

/* Evenly over the days; the last one takes what is left of the division. */
static void seed_days(struct ledger *l, struct ledger_account *a, int first,
                      int end, int64_t mwh) {
  for (int day = first; day < end; day++) {
    int64_t part = mwh / (end - day);

    seed_day(l, a, day, part);
    mwh -= part;
  }
}

/* The day of its calendar month on which a billing month begins. */
static unsigned begins_on(struct calendar_billing month) {
  int year;
  unsigned number;
  unsigned mday;

  calendar_date_of(month.start, &year, &number, &mday);
  return mday;
}

unsigned ledger_seed_date(const struct ledger *l, int today) {
  int year;
  unsigned number;
  unsigned mday;

  calendar_date_of(ledger_month(l, today).start, &year, &number, &mday);
  return (unsigned)year * 10000 + number * 100 + mday;
}

void ledger_seed_account(struct ledger *l, struct ledger_account *a, int today,
                         const struct ledger_statistics *s) {
  struct calendar_billing month = ledger_month(l, today);
  double since = begins_on(month) == 1 ? s->month_kwh : s->since_kwh;
  int64_t counted = a->open_mwh;

  if (isnan(s->today_kwh))
    return;
  for (unsigned i = 0; i < a->days_num; i++)
    counted += a->days[i].day == today ? a->days[i].mwh : 0;
  if (!isnan(since))
    seed_days(l, a, month.start, today, llround((since - s->today_kwh) * 1e6));
  seed_day(l, a, today, llround(s->today_kwh * 1e6) - counted);
}
