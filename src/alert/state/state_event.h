/* SPDX-License-Identifier: MIT */
/* What a notification does to the alerts. */
#ifndef ALERT_STATE_STATE_EVENT_H
#define ALERT_STATE_STATE_EVENT_H

#include "alert/model/event.h"

#include <stdint.h>

struct state;

/* One classified notification. */
void state_event(struct state *state, const struct event *event, int64_t now);

#endif
