/* SPDX-License-Identifier: MIT */
/* What the plugin keeps of appliances in the ledger's file, shown and
 * forgotten. One thread. */
#ifndef CLI_APPLIANCE_APPLIANCE_KEPT_H
#define CLI_APPLIANCE_APPLIANCE_KEPT_H

#include <stdbool.h>

/* device: the name in collectd, or NULL for all. An exit status. */
int appliance_kept_show(const char *directory, const char *device, bool json);

/* Has a running daemon forget it, too. */
int appliance_kept_reset(const char *directory, const char *device);

#endif
