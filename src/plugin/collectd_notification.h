/* SPDX-License-Identifier: MIT */
/* Copying what collectd hands to a notification callback. Include collectd.h
 * and plugin.h first. */
#ifndef PLUGIN_COLLECTD_NOTIFICATION_H
#define PLUGIN_COLLECTD_NOTIFICATION_H

#include "alert/model/event.h"

/* A copy of n, which lives during the callback only. Bounded whatever n holds;
 * still as a stranger wrote it, see event_classify(). Any thread. */
void event_from_notification(struct event *ev, const notification_t *n);

#endif
