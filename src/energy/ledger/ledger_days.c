/* SPDX-License-Identifier: MIT */
/* The days of an account that are in memory, in order: see
 * ledger_internal.h. */
#include <config.h>

#include "energy/ledger/ledger_internal.h"

#include <string.h>

struct ledger_day *ledger_day_of(struct ledger_account *a, int day) {
  unsigned at = a->days_num;

  while (at > 0 && a->days[at - 1].day > day)
    at--;
  if (at > 0 && a->days[at - 1].day == day)
    return &a->days[at - 1];
  if (a->days_num == LEDGER_DAYS) {
    if (at == 0)
      return NULL;
    memmove(&a->days[0], &a->days[1], (at - 1) * sizeof(a->days[0]));
    at--;
  } else {
    memmove(&a->days[at + 1], &a->days[at],
            (a->days_num - at) * sizeof(a->days[0]));
    a->days_num++;
  }
  a->days[at] = (struct ledger_day){.day = day};
  return &a->days[at];
}

unsigned ledger_billing_day(const struct ledger *l, int day) {
  const struct tariff *t = tariffs_at(&l->tariffs, day);

  return t != NULL ? tariff_billing_day(t) : l->billing_day;
}

struct calendar_billing ledger_month(const struct ledger *l, int day) {
  return calendar_billing_of(day, ledger_billing_day(l, day));
}

void ledger_site_add(struct ledger *l, const struct ledger_account *a, int day,
                     int64_t mwh) {
  struct ledger_site_day *d = &l->site_days[(unsigned)day % LEDGER_SITE_DAYS];

  if (a->meter->produces || day < d->day)
    return;
  if (day > d->day)
    *d = (struct ledger_site_day){.day = day};
  d->mwh += mwh;
}

static void sum_site(struct ledger *l) {
  memset(l->site_days, 0, sizeof(l->site_days));
  for (const struct ledger_account *a = l->accounts; a != NULL; a = a->next)
    for (unsigned i = 0; i < a->days_num; i++)
      ledger_site_add(l, a, a->days[i].day, a->days[i].mwh);
  l->site_known = true;
}

double ledger_site_kwh(struct ledger *l, int day) {
  int64_t mwh = 0;

  if (!l->site_known)
    sum_site(l);
  for (int i = ledger_month(l, day).start; i <= day; i++) {
    const struct ledger_site_day *d =
        &l->site_days[(unsigned)i % LEDGER_SITE_DAYS];

    mwh += d->day == i ? d->mwh : 0;
  }
  return (double)mwh * 1e-6;
}

void ledger_add_to_day(struct ledger_account *a, const struct ledger_entry *e) {
  struct ledger_day *day = ledger_day_of(a, e->day);

  if (day == NULL)
    return;
  day->mwh += e->mwh;
  day->cost += e->cost;
  day->unpriced_mwh += e->unpriced_mwh;
  day->covered_us += e->covered_us;
  day->flags |= e->flags;
}
