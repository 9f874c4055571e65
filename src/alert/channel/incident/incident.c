/* SPDX-License-Identifier: MIT */
/* Messages as incidents: see incident.h. */
#include <config.h>

#include "alert/channel/incident/incident.h"

#include "alert/channel/http.h"
#include "alert/text/alert_fields.h"

#include <stdio.h>

enum incident_act incident_act_of(const struct message *message) {
  switch (message->kind) {
  case MESSAGE_OPEN:
  case MESSAGE_NOTE:
  case MESSAGE_TEST:
    return INCIDENT_OPEN;
  case MESSAGE_UPDATE:
    return INCIDENT_UPDATE;
  case MESSAGE_ACKED:
    return INCIDENT_ACKNOWLEDGE;
  case MESSAGE_RESOLVED:
  case MESSAGE_CANCEL:
    return INCIDENT_CLOSE;
  case MESSAGE_REPEAT:
  case MESSAGE_KINDS:
    break;
  }
  return INCIDENT_NOTHING;
}

const char *incident_key(const struct message *message) {
  bool alone = message->kind == MESSAGE_NOTE || message->kind == MESSAGE_TEST ||
               (message->alert->flags & ALERT_ONESHOT) != 0 ||
               message->alert->fingerprint[0] == '\0';

  return alone ? message->delivery_id : message->alert->fingerprint;
}

void incident_nothing(struct send_result *result) {
  http_result_init(result);
  result->outcome = SEND_SENT;
  snprintf(result->why, sizeof(result->why),
           "nothing to say: the service reminds by itself");
}

void incident_details(struct json_writer *j, cJSON *object,
                      const struct message *message) {
  struct alert_field fields[ALERT_FIELDS_MAX];
  size_t n = alert_fields_of(message, fields);
  char id[24];

  for (size_t i = 0; i < n; i++)
    json_writer_text(j, object, fields[i].name, fields[i].value);
  if (message->alert->id > 0) {
    snprintf(id, sizeof(id), "%lld", (long long)message->alert->id);
    json_writer_text(j, object, "Alert", id);
  }
}
