/* SPDX-License-Identifier: MIT */
/* See template_words.h. */
#include <config.h>

#include "alert/text/template_words.h"

#include "alert/model/alert.h"

#include <stdio.h>
#include <string.h>

static const char *class_at(int i) {
  return i <= ALERT_EVENT ? alert_class_name((enum alert_class)i) : NULL;
}

static const char *severity_at(int i) {
  static const enum severity all[] = {SEVERITY_FAILURE, SEVERITY_WARNING,
                                      SEVERITY_OKAY};

  return i < 3 ? severity_name(all[i]) : NULL;
}

static const char *state_at(int i) {
  return i <= ALERT_EXPIRED ? alert_state_name((enum alert_state)i) : NULL;
}

static const char *direction_at(int i) {
  return i < DIRECTION_WITHIN
             ? alert_direction_name((enum alert_direction)(i + 1))
             : NULL;
}

static const char *reason_at(int i) {
  return i < REASON_COUNT ? alert_reason_name((enum alert_reason)i) : NULL;
}

static const char *switch_at(int i) {
  static const char *const all[] = {"on", "off", NULL};

  return all[i];
}

static const struct {
  const char *name;
  const char *(*at)(int i); /* NULL beyond the last */
} closed[] = {
    {"class", class_at},         {"severity", severity_at},
    {"state", state_at},         {"direction", direction_at},
    {"reason", reason_at},       {"switched", switch_at},
    {"was_switched", switch_at},
};

bool template_word_fits(const char *name, const char *word, char *out,
                        size_t size) {
  const char *(*at)(int i) = NULL;
  size_t used = 0;

  for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++)
    if (strcmp(closed[i].name, name) == 0)
      at = closed[i].at;
  if (at == NULL || word[0] == '\0') /* is it set at all */
    return true;
  out[0] = '\0';
  for (int i = 0; at(i) != NULL; i++) {
    if (strcmp(at(i), word) == 0)
      return true;
    if (used < size)
      used += (size_t)snprintf(out + used, size - used, "%s%s",
                               i == 0              ? ""
                               : at(i + 1) == NULL ? " or "
                                                   : ", ",
                               at(i));
  }
  return false;
}

const char *template_word_meant(const char *name) {
  static const struct {
    const char *written, *meant;
  } all[] = {
      {"alias", "device"},
      {"name", "device"},
      {"devicename", "device"},
      {"device_name", "device"},
      {"plug", "device"},
      {"hostname", "host"},
      {"text", "details"},
      {"body", "details"},
      {"description", "details"},
      {"subject_line", "title"},
      {"threshold", "limit"},
      {"status", "state"},
      {"instance", "plugin_instance"},
      {"date", "time"},
      {"timestamp", "time"},
      {"room", "label:room"},
      {"endif", "end"},
      {"endeach", "end"},
      {"fi", "end"},
  };

  for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
    if (strcmp(all[i].written, name) == 0)
      return all[i].meant;
  return NULL;
}
