/* SPDX-License-Identifier: MIT */
/* A device's power of the last days, out of the files of collectd's rrdtool
 * plugin, as `rrdtool fetch` tells it. Blocking: disk, another program. One
 * thread. */
#ifndef CLI_APPLIANCE_POWER_HISTORY_H
#define CLI_APPLIANCE_POWER_HISTORY_H

#include "cli/appliance/power_csv.h"

/* Reads what is kept of the device or plug called name ("Strip: Dryer" where
 * the plug's own name is not enough) under folder, for so many days up to now.
 * *step_s: seconds between two values, which the files make coarser the longer
 * ago they are. 0, or -1 after saying why not; power_curve_free() in both
 * cases. */
int power_history_read(struct power_curve *curve, const char *folder,
                       const char *name, double days, double *step_s);

#endif
