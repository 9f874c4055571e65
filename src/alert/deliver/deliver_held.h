/* SPDX-License-Identifier: MIT */
/* What is not told now because of a reason that passes (policy.h, HOLD), as
 * the store keeps it. */
#ifndef ALERT_DELIVER_DELIVER_HELD_H
#define ALERT_DELIVER_DELIVER_HELD_H

#include "alert/deliver/deliver_internal.h"
#include "alert/policy/policy.h"
#include "alert/state/alert_table.h"

#include <stdint.h>

void deliver_hold(struct deliver *deliver, int channel,
                  const struct open_alert *e, int route,
                  const struct policy *by, const char *why, int64_t now);
/* The channel hears of the alert in another way. */
void deliver_hold_forget(struct deliver *deliver, int channel,
                         int64_t alert_id);
/* The reasons have changed: look at all that is held at once. */
void deliver_hold_look(struct deliver *deliver);

#endif
