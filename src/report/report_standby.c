/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "report/report_standby.h"

#include "appliance/low_power.h"
#include "energy/ledger/ledger.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Less of the time, and the hour it took least may be one of those that are
 * not known. */
static const double KNOWN = 0.9;
/* What rounds to nothing. */
static const double LEAST_W = 0.05;
static const double YEAR_H = 365.25 * 24;
static const unsigned NOT_SURE =
    LEDGER_SEEDED | LEDGER_PARTIAL | LEDGER_AT_LEAST | LEDGER_SPREAD;

static bool take(void *arg, const struct ledger_row *row) {
  struct report *r = arg;
  struct report_item *item;

  if (row->produces || row->device[0] == '\0' || row->seconds == 0 ||
      (row->flags & NOT_SURE) != 0)
    return true;
  item = report_item(r, row->device, row->plug);
  if (item == NULL)
    return true;
  item->slots_s += row->seconds;
  /* mWh of so many seconds */
  item->least_w = fmin(item->least_w, (double)row->mwh * 3.6 / row->seconds);
  return true;
}

/* -- the lowest five minutes -- */

static void take_low(void *arg, const char *device, const char *plug,
                     const char *note) {
  struct report *r = arg;
  struct report_item *item = report_item(r, device, plug);
  struct low_power_day d;

  while (item != NULL && low_power_next(&note, &d))
    if (d.day >= r->first && d.day <= r->last && low_power_is_known(&d) &&
        item->lows_num < REPORT_LOWS)
      item->lows[item->lows_num++] = d.watts;
}

static int by_watts(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

/* The median; those below it are a blackout, or an hour in the socket's off. */
static double low_of(struct report_item *item) {
  qsort(item->lows, item->lows_num, sizeof(item->lows[0]), by_watts);
  return item->lows_num % 2 == 1 ? item->lows[item->lows_num / 2]
                                 : (item->lows[item->lows_num / 2 - 1] +
                                    item->lows[item->lows_num / 2]) /
                                       2;
}

/* -- all of it -- */

/* Of a kWh, over all that has a price; NAN: nothing has. */
static double price_of(const struct report *r) {
  double kwh = 0, cost = 0;

  for (size_t i = 0; i < r->items_num; i++) {
    kwh += r->items[i].kwh;
    cost += r->items[i].cost;
  }
  kwh -= r->unpriced_kwh;
  return r->currency[0] != '\0' && kwh > 0 ? cost / kwh : (double)NAN;
}

bool report_standby_make(struct report *r, struct ledger_query *q,
                         char why[LEDGER_QUERY_WHY]) {
  int64_t from = calendar_day_start(r->first);
  int64_t to = calendar_day_start(r->last + 1);
  double whole = (double)(to - from) / (double)CALENDAR_SECOND;

  r->standby.watts = 0;
  for (size_t i = 0; i < r->items_num; i++)
    r->items[i].least_w = INFINITY;
  if (!ledger_query_slots(q, from, to, take, r, why) ||
      !ledger_query_notes(q, "low", take_low, r, why))
    return false;
  for (size_t i = 0; i < r->items_num; i++) {
    struct report_item *item = &r->items[i];

    if (item->lows_num > 0)
      item->least_w = low_of(item);
    else if (item->slots_s < KNOWN * whole)
      item->least_w = 0;
    if (item->least_w < LEAST_W)
      item->least_w = 0;
    r->standby.watts += item->least_w;
    if (r->standby.most == NULL || item->least_w > r->standby.most->least_w)
      r->standby.most = item;
  }
  r->standby.cost_year = r->standby.watts * 1e-3 * YEAR_H * price_of(r);
  return true;
}
