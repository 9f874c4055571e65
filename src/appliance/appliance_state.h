/* SPDX-License-Identifier: MIT */
/* An appliance as lines of text, to outlive the daemon: the cycle under way,
 * what was learned, what was told. At most some kilobytes. What is not
 * understood when read is left out. */
#ifndef APPLIANCE_APPLIANCE_STATE_H
#define APPLIANCE_APPLIANCE_STATE_H

#include "appliance/appliance.h"

#include <stdbool.h>

/* Two clocks at one moment, in seconds: the one of the readings, and the one
 * on the wall, by which the time between two runs of the daemon is known. */
struct appliance_clocks {
  double at, wall;
};

/* For the caller to free; NULL when memory is out. */
char *appliance_state_write(const struct appliance *a,
                            struct appliance_clocks now);

/* Into zeroed memory. False, and zeroed, when text is none of ours. */
bool appliance_state_read(struct appliance *a, const char *text,
                          struct appliance_clocks now);

#endif
