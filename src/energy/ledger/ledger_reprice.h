/* SPDX-License-Identifier: MIT */
/* Computing anew what the slots in a ledger's file cost, in one transaction.
 * The daemon takes it over (ledger_edit.h). Blocking: disk. One thread at a
 * time. */
#ifndef ENERGY_LEDGER_LEDGER_REPRICE_H
#define ENERGY_LEDGER_LEDGER_REPRICE_H

#include "energy/tariff/tariff.h"

#include <sqlite3.h>

/* What the energy of a billing month lacks to its minimum, in millionths: of
 * the days up to its last one, or today. */
struct ledger_repriced_month {
  int start;
  int64_t old_lacks, new_lacks;
};

typedef void
ledger_reprice_take_month(void *arg, const struct ledger_repriced_month *month);

struct ledger_reprice {
  const struct tariffs *tariffs;
  int first, last;    /* local days */
  int today;          /* until when billing months have come */
  bool unpriced_only; /* what has a price keeps it, charges and minimums, too */
  bool apply;         /* else only computed */
  ledger_reprice_take_month *take_month; /* for each that changes, or NULL */
};

struct ledger_repriced {
  int day;
  int64_t old_cost, new_cost; /* millionths, without charges */
  int64_t old_unpriced_mwh, new_unpriced_mwh;
  int64_t old_charges, new_charges;
  int64_t kept_mwh; /* had a price that is not known any more, which it keeps */
};

bool ledger_repriced_differs(const struct ledger_repriced *day);

typedef void ledger_reprice_take(void *arg, const struct ledger_repriced *day);

/* Computes what the closed slots of these days cost under the tariffs; take
 * (may be NULL) is called for each day that changes or keeps prices, in order.
 * *changed: how many slots did. What the device itself told of (seeded) has no
 * hour and keeps its cost. Billing months whose last day, or today, is among
 * the days get the tariffs' minimum. A SQLite code; nothing is changed after a
 * failure.
 */
int ledger_reprice(sqlite3 *db, const struct ledger_reprice *how,
                   ledger_reprice_take *take, void *arg, size_t *changed);

#endif
