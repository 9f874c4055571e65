/* SPDX-License-Identifier: MIT */
/* Fixed charges of the site: booked whole at the beginning of each local day,
 * so that a change of the tariff changes the future only. */
#include <config.h>

#include "energy/ledger/ledger_internal.h"

#include <math.h>

static void charge_day(struct ledger *l, int day) {
  const struct tariff *t = tariffs_at(&l->tariffs, day);
  struct ledger_entry e = {.day = day};
  double exact;

  if (t == NULL)
    return;
  exact = tariff_charges(t, day) * 1e6 + l->charges.cost_rest;
  e.cost = llround(exact);
  l->charges.cost_rest = exact - (double)e.cost;
  ledger_add_to_day(&l->charges, &e);
  ledger_keep(l, &e);
}

/* A ledger that is new begins with the days of its billing month, as meters do
 * that are seeded. Days after today are those of a clock that was wrong. */
void ledger_charge(struct ledger *l, int today) {
  const struct ledger_account *c = &l->charges;
  unsigned before = c->days_num;
  int first = ledger_month(l, today).start;

  if (l->tariffs.num == 0)
    return;
  while (before > 0 && c->days[before - 1].day > today)
    before--;
  if (before > 0 && c->days[before - 1].day + 1 > today - LEDGER_DAYS)
    first = c->days[before - 1].day + 1;
  for (int day = first; day <= today; day++)
    charge_day(l, day);
}

int64_t ledger_charges_of(const struct ledger *l, int first, int last) {
  int64_t sum = 0;

  for (unsigned i = 0; i < l->charges.days_num; i++)
    if (l->charges.days[i].day >= first && l->charges.days[i].day <= last)
      sum += l->charges.days[i].cost;
  return sum;
}
