/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "report/report_make.h"

#include "report/report_cycles.h"
#include "report/report_harder.h"
#include "report/report_standby.h"
#include "report/report_unusual_hour.h"

enum { WEEK = 7 };

static void read_alerts(struct report *r, const struct report_sources *from) {
  int64_t soon =
      from->now + (r->kind == REPORT_DAY ? 1 : WEEK) * (CALENDAR_DAY / 1000);

  report_alerts_read(&r->alerts, from->alerts,
                     calendar_day_start(r->first) / 1000,
                     calendar_day_start(r->last + 1) / 1000, from->now, soon);
}

bool report_make(struct report *r, const struct report_sources *from,
                 char why[LEDGER_QUERY_WHY]) {
  const struct report_month month = {
      .billing_day = from->billing_day,
      .minimum = (double)from->minimum * 1e-6,
      .today = calendar_local_of(from->now * 1000).day,
      .now_us = from->now * 1000};

  if (from->alerts != NULL)
    read_alerts(r, from);
  return report_data_make(r, &month, from->ledger, why) &&
         report_standby_make(r, from->ledger, why) &&
         report_cycles_make(r, from->ledger, why) &&
         report_harder_make(r, from->ledger, why) &&
         report_unusual_hour_make(r, from->ledger, why);
}
