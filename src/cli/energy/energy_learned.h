/* SPDX-License-Identifier: MIT */
/* What the plugin keeps of appliances in the ledger's file, shown and
 * forgotten. One thread. */
#ifndef CLI_ENERGY_ENERGY_LEARNED_H
#define CLI_ENERGY_ENERGY_LEARNED_H

#include <stdbool.h>

/* device: the name in collectd, or NULL for all. An exit status. */
int energy_learned_show(const char *directory, const char *device, bool json);

/* Has a running daemon forget it, too. */
int energy_learned_reset(const char *directory, const char *device);

#endif
