/* SPDX-License-Identifier: MIT */
/* Energy that never falls: one counter per meter, fed with the device's own
 * total where it has one, else with power over time. It lives over resets and
 * glitches of the device (doc/energy.md). Pure; one thread at a time. */
#ifndef ENERGY_COUNTER_H
#define ENERGY_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

enum counter_source {
  COUNTER_NEW,
  COUNTER_BY_TOTAL,
  COUNTER_BY_POWER,
  COUNTER_SOURCE_CHANGED, /* the source has changed; nothing has come of the new
                             one */
};

struct counter {
  double wh;   /* what has been counted; starts at the device's own total */
  double last; /* the last total (Wh) or power (W) seen */
  uint64_t last_us;
  enum counter_source by;
  unsigned gaps; /* stretches left out because nothing was known of them */
};

/* Feeds the device's total in Wh at now_us (monotonic). A fall is a reset of
 * the device: what it shows then was used since. A jump that no plug could
 * have delivered in the time between is a glitch and counts nothing. Returns
 * by how many Wh the counter grew. */
double counter_add_total(struct counter *c, double total_wh, uint64_t now_us);

/* Feeds a power in W: the area under the line from the last one. Stretches
 * longer than gap_us are left out. */
double counter_add_power(struct counter *c, double watts, uint64_t now_us,
                         uint64_t gap_us);

/* What is fed from now on comes from elsewhere: where it starts says nothing
 * about what was used. */
void counter_change_source(struct counter *c);

#endif
