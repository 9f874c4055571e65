/* SPDX-License-Identifier: MIT */
/* What the state_*.c files share. */
#ifndef ALERT_STATE_STATE_INTERNAL_H
#define ALERT_STATE_STATE_INTERNAL_H

#include "alert/state/alert_table.h"
#include "alert/state/renamed_ack.h"
#include "alert/state/state.h"
#include "alert/state/state_renamed.h"
#include "alert/store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct state {
  const struct notify_config *config;
  struct store *store;
  struct state_hooks hooks;
  struct alert_table table;
  int64_t grace_until;
  struct state_counts counts;
  uint64_t refused;    /* alerts that found no room */
  int64_t doubt_until; /* a missing device is not believed at once until */
  int64_t walk_due;    /* when state_tick() looks at all of them; 1 = at once,
                            0 = never */
  struct renamed renamed;
  struct renamed_acks renamed_acks;
  bool no_route_said;
  bool clock_uncertain;
};

/* How long a device may take to be heard of after the clock was set: two
 * intervals, and a look at the value cache when it has rested. */
static inline int64_t state_doubt_ms(const struct state *s) {
  int64_t two = (int64_t)(2 * s->hooks.interval_s * 1000);

  return (two > 30000 ? two : 30000) + 15000;
}

#endif
