/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "report/report_unusual_hour.h"

#include "energy/ledger/ledger.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
  WEEK = 7,
  BEFORE = 4, /* weeks, */
  LEAST = 3,  /* of which so many are known */
  HOURS = WEEK * 24,
  HOUR_S = 3600,
};
/* Both: three times nearly nothing is nothing, a bit more of much is usual. */
static const double TIMES = 3, MORE_KWH = 0.3;
static const unsigned NOT_SURE =
    LEDGER_SEEDED | LEDGER_PARTIAL | LEDGER_AT_LEAST | LEDGER_SPREAD;

/* Slots end at the hours of UTC, and within them where a day or a period of
 * the tariff does; the hour of the week is the one in which it begins by the
 * clock on the wall. */
struct hour {
  int64_t begin_us;
  int64_t slot_us;  /* the latest slot of it */
  unsigned seconds; /* of all its slots: 7200 where the clock is set back, which
                       is no hour to compare */
  double kwh;
};

struct looking {
  struct report *report;
  int begin; /* day on which hours[0] begins */
  bool any_new;
  struct hour hours[BEFORE + 1][HOURS];
};

/* A plug that was not there yet three weeks ago would make every hour
 * unusual. */
static bool is_new(const struct report *r, const struct report_item *item) {
  return item->first_day > r->first - LEAST * WEEK;
}

static bool take(void *arg, const struct ledger_row *row) {
  struct looking *l = arg;
  int64_t begin_us = row->start_us - row->start_us % CALENDAR_HOUR;
  struct calendar_local local = calendar_local_of(begin_us);
  int days = local.day - l->begin;
  const struct report_item *item;
  struct hour *h;

  if (row->produces || row->device[0] == '\0' || days < 0 ||
      days >= (BEFORE + 1) * WEEK)
    return true;
  if (l->any_new) {
    item = report_item(l->report, row->device, row->plug);
    if (item == NULL || is_new(l->report, item))
      return true;
  }
  h = &l->hours[days / WEEK][days % WEEK * 24 + (int)local.second / HOUR_S];
  if (row->start_us != h->slot_us) {
    h->slot_us = row->start_us;
    h->seconds += row->seconds;
  }
  h->begin_us = begin_us;
  /* What was guessed makes no hour unusual, but another one usual. */
  if (days / WEEK < BEFORE || (row->flags & NOT_SURE) == 0)
    h->kwh += (double)row->mwh * 1e-6;
  return true;
}

/* Of hour number i, in kWh; NAN: too few weeks are known. */
static double usual_of(const struct looking *l, int i) {
  double numbers[BEFORE];
  size_t num = 0;

  for (int week = 0; week < BEFORE; week++)
    if (l->hours[week][i].seconds == HOUR_S)
      numbers[num++] = l->hours[week][i].kwh;
  return num >= LEAST ? report_median(numbers, num) : (double)NAN;
}

static void find(const struct looking *l) {
  struct report *r = l->report;
  double most = 0;

  for (int i = 0; i < HOURS; i++) {
    const struct hour *h = &l->hours[BEFORE][i];
    double usual = usual_of(l, i);

    if (h->seconds != HOUR_S || !(h->kwh >= TIMES * usual) ||
        !(h->kwh >= usual + MORE_KWH) || h->kwh - usual <= most)
      continue;
    most = h->kwh - usual;
    r->unusual_hour.at_us = h->begin_us;
    r->unusual_hour.kwh = h->kwh;
    r->unusual_hour.usual = usual;
  }
}

bool report_unusual_hour_make(struct report *r, struct ledger_query *q,
                              char why[LEDGER_QUERY_WHY]) {
  struct looking *l;
  bool good;

  if (r->kind != REPORT_WEEK)
    return true;
  l = calloc(1, sizeof(*l));
  snprintf(why, LEDGER_QUERY_WHY, "out of memory");
  if (l == NULL)
    return false;
  l->report = r;
  l->begin = r->first - BEFORE * WEEK;
  for (size_t i = 0; i < r->items_num && !l->any_new; i++)
    l->any_new = is_new(r, &r->items[i]);
  good = ledger_query_slots(q, calendar_day_start(l->begin),
                            calendar_day_start(r->last + 1), take, l, why);
  if (good)
    find(l);
  free(l);
  return good;
}
