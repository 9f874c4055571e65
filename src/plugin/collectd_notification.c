/* SPDX-License-Identifier: MIT */
/* A notification of collectd as the engine's event: see notification.h. */
#include "collectd.h"
#include "plugin.h"

#include "plugin/collectd_notification.h"

#include <string.h>

enum { META_MAX = 4096 };

static void take_text(char *out, size_t size, const char *in, size_t in_size) {
  size_t n = strnlen(in, in_size); /* overrun fields have no end */

  if (n >= size)
    n = size - 1;
  memcpy(out, in, n);
  out[n] = '\0';
}

static void take_number(struct event *ev, const char *name, double number) {
  const struct {
    const char *name;
    double *to;
  } known[] = {
      {"CurrentValue", &ev->value},     {"WarningMin", &ev->warning_min},
      {"WarningMax", &ev->warning_max}, {"FailureMin", &ev->failure_min},
      {"FailureMax", &ev->failure_max},
  };

  for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
    if (strcmp(name, known[i].name) == 0) {
      *known[i].to = number;
      ev->has_value = ev->has_value || i == 0;
    }
}

static void take_string(struct event *ev, const char *name, const char *text) {
  if (text == NULL)
    return;
  if (strcmp(name, "DataSource") == 0) {
    take_text(ev->data_source, sizeof(ev->data_source), text, META_MAX);
    return;
  }
  if (strcmp(name, "AlertKey") == 0) {
    take_text(ev->key, sizeof(ev->key), text, META_MAX);
    return;
  }
  for (size_t i = 0; i < ALERT_META_MAX; i++)
    if (ev->meta[i].key[0] == '\0') {
      take_text(ev->meta[i].key, sizeof(ev->meta[i].key), name,
                DATA_MAX_NAME_LEN);
      take_text(ev->meta[i].value, sizeof(ev->meta[i].value), text, META_MAX);
      return;
    }
}

static void take_meta(struct event *ev, const notification_meta_t *meta) {
  for (int n = 0; meta != NULL && n < 64; meta = meta->next, n++) {
    if (meta->type == NM_TYPE_STRING)
      take_string(ev, meta->name, meta->nm_value.nm_string);
    else if (meta->type == NM_TYPE_DOUBLE)
      take_number(ev, meta->name, meta->nm_value.nm_double);
    else if (meta->type == NM_TYPE_BOOLEAN &&
             strcmp(meta->name, "network:received") == 0)
      ev->forwarded = meta->nm_value.nm_boolean;
  }
}

void event_from_notification(struct event *ev, const notification_t *n) {
  event_init(ev);
  ev->severity = n->severity == NOTIF_OKAY      ? SEVERITY_OKAY
                 : n->severity == NOTIF_WARNING ? SEVERITY_WARNING
                 : n->severity == NOTIF_FAILURE ? SEVERITY_FAILURE
                                                : SEVERITY_NONE;
  ev->time = (int64_t)CDTIME_T_TO_MS(n->time);
  take_text(ev->text, sizeof(ev->text), n->message, sizeof(n->message));
  take_text(ev->host, sizeof(ev->host), n->host, sizeof(n->host));
  take_text(ev->plugin, sizeof(ev->plugin), n->plugin, sizeof(n->plugin));
  take_text(ev->plugin_instance, sizeof(ev->plugin_instance),
            n->plugin_instance, sizeof(n->plugin_instance));
  take_text(ev->type, sizeof(ev->type), n->type, sizeof(n->type));
  take_text(ev->type_instance, sizeof(ev->type_instance), n->type_instance,
            sizeof(n->type_instance));
  take_meta(ev, n->meta);
}
