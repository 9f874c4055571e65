/* SPDX-License-Identifier: MIT */
/* The tariffs of a file, for the subcommands that price energy. */
#ifndef CLI_ENERGY_ENERGY_TARIFF_H
#define CLI_ENERGY_ENERGY_TARIFF_H

#include "config/conf_tree.h"
#include "energy/tariff/tariff.h"

/* Reads the <Tariff> blocks of path and of its <Plugin kasa> blocks, and the
 * files that they name. What is wrong is said on stderr, one line each; false
 * when something was an error or there is no tariff. */
bool energy_tariff_read(const char *path, struct tariffs *set);

/* Whether item is a BillingDay as <Plugin kasa> has it, which it takes. */
bool energy_tariff_billing_day(const struct conf_item *item, unsigned *day);

#endif
