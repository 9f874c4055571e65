/* SPDX-License-Identifier: MIT */
/* The energy counter: see counter.h. */
#include <config.h>

#include "energy/counter.h"

/* No plug delivers more than 16 A at 250 V; doubled for the strips that count
 * as one. The slack is for meters that step in tens of Wh. */
static const double WATTS_MAX = 8000;
static const double SLACK_WH = 20;

static double hours(uint64_t us) { return (double)us / 3600e6; }

static void restart(struct counter *c, enum counter_source by, double value,
                    uint64_t now_us) {
  c->by = by;
  c->last = value;
  c->last_us = now_us;
}

double counter_add_total(struct counter *c, double total_wh, uint64_t now_us) {
  double grown;

  if (c->by != COUNTER_BY_TOTAL) {
    if (c->by == COUNTER_NEW)
      c->wh = total_wh;
    restart(c, COUNTER_BY_TOTAL, total_wh, now_us);
    return 0;
  }
  grown = total_wh < c->last ? total_wh : total_wh - c->last;
  if (grown > WATTS_MAX * hours(now_us - c->last_us) + SLACK_WH) {
    grown = 0;
    c->gaps++;
  }
  c->wh += grown;
  restart(c, COUNTER_BY_TOTAL, total_wh, now_us);
  return grown;
}

double counter_add_power(struct counter *c, double watts, uint64_t now_us,
                         uint64_t gap_us) {
  double grown = 0;

  if (c->by == COUNTER_BY_POWER && now_us - c->last_us <= gap_us)
    grown = (watts + c->last) / 2 * hours(now_us - c->last_us);
  else if (c->by == COUNTER_BY_POWER)
    c->gaps++;
  c->wh += grown;
  restart(c, COUNTER_BY_POWER, watts, now_us);
  return grown;
}

void counter_change_source(struct counter *c) {
  if (c->by != COUNTER_NEW)
    c->by = COUNTER_SOURCE_CHANGED;
}
