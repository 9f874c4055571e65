/* SPDX-License-Identifier: MIT */
/* What is held back (deliver_held.h) is asked about again, and told, gathered
 * or given up when nothing holds it any more. */
#ifndef ALERT_DELIVER_DELIVER_HOLD_H
#define ALERT_DELIVER_DELIVER_HOLD_H

#include <stdint.h>

struct deliver;

/* Looks at all that is held, every few seconds. */
void deliver_hold_tick(struct deliver *deliver, int64_t now);
int64_t deliver_hold_due(const struct deliver *deliver, int64_t now);

#endif
