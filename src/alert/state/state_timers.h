/* SPDX-License-Identifier: MIT */
/* What time does to the alerts: timers, the value cache, repeats, and those
 * nobody hears of since the restart. */
#ifndef ALERT_STATE_STATE_TIMERS_H
#define ALERT_STATE_STATE_TIMERS_H

#include <stdint.h>

struct state;
struct open_alert;

/* Timers, the value cache, repeats. */
void state_tick(struct state *state, int64_t now);
/* An alert has changed: state_tick() may have to look at it sooner. */
void state_touched(struct state *state, const struct open_alert *e);
/* The next moment state_tick() has something to do; 0 = none known. */
int64_t state_next_due(const struct state *state, int64_t now);

#endif
