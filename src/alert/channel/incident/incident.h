/* SPDX-License-Identifier: MIT */
/* What services for on-call teams have in common: they keep an incident open,
 * escalate it on their own, and want to hear of each change once. Pure, any
 * thread. */
#ifndef ALERT_CHANNEL_INCIDENT_INCIDENT_H
#define ALERT_CHANNEL_INCIDENT_INCIDENT_H

#include "alert/model/message.h"
#include "base/json_writer.h"

enum incident_act {
  INCIDENT_OPEN,
  INCIDENT_UPDATE,
  INCIDENT_ACKNOWLEDGE,
  INCIDENT_CLOSE,
  INCIDENT_NOTHING, /* reminders are the service's own business */
};

enum incident_act incident_act_of(const struct message *message);

/* What the service knows the incident by: of an alert its fingerprint, so a
 * lost end heals with the next beginning; of a note and a test, which nothing
 * ends, the delivery. Borrowed from message. */
const char *incident_key(const struct message *message);

/* Fills result for a message of which the service hears nothing. */
void incident_nothing(struct send_result *result);

/* The facts of the alert as members of object, all of them texts. */
void incident_details(struct json_writer *j, cJSON *object,
                      const struct message *message);

#endif
