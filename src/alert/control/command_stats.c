/* SPDX-License-Identifier: MIT */
/* See command_stats.h. */
#include <config.h>

#include "alert/control/command_stats.h"

#include "alert/store/store_stats.h"
#include "alert/text/alert_subject.h"

#include <string.h>

enum { DEVICES_USUAL = 10, DEVICES_MOST = 1000 };

#define USUAL_S (30 * 86400.0)

static void add_device(void *arg, const struct stats_device *line) {
  const struct alert *a = line->alert;
  cJSON *object = cJSON_CreateObject();
  char quantity[SUBJECT_SIZE];

  command_add_names(object, a);
  cJSON_AddStringToObject(object, "plugin", a->plugin);
  cJSON_AddStringToObject(object, "type", a->type);
  alert_subject_quantity(a, quantity, sizeof(quantity));
  if (quantity[0] != '\0') {
    quantity[strlen(quantity) - 1] = '\0'; /* the blank before a value */
    cJSON_AddStringToObject(object, "quantity", quantity);
  }
  cJSON_AddNumberToObject(object, "alerts", (double)line->alerts);
  cJSON_AddNumberToObject(object, "open", (double)line->open);
  cJSON_AddNumberToObject(object, "bad_s", (double)(line->bad_ms / 1000));
  cJSON_AddNumberToObject(object, "messages", (double)line->messages);
  cJSON_AddItemToArray(arg, object);
}

static void add_channel(struct command *c, const char *name, int64_t since,
                        cJSON *list) {
  cJSON *object = cJSON_CreateObject();
  struct stats_channel s;

  store_stats_channel(alert_core_store(c->core), name, since, &s);
  cJSON_AddStringToObject(object, "channel", name);
  cJSON_AddNumberToObject(object, "sent", (double)s.sent);
  cJSON_AddNumberToObject(object, "retried", (double)s.retried);
  cJSON_AddNumberToObject(object, "failed", (double)s.failed);
  cJSON_AddNumberToObject(object, "waiting", (double)s.waiting);
  if (s.sent > 0) {
    cJSON_AddNumberToObject(object, "median_s", (double)s.median_ms / 1000);
    cJSON_AddNumberToObject(object, "slow_s", (double)s.slow_ms / 1000);
    cJSON_AddNumberToObject(object, "slowest_s", (double)s.slowest_ms / 1000);
  }
  cJSON_AddItemToArray(list, object);
}

cJSON *command_stats(struct command *c) {
  const struct notify_config *config = alert_core_config(c->core);
  int64_t now = alert_core_now(c->core);
  double begin = command_number(c, "since", (double)now / 1000 - USUAL_S);
  double most = command_number(c, "limit", DEVICES_USUAL);
  int64_t since = begin > 0 && begin < 9e12 ? (int64_t)(begin * 1000) : 0;
  cJSON *answer = command_fine();
  cJSON *channels;

  if (!(most >= 1 && most <= DEVICES_MOST))
    most = DEVICES_MOST;
  cJSON_AddNumberToObject(answer, "since", (double)since);
  cJSON_AddNumberToObject(answer, "now", (double)now);
  cJSON_AddNumberToObject(
      answer, "alerts",
      (double)store_stats_alerts(alert_core_store(c->core), since));
  store_stats_devices(alert_core_store(c->core), since, now, (size_t)most,
                      add_device, cJSON_AddArrayToObject(answer, "devices"));
  channels = cJSON_AddArrayToObject(answer, "channels");
  for (size_t i = 0; i < config->channels_num; i++)
    add_channel(c, config->channels[i].name, since, channels);
  return answer;
}
