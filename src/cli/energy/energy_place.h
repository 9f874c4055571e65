/* SPDX-License-Identifier: MIT */
/* Where the ledger of this machine is and which tariffs apply, as its
 * collectd.conf says. One thread. */
#ifndef CLI_ENERGY_ENERGY_PLACE_H
#define CLI_ENERGY_ENERGY_PLACE_H

#include "energy/ledger/ledger_query.h"
#include "energy/tariff/tariff.h"

/* The options of subcommands that work on the ledger. */
#define ENERGY_PLACE_OPTIONS                                                   \
  {"state", required_argument, NULL, 'S'}, {                                   \
    "config", required_argument, NULL, 'C'                                     \
  }
#define ENERGY_PLACE_LETTERS "S:C:"
#define ENERGY_PLACE_HELP                                                      \
  "  -S, --state DIR      the folder of the ledger, energy.db\n"               \
  "  -C, --config FILE    collectd.conf, which says where that is and what\n"  \
  "                       energy costs\n"

struct energy_place {
  const char *state, *config; /* as given on the command line, or NULL */
  char *directory;
  char *alerts; /* StateDirectory of notify_kasa; the file may say nothing */
  struct tariffs tariffs;
  unsigned tariffs_lost; /* mistakes that were said: some are left out */
  unsigned billing_day;
};

/* Whether c is one of those options, which it takes. */
bool energy_place_take(struct energy_place *p, int c, const char *argument);

/* Finds it. A configuration that was named has to be readable; mistakes in its
 * tariffs are said on stderr and leave those out. energy_place_free() in any
 * case. */
bool energy_place_find(struct energy_place *p);
void energy_place_free(struct energy_place *p);

/* Opens the ledger of that place; NULL when it says why not on stderr. */
struct ledger_query *energy_place_open(const struct energy_place *p);

/* Whether all tariffs of the configuration are there; says why not. */
bool energy_place_has_tariffs(const struct energy_place *p);

/* The billing month of a day. */
struct calendar_billing energy_place_month(const struct energy_place *p,
                                           int day);

/* Millionths that the energy of the billing month of a day costs at least, as a
 * whole: as the daemon wrote, else by the configuration's tariffs; 0: there is
 * no minimum. */
int64_t energy_place_minimum(const struct energy_place *p,
                             struct ledger_query *q, int last);

#endif
