/* SPDX-License-Identifier: MIT */
/* Where an alert stands in the escalations of its routes: the step that comes
 * next and its due time, both stored. Whom a step tells, and when:
 * state_escalation.h. Inside an open transaction of the store. Times are wall
 * ms. */
#ifndef ALERT_STATE_ESCALATION_H
#define ALERT_STATE_ESCALATION_H

#include "alert/state/state_internal.h"

#include <stddef.h>
#include <stdint.h>

/* That of the route at position i in e->routes; NULL = none. */
const struct escalation_config *
escalation_of(const struct state *s, const struct open_alert *e, size_t i);
void escalation_save(struct state *s, const struct open_alert *e, size_t i);
/* From the first step, counted from now: it was announced, or became worse. */
void escalation_begin(struct state *s, struct open_alert *e, int64_t now);
/* What an earlier run stored. */
void escalation_load(struct state *s, struct open_alert *e);
/* s an acknowledgement holds: its escalation's, or the top level's. */
double escalation_ack_timeout(const struct state *s,
                              const struct open_alert *e);

#endif
