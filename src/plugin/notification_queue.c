/* SPDX-License-Identifier: MIT */
#include "collectd.h"
#include "plugin.h"
#include "utils/common/common.h"

#include "base/log.h"
#include "base/text.h"
#include "plugin/notification_queue.h"

#include <pthread.h>

static struct {
  pthread_mutex_t lock;
  notification_t items[NOTIFICATION_QUEUE_LENGTH]; /* a ring */
  size_t first, num;
  bool full_said;
} queue = {.lock = PTHREAD_MUTEX_INITIALIZER};

void notification_queue_put(int severity, const char *plugin,
                            const char *plugin_instance, const char *type,
                            const char *type_instance, const char *message,
                            uint64_t wall_us) {
  notification_t n = {.severity = severity, .time = US_TO_CDTIME_T(wall_us)};
  bool full, say;

  sstrncpy(n.message, message, sizeof(n.message));
  n.message[text_cut(n.message, sizeof(n.message) - 1)] = '\0';
  sstrncpy(n.host, hostname_g, sizeof(n.host));
  sstrncpy(n.plugin, plugin, sizeof(n.plugin));
  sstrncpy(n.plugin_instance, plugin_instance, sizeof(n.plugin_instance));
  sstrncpy(n.type, type, sizeof(n.type));
  sstrncpy(n.type_instance, type_instance, sizeof(n.type_instance));
  pthread_mutex_lock(&queue.lock);
  full = queue.num == NOTIFICATION_QUEUE_LENGTH;
  say = full && !queue.full_said;
  queue.full_said = full;
  if (!full)
    queue.items[(queue.first + queue.num++) % NOTIFICATION_QUEUE_LENGTH] = n;
  pthread_mutex_unlock(&queue.lock);
  if (say)
    log_say(LOG_LEVEL_ERROR,
            "more notifications than collectd takes; the newest are lost");
}

static bool take(notification_t *n) {
  bool any;

  pthread_mutex_lock(&queue.lock);
  any = queue.num > 0;
  if (any) {
    *n = queue.items[queue.first];
    queue.first = (queue.first + 1) % NOTIFICATION_QUEUE_LENGTH;
    queue.num--;
  }
  pthread_mutex_unlock(&queue.lock);
  return any;
}

void notification_queue_dispatch(void) {
  notification_t n;

  while (take(&n))
    plugin_dispatch_notification(&n);
}
