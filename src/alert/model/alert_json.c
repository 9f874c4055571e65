/* SPDX-License-Identifier: MIT */
/* Alerts to JSON and back, by a table of fields: see alert_json.h. */
#include <config.h>

#include "alert/model/alert_json.h"

#include "base/json_writer.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum kind { TEXT, MOMENT, COUNT, ENUM, NUMBER };

struct field {
  const char *name;
  enum kind kind;
  size_t offset;
  size_t size; /* of a TEXT; highest value of an ENUM */
};

#define AT(member) offsetof(struct alert, member)
#define TEXT_AT(name, member)                                                  \
  { name, TEXT, AT(member), sizeof(((struct alert *)0)->member) }

static const struct field fields[] = {
    {"id", MOMENT, AT(id), 0},
    TEXT_AT("fingerprint", fingerprint),
    TEXT_AT("episode", episode),
    {"sequence", COUNT, AT(sequence), 0},
    {"class", ENUM, AT(class), ALERT_EVENT},
    TEXT_AT("host", host),
    TEXT_AT("plugin", plugin),
    TEXT_AT("plugin_instance", plugin_instance),
    TEXT_AT("type", type),
    TEXT_AT("type_instance", type_instance),
    TEXT_AT("key", key),
    TEXT_AT("device", device),
    {"level", ENUM, AT(level), LEVEL_EMERGENCY},
    {"severity", ENUM, AT(severity), SEVERITY_OKAY},
    {"state", ENUM, AT(state), ALERT_EXPIRED},
    {"reason", ENUM, AT(reason), REASON_COUNT - 1},
    {"flags", COUNT, AT(flags), 0},
    {"value", NUMBER, AT(value), 0},
    {"percent", NUMBER, AT(percent), 0},
    {"peak", NUMBER, AT(peak), 0},
    {"limit", NUMBER, AT(limit), 0},
    {"warning_min", NUMBER, AT(warning_min), 0},
    {"warning_max", NUMBER, AT(warning_max), 0},
    {"failure_min", NUMBER, AT(failure_min), 0},
    {"failure_max", NUMBER, AT(failure_max), 0},
    {"last_power", NUMBER, AT(last_power), 0},
    {"last_at", MOMENT, AT(last_at), 0},
    {"direction", ENUM, AT(direction), DIRECTION_WITHIN},
    TEXT_AT("unit", unit),
    TEXT_AT("data_source", data_source),
    TEXT_AT("text", text),
    TEXT_AT("recovery_text", recovery_text),
    {"time", MOMENT, AT(time), 0},
    {"since", MOMENT, AT(since), 0},
    {"seen", MOMENT, AT(seen), 0},
    {"resolved_at", MOMENT, AT(resolved_at), 0},
    {"count", COUNT, AT(count), 0},
    {"repeats", COUNT, AT(repeats), 0},
    {"news", COUNT, AT(news), 0},
    {"news_told", COUNT, AT(news_told), 0},
    {"news_at", MOMENT, AT(news_at), 0},
    {"flap_changed", MOMENT, AT(flap_changed), 0},
    {"flap_level", ENUM, AT(flap_level), LEVEL_EMERGENCY},
    TEXT_AT("ack_by", ack_by),
    TEXT_AT("ack_source", ack_source),
    {"ack_at", MOMENT, AT(ack_at), 0},
    {"ack_until", MOMENT, AT(ack_until), 0},
    {"unacked_since", MOMENT, AT(unacked_since), 0},
    {"ack_level", ENUM, AT(ack_level), LEVEL_EMERGENCY},
    {"members", COUNT, AT(members_num), 0},
    {"members_missing", COUNT, AT(members_missing), 0},
};

enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

/* Adds one field, unless it is unset. */
static void add(struct json_writer *j, const struct field *f,
                const void *member) {
  double number = 0;

  switch (f->kind) {
  case TEXT:
    if (*(const char *)member != '\0')
      json_writer_text(j, j->root, f->name, member);
    return;
  case MOMENT:
    number = (double)*(const int64_t *)member;
    break;
  case COUNT:
    number = *(const unsigned *)member;
    break;
  case ENUM:
    number = *(const int *)member;
    break;
  case NUMBER: /* whose 0 is a value */
    if (isfinite(*(const double *)member))
      json_writer_number(j, j->root, f->name, *(const double *)member);
    return;
  }
  if (number != 0)
    json_writer_number(j, j->root, f->name, number);
}

static void add_meta(struct json_writer *j, const struct alert *alert) {
  cJSON *meta = NULL;

  for (size_t i = 0; i < ALERT_META_MAX; i++) {
    if (alert->meta[i].key[0] == '\0')
      continue;
    if (meta == NULL)
      meta = json_writer_object(j, j->root, "meta");
    json_writer_text(j, meta, alert->meta[i].key, alert->meta[i].value);
  }
}

static void add_members(struct json_writer *j, const struct alert *alert) {
  cJSON *list = NULL;

  for (unsigned i = 0; i < alert->members_listed && i < ALERT_MEMBERS_LISTED;
       i++) {
    const struct alert_member *m = &alert->members[i];
    cJSON *item;

    if (list == NULL)
      list = json_writer_array(j, j->root, "series");
    item = json_writer_object(j, list, NULL);
    json_writer_text(j, item, "name", m->series);
    json_writer_number(j, item, "since", (double)m->missing_since);
    if (m->back_at != 0)
      json_writer_number(j, item, "back", (double)m->back_at);
  }
}

static void add_reopened(struct json_writer *j, const struct alert *alert) {
  cJSON *list = NULL;

  for (unsigned i = 0; i < alert->reopened_num && i < ALERT_REOPENED_MAX; i++) {
    if (list == NULL)
      list = json_writer_array(j, j->root, "reopened");
    json_writer_number(j, list, NULL, (double)alert->reopened[i]);
  }
}

cJSON *alert_json_object(const struct alert *alert) {
  struct json_writer j;

  json_writer_init(&j);
  for (size_t i = 0; i < FIELDS; i++)
    add(&j, &fields[i], (const char *)alert + fields[i].offset);
  add_meta(&j, alert);
  add_members(&j, alert);
  add_reopened(&j, alert);
  return json_writer_take(&j);
}

char *alert_json_text(const struct alert *alert) {
  cJSON *object = alert_json_object(alert);
  char *text = object != NULL ? cJSON_PrintUnformatted(object) : NULL;

  cJSON_Delete(object);
  return text;
}

static void take(const cJSON *item, const struct field *f, void *member) {
  double number = item->valuedouble;

  if (f->kind == TEXT) {
    if (cJSON_IsString(item))
      text_clean(item->valuestring, strlen(item->valuestring), member, f->size);
    return;
  }
  if (!cJSON_IsNumber(item) || !isfinite(number))
    return;
  if (f->kind == NUMBER)
    *(double *)member = number;
  else if (number < 0 || number > 9e15)
    return;
  else if (f->kind == MOMENT)
    *(int64_t *)member = (int64_t)number;
  else if (f->kind == COUNT && number <= 4294967295.0)
    *(unsigned *)member = (unsigned)number;
  else if (f->kind == ENUM && number <= (double)f->size)
    *(int *)member = (int)number;
}

static void take_meta(const cJSON *meta, struct alert *alert) {
  const cJSON *item;
  size_t i = 0;

  cJSON_ArrayForEach(item, meta) {
    if (i == ALERT_META_MAX)
      return;
    if (!cJSON_IsString(item) || item->string == NULL)
      continue;
    text_clean(item->string, strlen(item->string), alert->meta[i].key,
               sizeof(alert->meta[i].key));
    text_clean(item->valuestring, strlen(item->valuestring),
               alert->meta[i].value, sizeof(alert->meta[i].value));
    i++;
  }
}

static int64_t moment_in(const cJSON *object, const char *name) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

  return cJSON_IsNumber(item) && item->valuedouble > 0 &&
                 item->valuedouble < 9e15
             ? (int64_t)item->valuedouble
             : 0;
}

static void take_members(const cJSON *list, struct alert *alert,
                         struct alert_member *members) {
  const cJSON *item;
  unsigned n = 0;

  cJSON_ArrayForEach(item, list) {
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(item, "name");

    if (n == ALERT_MEMBERS_LISTED)
      break;
    if (!cJSON_IsString(name))
      continue;
    text_clean(name->valuestring, strlen(name->valuestring), members[n].series,
               sizeof(members[n].series));
    members[n].missing_since = moment_in(item, "since");
    members[n].back_at = moment_in(item, "back");
    n++;
  }
  alert->members = members;
  alert->members_listed = n;
}

static void take_reopened(const cJSON *list, struct alert *alert) {
  const cJSON *item;
  unsigned n = 0;

  cJSON_ArrayForEach(item, list) {
    if (n == ALERT_REOPENED_MAX)
      break;
    if (cJSON_IsNumber(item) && item->valuedouble > 0 &&
        item->valuedouble < 9e15)
      alert->reopened[n++] = (int64_t)item->valuedouble;
  }
  alert->reopened_num = n;
}

int alert_json_read(const char *text, struct alert *alert) {
  return alert_json_read_members(text, alert, NULL);
}

int alert_json_read_members(const char *text, struct alert *alert,
                            struct alert_member members[ALERT_MEMBERS_LISTED]) {
  cJSON *object = cJSON_Parse(text);
  const cJSON *item;

  alert_init(alert);
  if (!cJSON_IsObject(object)) {
    cJSON_Delete(object);
    return -EINVAL;
  }
  cJSON_ArrayForEach(item, object) {
    for (size_t i = 0; i < FIELDS; i++)
      if (strcmp(fields[i].name, item->string) == 0)
        take(item, &fields[i], (char *)alert + fields[i].offset);
    if (strcmp(item->string, "meta") == 0)
      take_meta(item, alert);
    if (strcmp(item->string, "reopened") == 0)
      take_reopened(item, alert);
    if (members != NULL && strcmp(item->string, "series") == 0)
      take_members(item, alert, members);
  }
  cJSON_Delete(object);
  return 0;
}
