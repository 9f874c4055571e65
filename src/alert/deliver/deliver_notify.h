/* SPDX-License-Identifier: MIT */
/* Who is told of what the state of alerts has to say. */
#ifndef ALERT_DELIVER_DELIVER_NOTIFY_H
#define ALERT_DELIVER_DELIVER_NOTIFY_H

#include "alert/state/alert_table.h"
#include "alert/state/notification.h"

struct deliver;

/* Queues what e has to say for every channel it concerns. */
void deliver_notify(struct deliver *deliver, struct open_alert *e,
                    const struct notification *n);
/* One message for one channel that was asked about before: no reason for
 * silence is looked for. */
void deliver_tell_again(struct deliver *deliver, struct open_alert *e,
                        int channel, int route, enum message_kind kind,
                        enum alert_reason reason, bool quiet, int64_t now);

#endif
