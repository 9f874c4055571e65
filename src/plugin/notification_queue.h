/* SPDX-License-Identifier: MIT */
/* Notifications on their way to collectd. Its dispatching calls every plugin
 * that takes notifications, and some of them send mail there and then; so the
 * engine's thread only puts them here, and a thread of collectd's takes them
 * out. */
#ifndef PLUGIN_NOTIFICATION_QUEUE_H
#define PLUGIN_NOTIFICATION_QUEUE_H

#include <stdint.h>

enum { NOTIFICATION_QUEUE_LENGTH = 256 };

/* Copies what it is given; texts are cut to collectd's fields. severity is
 * one of collectd's NOTIF_. When the queue is full the newest is dropped, with
 * one log line until there is room again. Any thread; waits for nobody longer
 * than a copy takes. */
void notification_queue_put(int severity, const char *plugin,
                            const char *plugin_instance, const char *type,
                            const char *type_instance, const char *message,
                            uint64_t wall_us);

/* Hands everything to collectd, in order; may take as long as the plugins that
 * listen. Called in threads of collectd's alone. */
void notification_queue_dispatch(void);

#endif
