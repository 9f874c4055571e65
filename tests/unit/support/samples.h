/* SPDX-License-Identifier: MIT */
/* Alerts as the engine would make them, for tests of words and routes. */
#ifndef TESTS_UNIT_SUPPORT_SAMPLES_H
#define TESTS_UNIT_SUPPORT_SAMPLES_H

#include "alert/model/alert.h"
#include "alert/model/message.h"
#include "alert/text/format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NARROW FORMAT_NARROW_SPACE

/* 2026-11-21 14:03:00 in central Europe, in milliseconds */
#define AT_1403 INT64_C(1795266180000)
#define MINUTES(n) ((int64_t)(n)*60000)

static inline void samples_zone(void) {
  setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
  tzset();
}

static inline struct alert
sample_alert(const char *plugin, const char *instance, const char *type,
             double value, enum alert_direction direction, double limit) {
  struct alert a;

  alert_init(&a);
  a.id = 417;
  a.class = ALERT_RANGE;
  snprintf(a.host, sizeof(a.host), "nas");
  snprintf(a.plugin, sizeof(a.plugin), "%s", plugin);
  snprintf(a.plugin_instance, sizeof(a.plugin_instance), "%s", instance);
  snprintf(a.type, sizeof(a.type), "%s", type);
  snprintf(a.device, sizeof(a.device), "%s",
           instance[0] != '\0' ? instance : plugin);
  snprintf(a.data_source, sizeof(a.data_source), "value");
  a.severity = SEVERITY_WARNING;
  a.level = LEVEL_WARNING;
  a.state = ALERT_FIRING;
  a.value = value;
  a.limit = limit;
  a.direction = direction;
  a.since = AT_1403;
  a.time = AT_1403;
  a.count = 1;
  return a;
}

static inline struct message sample_message(const struct alert *a,
                                            enum message_kind kind,
                                            enum alert_reason reason,
                                            int64_t created) {
  return (struct message){.kind = kind,
                          .reason = reason,
                          .level = a->level,
                          .alert = a,
                          .channel = "phone",
                          .created = created,
                          .collectd_host = "nas",
                          .delay_why = "",
                          .fallback_for = ""};
}

#endif
