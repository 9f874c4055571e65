/* SPDX-License-Identifier: MIT */
/* Notifications on their way to collectd. Its dispatching calls every plugin
 * that takes notifications, and some of them send mail there and then; so the
 * engine's thread only puts them here, and a thread of collectd's takes them
 * out. */
#ifndef PLUGIN_NOTIFICATION_QUEUE_H
#define PLUGIN_NOTIFICATION_QUEUE_H

#include <stdint.h>

enum {
  NOTIFICATION_QUEUE_LENGTH = 256,
  NOTIFICATION_FIELDS = 4, /* as many as notify_kasa keeps */
  NOTIFICATION_FIELD_SIZE = 64,
};

struct own_notification {
  int severity; /* one of collectd's NOTIF_ */
  const char *plugin, *plugin_instance, *type, *type_instance, *message;
  uint64_t wall_us;
  /* Metadata; the first without a name ends them. */
  struct notification_field {
    const char *name, *value;
  } fields[NOTIFICATION_FIELDS];
  /* Called when collectd has it, in a thread of collectd's, or at once when
   * it is dropped; may be NULL. */
  void (*told)(void *arg);
  void *arg;
};

/* Copies what it is given; texts are cut to collectd's fields. When the queue
 * is full the newest is dropped, with one log line until there is room again.
 * Any thread; waits for nobody longer than a copy takes. */
void notification_queue_put(const struct own_notification *own);

/* Hands everything to collectd, in order; may take as long as the plugins that
 * listen. Called in threads of collectd's alone. */
void notification_queue_dispatch(void);

#endif
