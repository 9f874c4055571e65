/* SPDX-License-Identifier: MIT */
/* See alert_build.h. */
#include <config.h>

#include "alert/state/alert_build.h"

#include "alert/config/config_device.h"
#include "alert/config/route.h"
#include "alert/text/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define COPY(to, from) snprintf(to, sizeof(to), "%s", from)

enum level open_alert_level(const struct notify_config *config,
                            const struct open_alert *e,
                            enum severity severity) {
  bool own = strcmp(e->a.plugin, "notify_kasa") == 0;
  const struct route_config *route =
      e->routes_num > 0 ? &config->routes[e->routes[0]] : NULL;
  enum level level = route_level(route, e->a.class, severity);

  if (own && level == LEVEL_CRITICAL) /* our own trouble wakes nobody */
    level = LEVEL_ERROR;
  /* an announcement of good news still needs a level people can be told at */
  return level == LEVEL_OK ? LEVEL_INFO : level;
}

void open_alert_values(struct open_alert *e, const struct event *ev) {
  struct alert *a = &e->a;

  a->value = ev->value;
  a->percent = ev->percent;
  a->time = ev->time;
  if (!event_bad(ev))
    return; /* severity, bounds and words of what was wrong stay */
  a->severity = ev->severity;
  a->limit = ev->limit;
  a->direction = ev->direction;
  a->warning_min = ev->warning_min;
  a->warning_max = ev->warning_max;
  a->failure_min = ev->failure_min;
  a->failure_max = ev->failure_max;
  COPY(a->data_source, ev->data_source);
  COPY(a->text, ev->text);
  memcpy(a->meta, ev->meta, sizeof(a->meta));
  open_alert_peak(e);
}

void open_alert_peak(struct open_alert *e) {
  struct alert *a = &e->a;
  bool below = a->direction == DIRECTION_BELOW;

  if (isfinite(a->value) &&
      (isnan(a->peak) || (below ? a->value < a->peak : a->value > a->peak)))
    a->peak = a->value;
}

void open_alert_names(const struct notify_config *config,
                      struct open_alert *e) {
  struct alert *a = &e->a;
  const struct device_config *device = device_find(config, a->plugin_instance);

  if (device != NULL && device->alias != NULL)
    COPY(a->device, device->alias);
  else
    COPY(a->device, a->plugin_instance[0] != '\0' ? a->plugin_instance
                    : a->host[0] != '\0'          ? a->host
                                                  : a->plugin);
  a->labels = device != NULL ? device->labels : NULL;
  a->labels_num = device != NULL ? device->labels_num : 0;
}

void open_alert_routes(const struct notify_config *config,
                       struct open_alert *e) {
  e->routes_num = route_match(config, &e->a, e->routes);
  /* our own trouble is told in any case; the last route takes all the rest */
  if (e->routes_num == 0 && strcmp(e->a.plugin, "notify_kasa") == 0 &&
      config->routes_num > 0)
    e->routes[e->routes_num++] = (int)config->routes_num - 1;
}

void alert_build(const struct notify_config *config, const struct event *ev,
                 int64_t now, struct open_alert *e) {
  struct alert *a = &e->a;
  bool whole_device = ev->class == ALERT_MISSING &&
                      config->missing_scope == MISSING_SCOPE_DEVICE;

  a->class = ev->class;
  COPY(a->fingerprint, ev->fingerprint);
  COPY(a->host, ev->host);
  COPY(a->plugin, ev->plugin);
  COPY(a->plugin_instance, ev->plugin_instance);
  COPY(a->type, whole_device ? "" : ev->type);
  COPY(a->type_instance, whole_device ? "" : ev->type_instance);
  COPY(a->key, ev->class == ALERT_EVENT ? ev->key : "");
  a->since = a->seen = now;
  a->count = 1;
  a->state = ALERT_PENDING;
  a->flags = ev->oneshot ? ALERT_ONESHOT : 0;
  a->severity = ev->severity;
  snprintf(a->text, sizeof(a->text), "%s", ev->text);
  memcpy(a->meta, ev->meta, sizeof(a->meta));
  open_alert_names(config, e);
  open_alert_values(e, ev);
  COPY(a->unit, unit_of_type(&config->style, a->type));
  open_alert_routes(config, e);
  a->level = open_alert_level(config, e, ev->severity);
}
