/* SPDX-License-Identifier: MIT */
/* Who else is told while nobody acknowledges (doc/alerts.md, Escalation).
 * Inside an open transaction of the store. Times are wall ms. */
#ifndef ALERT_STATE_STATE_ESCALATION_H
#define ALERT_STATE_STATE_ESCALATION_H

#include "alert/state/state_internal.h"

#include <stdbool.h>
#include <stdint.h>

/* 0 = never */
int64_t state_escalation_due(const struct open_alert *e);
/* Tells those whose step is due. Always false: it ends nothing. */
bool state_escalation_tick(struct state *s, struct open_alert *e, int64_t now);

#endif
