/* SPDX-License-Identifier: MIT */
/* When what was flapping (flapping.h) has settled and is bad. */
#ifndef ALERT_STATE_STATE_FLAPPING_H
#define ALERT_STATE_STATE_FLAPPING_H

#include "alert/state/state_internal.h"

#include <stdbool.h>
#include <stdint.h>

/* It stayed bad: people hear how it is. */
bool state_flapping_tick(struct state *s, struct open_alert *e, int64_t now);
int64_t state_flapping_due(const struct state *s, const struct open_alert *e);

#endif
