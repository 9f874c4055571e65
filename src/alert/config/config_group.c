/* SPDX-License-Identifier: MIT */
/* See config_group.h. */
#include <config.h>

#include "alert/config/config_group.h"

#include "alert/config/config_helpers.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { WAIT_S = 10, INTERVAL_S = 60 };

#define LABEL "label:"

static bool is_class(const char *field) { return text_same(field, "class"); }

/* "room" of "label:room" and of what is no other field, else NULL. */
static const char *label_of(const char *field) {
  size_t n = strlen(LABEL);

  if (strncmp(field, LABEL, n) == 0)
    return field + n;
  return is_class(field) || alert_field_offset(field) != FIELD_UNKNOWN ? NULL
                                                                       : field;
}

int group_finish(struct group_config *group, const char *where,
                 struct option_reporter *reporter) {
  if (group->by.count == 0 &&
      (group->wait != SECONDS_UNSET || group->interval != SECONDS_UNSET))
    option_error(reporter,
                 "%s: GroupWait and GroupInterval do nothing without GroupBy",
                 where);
  if (group->wait == SECONDS_UNSET)
    group->wait = WAIT_S;
  if (group->interval == SECONDS_UNSET)
    group->interval = INTERVAL_S;
  if (group->by.count <= GROUP_FIELDS_MAX)
    return 0;
  option_error(reporter, "%s: option GroupBy expects at most %d names", where,
               GROUP_FIELDS_MAX);
  return -EINVAL;
}

static bool any_has(const struct notify_config *config, const char *label) {
  for (size_t i = 0; i < config->devices_num; i++)
    for (size_t l = 0; l < config->devices[i].labels_num; l++)
      if (strcmp(config->devices[i].labels[l].name, label) == 0)
        return true;
  return false;
}

void group_check_labels(const struct notify_config *config,
                        const struct route_config *route,
                        struct option_reporter *reporter) {
  const struct option_strings *by = &route->group.by;

  for (size_t i = 0; i < by->count; i++) {
    const char *label = label_of(by->items[i]);

    if (label != NULL && !any_has(config, label))
      option_error(reporter,
                   "<Route \"%s\">: option GroupBy expects host, device, "
                   "plugin, plugin_instance, type, type_instance, class or a "
                   "label of a <Device>, found \"%.40s\", which nothing has",
                   route->words.name, by->items[i]);
  }
}

const char *group_value(const struct group_config *group, size_t i,
                        const struct alert *a) {
  const char *field = group->by.items[i];
  const char *label = label_of(field);

  if (is_class(field))
    return alert_class_name(a->class);
  if (label == NULL)
    return (const char *)a + alert_field_offset(field);
  for (size_t l = 0; l < a->labels_num; l++)
    if (strcmp(a->labels[l].name, label) == 0)
      return a->labels[l].value;
  return "";
}

static bool said_before(const struct group_config *group, size_t i,
                        const struct alert *a) {
  for (size_t j = 0; j < i; j++)
    if (strcmp(group_value(group, j, a), group_value(group, i, a)) == 0)
      return true;
  return false;
}

void group_place(const struct group_config *group, const struct alert *a,
                 char *out, size_t size) {
  size_t used = 0;

  out[0] = '\0';
  for (size_t i = 0; i < group->by.count && used + 8 < size; i++) {
    const char *value = group_value(group, i, a);
    size_t room = size - used - 8;

    if (value[0] == '\0' || is_class(group->by.items[i]) ||
        said_before(group, i, a))
      continue;
    used += (size_t)snprintf(out + used, size - used, "%s%.*s",
                             used == 0 ? "on " : ", ",
                             (int)text_cut(value, room), value);
  }
}
