/* SPDX-License-Identifier: MIT */
/* The wall clock may be unset, and may be set while we run: timers, which are
 * kept as wall time, move with it. */
#ifndef ALERT_CORE_CORE_CLOCK_H
#define ALERT_CORE_CORE_CLOCK_H

#include "alert/core/core_internal.h"

void core_check_clock(struct alert_core *core);
void core_check_clock_at_start(struct alert_core *core);
/* A clock that shows a time before this was written has never been set. */
bool core_clock_is_set(int64_t wall_ms);

#endif
