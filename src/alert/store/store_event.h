/* SPDX-License-Identifier: MIT */
/* Notifications that nobody had time to look at: kept as they came, from the
 * end of one run to the beginning of the next. */
#ifndef ALERT_STORE_STORE_EVENT_H
#define ALERT_STORE_STORE_EVENT_H

#include "alert/model/event.h"

#include <stddef.h>

struct store;

int store_event_add(struct store *store, const struct event *event);
/* Moves up to max of them, oldest first, to out; how many. */
size_t store_event_take(struct store *store, struct event *out, size_t max);

#endif
