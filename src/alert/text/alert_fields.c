/* SPDX-License-Identifier: MIT */
/* The facts of an alert as short pairs: see alert_fields.h. */
#include <config.h>

#include "alert/text/alert_fields.h"

#include "alert/text/alert_subject.h"
#include "alert/text/format.h"
#include "alert/text/format_time.h"
#include "alert/text/units.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void alert_fields_value(const struct message *message, double value, char *out,
                        size_t size) {
  const struct text_style *style = message->style;
  const struct unit unit = unit_of_alert(message->alert, message->style);

  format_value(value, &unit, style, out, size);
}

struct field_list {
  struct alert_field *facts;
  size_t n;
};

static void add(struct field_list *list, const char *name, const char *format,
                ...) __attribute__((format(printf, 3, 4)));

static void add(struct field_list *list, const char *name, const char *format,
                ...) {
  struct alert_field *fact = &list->facts[list->n];
  char text[ALERT_FIELD_SIZE * 2];
  va_list args;

  if (list->n == ALERT_FIELDS_MAX)
    return;
  va_start(args, format);
  vsnprintf(text, sizeof(text), format, args);
  va_end(args);
  if (text_clean(text, strlen(text), fact->value, sizeof(fact->value)) == 0)
    return;
  fact->name = name;
  list->n++;
}

static void add_moment(struct field_list *list, const char *name, int64_t when,
                       int64_t now) {
  char text[FORMAT_SIZE];

  if (when <= 0)
    return;
  format_clock(when / 1000, now / 1000, text, sizeof(text));
  add(list, name, "%s", text);
}

static bool is_away(const struct alert *alert) {
  enum alert_subject_kind kind = alert_subject_kind(alert);

  return kind == SUBJECT_AWAY || kind == SUBJECT_PARTLY;
}

static void add_numbers(struct field_list *list,
                        const struct message *message) {
  const struct alert *alert = message->alert;
  char text[FORMAT_SIZE];
  char limit[FORMAT_SIZE];
  bool over = alert->resolved_at != 0;

  if (is_away(alert)) { /* "up is 0" tells nobody anything */
    struct unit watts;
    const struct text_style *style = message->style;

    unit_from_symbol("W", &watts);
    format_value(alert->last_power, &watts, style, text, sizeof(text));
    add(list, "Last reading", "%s", text);
    return;
  }
  alert_fields_value(message,
                     isnan(alert->percent) ? alert->value : alert->percent,
                     text, sizeof(text));
  if (alert_subject_kind(alert) == SUBJECT_SWITCH) {
    /* a limit of 0.5 tells nobody anything */
    add(list, over ? "Now" : "State", "%s",
        alert_subject_switch(alert, alert->value));
    return;
  }
  add(list, over ? "Now" : "Value", "%s", text);
  alert_fields_value(message, alert->limit, limit, sizeof(limit));
  if (limit[0] != '\0' && alert->direction != DIRECTION_NONE)
    add(list, "Limit", "%s %s", alert_direction_name(alert->direction), limit);
  alert_fields_value(message, alert->peak, text, sizeof(text));
  if (alert->class == ALERT_RANGE &&
      (over || message->kind == MESSAGE_REPEAT) && alert->peak != alert->value)
    add(list, alert->direction == DIRECTION_BELOW ? "Lowest" : "Peak", "%s",
        text);
}

static void add_times(struct field_list *list, const struct message *message,
                      int64_t now) {
  const struct alert *alert = message->alert;
  int64_t end = alert->resolved_at != 0 ? alert->resolved_at : now;
  char text[FORMAT_SIZE];

  /* what began just now began when this was written */
  if (alert->resolved_at != 0 || now - alert->since >= 60000)
    add_moment(list, "Since", alert->since, now);
  add_moment(list, "Until", alert->resolved_at, now);
  /* of a device that is away the text counts from its last reading, and of many
   * it says how long */
  if (!is_away(alert) && !alert_is_storm(alert) && alert->since > 0 &&
      end - alert->since >= 60000) {
    format_duration((double)(end - alert->since) / 1000, text, sizeof(text));
    add(list, "Duration", "%s", text);
  }
}

/* Of the very machine that tells: its host name is no news. */
static bool is_of_here(const struct message *message) {
  return (alert_subject_is_plug(message->alert) ||
          alert_is_own(message->alert)) &&
         message->collectd_host != NULL &&
         strcmp(message->alert->host, message->collectd_host) == 0;
}

size_t alert_fields_of(const struct message *message,
                       struct alert_field facts[ALERT_FIELDS_MAX]) {
  const struct alert *alert = message->alert;
  int64_t now = message->created;
  struct field_list list = {facts, 0};

  if (message->shrink || message->kind == MESSAGE_TEST ||
      alert_reason_of_several(message->reason) ||
      message->reason == REASON_REPORT)
    return 0;
  add_numbers(&list, message);
  add_times(&list, message, now);
  if (alert->members_num > 1)
    add(&list, "Readings", "%u of %u missing", alert->members_missing,
        alert->members_num);
  else if (alert->type[0] != '\0' && !alert_subject_is_plug(alert) &&
           !alert_is_own(alert))
    /* of a plug the words say what was measured, as do our own events */
    add(&list, "Series", "%s%s%s", alert->type,
        alert->type_instance[0] != '\0' ? "-" : "", alert->type_instance);
  if ((alert->flags & ALERT_ACKED) != 0)
    add(&list, "Acknowledged by", "%s",
        alert->ack_by[0] != '\0' ? alert->ack_by : alert->ack_source);
  if (alert->host[0] != '\0' && strcmp(alert->host, alert->device) != 0 &&
      !is_of_here(message))
    add(&list, "Host", "%s", alert->host);
  return list.n;
}

const char *alert_fields_state(const struct message *message) {
  switch (message->kind) {
  case MESSAGE_RESOLVED:
    return alert_reason_closes(message->reason) ? "closed" : "ok";
  case MESSAGE_ACKED:
    return "acknowledged";
  case MESSAGE_TEST:
    return "test";
  case MESSAGE_OPEN:
  case MESSAGE_UPDATE:
  case MESSAGE_REPEAT:
  case MESSAGE_NOTE:
  case MESSAGE_CANCEL:
  case MESSAGE_KINDS:
    break;
  }
  return message_is_over(message) ? "ok" : level_name(message->level);
}

void alert_fields_source(const struct message *message, const char *host,
                         char *out, size_t size) {
  if (message->alert->id > 0)
    snprintf(out, size, "notify_kasa on %s, alert %" PRId64, host,
             message->alert->id);
  else
    snprintf(out, size, "notify_kasa on %s", host);
}
