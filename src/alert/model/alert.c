/* SPDX-License-Identifier: MIT */
/* Alerts as values: see alert.h. */
#include <config.h>

#include "alert/model/alert.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The table's word, or "unknown" for a number a broken row may carry. */
static const char *word(const char *const *words, size_t count, size_t i) {
  return i < count && words[i] != NULL ? words[i] : "unknown";
}

#define WORD(words, i)                                                         \
  word(words, sizeof(words) / sizeof((words)[0]), (size_t)(i))

const char *alert_class_name(enum alert_class value) {
  static const char *const names[] = {"range", "missing", "event"};
  return WORD(names, value);
}

const char *alert_state_name(enum alert_state value) {
  static const char *const names[] = {"pending", "firing", "recovering",
                                      "resolved", "expired"};
  return WORD(names, value);
}

const char *alert_direction_name(enum alert_direction value) {
  static const char *const names[] = {"", "above", "below", "within"};
  return WORD(names, value);
}

const char *alert_reason_name(enum alert_reason value) {
  static const char *const names[REASON_COUNT] = {
      [REASON_OPENED] = "opened",
      [REASON_WORSE] = "worse",
      [REASON_BETTER] = "better",
      [REASON_REPEAT] = "repeat",
      [REASON_RECOVERED] = "recovered",
      [REASON_MISSED] = "missed",
      [REASON_ACKED] = "acked",
      [REASON_CLOSED] = "closed",
      [REASON_NEWS] = "news",
      [REASON_STALE] = "stale",
      [REASON_FLAPPING] = "flapping",
      [REASON_AFTER_MAINTENANCE] = "after_maintenance",
      [REASON_DIGEST] = "digest",
      [REASON_TEST] = "test",
      [REASON_ESCALATED] = "escalated",
      [REASON_REPORT] = "report",
      [REASON_GROUP] = "group",
      [REASON_GROUP_STILL] = "group_still",
      [REASON_GROUP_OVER] = "group_over",
      [REASON_RENAMED] = "renamed",
  };
  return WORD(names, value);
}

bool alert_plugin_is_kasa(const char *plugin) {
  return strcmp(plugin, "kasa") == 0 || strncmp(plugin, "kasa_", 5) == 0;
}

bool alert_reason_closes(enum alert_reason value) {
  return value == REASON_CLOSED || value == REASON_RENAMED;
}

bool alert_reason_of_several(enum alert_reason value) {
  return value == REASON_DIGEST || value == REASON_GROUP ||
         value == REASON_GROUP_STILL || value == REASON_GROUP_OVER;
}

void alert_init(struct alert *alert) {
  *alert = (struct alert){
      .value = NAN,
      .percent = NAN,
      .peak = NAN,
      .limit = NAN,
      .warning_min = NAN,
      .warning_max = NAN,
      .failure_min = NAN,
      .failure_max = NAN,
      .last_power = NAN,
  };
}

void alert_identifier(const struct alert *alert, char *out, size_t size) {
  const struct {
    const char *before;
    const char *text;
  } parts[] = {
      {"", alert->host},
      {"/", alert->plugin},
      {"-", alert->plugin_instance},
      {"/", alert->type},
      {"-", alert->type_instance},
  };
  char whole[5 * ALERT_NAME_SIZE + 8];
  size_t used = 0;

  whole[0] = '\0';
  for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
    if (parts[i].text[0] != '\0')
      used += (size_t)snprintf(whole + used, sizeof(whole) - used, "%s%s",
                               i > 0 ? parts[i].before : "", parts[i].text);
  if (size > 0) {
    size_t n = text_cut(whole, size - 1);
    memcpy(out, whole, n);
    out[n] = '\0';
  }
}

bool alert_is_away(const struct alert *a) {
  return a->class == ALERT_MISSING ||
         (a->class == ALERT_RANGE && a->direction == DIRECTION_BELOW &&
          strcmp(a->type, "up") == 0);
}

bool alert_is_own(const struct alert *a) {
  return a->class == ALERT_EVENT && strcmp(a->plugin, "notify_kasa") == 0;
}

bool alert_is_storm(const struct alert *a) {
  return alert_is_own(a) && strcmp(a->type, STORM_TYPE) == 0;
}
