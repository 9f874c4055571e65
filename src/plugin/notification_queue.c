/* SPDX-License-Identifier: MIT */
#include "collectd.h"
#include "plugin.h"
#include "utils/common/common.h"

#include "base/log.h"
#include "base/text.h"
#include "plugin/notification_queue.h"

#include <pthread.h>

struct queued_notification {
  notification_t n;
  struct field {
    char name[NOTIFICATION_FIELD_SIZE], value[NOTIFICATION_FIELD_SIZE];
  } fields[NOTIFICATION_FIELDS];
  void (*told)(void *arg);
  void *arg;
};

static struct {
  pthread_mutex_t lock;
  struct queued_notification items[NOTIFICATION_QUEUE_LENGTH]; /* a ring */
  size_t first, num;
  bool full_said;
} queue = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void fill(struct queued_notification *item,
                 const struct own_notification *own) {
  notification_t *n = &item->n;

  *n = (notification_t){.severity = own->severity,
                        .time = US_TO_CDTIME_T(own->wall_us)};
  sstrncpy(n->message, own->message, sizeof(n->message));
  n->message[text_cut(n->message, sizeof(n->message) - 1)] = '\0';
  sstrncpy(n->host, hostname_g, sizeof(n->host));
  sstrncpy(n->plugin, own->plugin, sizeof(n->plugin));
  sstrncpy(n->plugin_instance, own->plugin_instance,
           sizeof(n->plugin_instance));
  sstrncpy(n->type, own->type, sizeof(n->type));
  sstrncpy(n->type_instance, own->type_instance, sizeof(n->type_instance));
  memset(item->fields, 0, sizeof(item->fields));
  for (size_t i = 0; i < NOTIFICATION_FIELDS && own->fields[i].name != NULL;
       i++) {
    sstrncpy(item->fields[i].name, own->fields[i].name,
             sizeof(item->fields[i].name));
    sstrncpy(item->fields[i].value, own->fields[i].value,
             sizeof(item->fields[i].value));
  }
  item->told = own->told;
  item->arg = own->arg;
}

void notification_queue_put(const struct own_notification *own) {
  bool full, say;

  pthread_mutex_lock(&queue.lock);
  full = queue.num == NOTIFICATION_QUEUE_LENGTH;
  say = full && !queue.full_said;
  queue.full_said = full;
  if (!full)
    fill(&queue.items[(queue.first + queue.num++) % NOTIFICATION_QUEUE_LENGTH],
         own);
  pthread_mutex_unlock(&queue.lock);
  if (full && own->told != NULL)
    own->told(own->arg);
  if (say)
    log_say(LOG_LEVEL_ERROR,
            "more notifications than collectd takes; the newest are lost");
}

static bool take(struct queued_notification *item) {
  bool any;

  pthread_mutex_lock(&queue.lock);
  any = queue.num > 0;
  if (any) {
    *item = queue.items[queue.first];
    queue.first = (queue.first + 1) % NOTIFICATION_QUEUE_LENGTH;
    queue.num--;
  }
  pthread_mutex_unlock(&queue.lock);
  return any;
}

void notification_queue_dispatch(void) {
  struct queued_notification item;

  while (take(&item)) {
    for (size_t i = 0; i < NOTIFICATION_FIELDS; i++)
      if (item.fields[i].name[0] != '\0')
        plugin_notification_meta_add_string(&item.n, item.fields[i].name,
                                            item.fields[i].value);
    plugin_dispatch_notification(&item.n);
    if (item.n.meta != NULL)
      plugin_notification_meta_free(item.n.meta);
    if (item.told != NULL)
      item.told(item.arg);
  }
}
