/* SPDX-License-Identifier: MIT */
/* Schema 1: see message_json.h. */
#include <config.h>

#include "alert/channel/message_json.h"

#include "base/json_writer.h"

#include <math.h>
#include <string.h>

enum { SCHEMA = 1 };

const char *message_json_event(const struct message *message) {
  switch (message->kind) {
  case MESSAGE_OPEN:
    return "firing";
  case MESSAGE_UPDATE:
    return "update";
  case MESSAGE_REPEAT:
    return "repeat";
  case MESSAGE_RESOLVED:
    return "resolved";
  case MESSAGE_ACKED:
    return "acknowledged";
  case MESSAGE_TEST:
    return "test";
  case MESSAGE_NOTE:
  case MESSAGE_CANCEL:
  case MESSAGE_KINDS:
    break;
  }
  if (message->reason == REASON_DIGEST)
    return "digest";
  if (message->reason == REASON_MISSED)
    return "resolved";
  if (strcmp(message->alert->type, "report") == 0)
    return "report";
  return "firing";
}

/* As of the moment the message was decided: a retry sends the same bytes. */
static void add_alert(struct json_writer *j, const struct message *message) {
  const struct alert *a = message->alert;
  bool over = a->resolved_at != 0;
  int64_t end = a->resolved_at != 0 ? a->resolved_at : message->created;
  bool percent = !isnan(a->percent);
  cJSON *o = json_writer_object(j, j->root, "alert");
  cJSON *labels;

  json_writer_text(j, o, "fingerprint", a->fingerprint);
  json_writer_text(j, o, "episode", a->episode);
  json_writer_text(j, o, "class", alert_class_name(a->class));
  json_writer_text(j, o, "status", alert_state_name(a->state));
  /* a receiver that shows these shows what is the case now; text says what it
   * was */
  json_writer_text(j, o, "level", level_name(over ? LEVEL_OK : a->level));
  json_writer_text(j, o, "severity",
                   severity_name(over ? SEVERITY_OKAY : a->severity));
  json_writer_text(j, o, "host", a->host);
  json_writer_text(j, o, "plugin", a->plugin);
  json_writer_text(j, o, "plugin_instance", a->plugin_instance);
  json_writer_text(j, o, "type", a->type);
  json_writer_text(j, o, "type_instance", a->type_instance);
  json_writer_text(j, o, "device", a->device);
  json_writer_text(j, o, "data_source", a->data_source);
  json_writer_number(j, o, "value", percent ? a->percent : a->value);
  json_writer_text(j, o, "unit", percent ? "%" : a->unit);
  json_writer_number(j, o, "limit", a->limit);
  if (a->direction == DIRECTION_NONE || over)
    json_writer_null(j, o, "direction");
  else
    json_writer_text(j, o, "direction", alert_direction_name(a->direction));
  json_writer_number(j, o, "warning_min", a->warning_min);
  json_writer_number(j, o, "warning_max", a->warning_max);
  json_writer_number(j, o, "failure_min", a->failure_min);
  json_writer_number(j, o, "failure_max", a->failure_max);
  json_writer_moment(j, o, "since", a->since > 0 ? a->since : message->created);
  json_writer_moment(j, o, "resolved_at", a->resolved_at);
  json_writer_number(
      j, o, "duration_s",
      a->since > 0 && end > a->since ? (double)((end - a->since) / 1000) : 0);
  json_writer_number(j, o, "count", a->count);
  json_writer_text(j, o, "message",
                   !over                         ? a->text
                   : a->recovery_text[0] != '\0' ? a->recovery_text
                                                 : message->body);
  json_writer_text(j, o, "title", message->title);
  json_writer_text(j, o, "text", message->body);
  labels = json_writer_object(j, o, "labels");
  for (size_t i = 0; i < a->labels_num; i++)
    json_writer_text(j, labels, a->labels[i].name, a->labels[i].value);
}

int message_json(const struct message *message, const struct sender_env *env,
                 struct buf *out) {
  struct json_writer j;
  cJSON *source;
  int err;

  json_writer_init(&j);
  json_writer_number(&j, j.root, "version", SCHEMA);
  json_writer_text(&j, j.root, "event", message_json_event(message));
  json_writer_text(&j, j.root, "reason", alert_reason_name(message->reason));
  json_writer_text(&j, j.root, "delivery_id", message->delivery_id);
  json_writer_number(&j, j.root, "sequence", message->alert->sequence);
  add_alert(&j, message);
  json_writer_null(&j, j.root, "group");
  source = json_writer_object(&j, j.root, "source");
  json_writer_text(&j, source, "collectd_host",
                   message->collectd_host != NULL ? message->collectd_host
                                                  : env->collectd_host);
  json_writer_text(&j, source, "version", env->version);
  err = json_writer_print(&j, out);
  json_writer_free(&j);
  return err;
}
