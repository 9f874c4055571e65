/* SPDX-License-Identifier: MIT */
/* An event that is open and says something else: "drive sdb failed", then
 * "drive sdc failed". That is news, but not for every line of a log that runs
 * full: one message about the newest text, after pauses that double.
 *
 * Inside an open transaction of the store. */
#ifndef ALERT_STATE_STATE_NEWS_H
#define ALERT_STATE_STATE_NEWS_H

#include "alert/model/event.h"
#include "alert/state/state_internal.h"

#include <stdbool.h>
#include <stdint.h>

/* Before ev's text replaces the one that e has. */
void state_news_take(const struct state *s, struct open_alert *e,
                     const struct event *ev);
/* Tells what is due; false: an alert does not end by its news. */
bool state_news_tick(struct state *s, struct open_alert *e, int64_t now);
/* When it is due, 0 = there is none. */
int64_t state_news_due(const struct state *s, const struct open_alert *e);

#endif
