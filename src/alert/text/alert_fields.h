/* SPDX-License-Identifier: MIT */
/* The facts of an alert as short pairs, for channels that show a table: mail,
 * Slack, Discord. Plain text, to be escaped by the channel. Pure functions. */
#ifndef ALERT_TEXT_ALERT_FIELDS_H
#define ALERT_TEXT_ALERT_FIELDS_H

#include "alert/model/message.h"
#include "alert/text/format.h"

#include <stddef.h>

enum { ALERT_FIELDS_MAX = 10, ALERT_FIELD_SIZE = 2 * ALERT_NAME_SIZE };

struct alert_field {
  const char *name; /* "Limit" */
  char value[ALERT_FIELD_SIZE];
};

/* The most telling ones first; how many were written. They show the moment the
 * message was decided, so a retry says the same. With message->shrink there
 * are none. */
size_t alert_fields_of(const struct message *message,
                       struct alert_field facts[ALERT_FIELDS_MAX]);

/* The value as people read it, "1 620 W"; empty when there is none. */
void alert_fields_value(const struct message *message, double value, char *out,
                        size_t size);

/* "critical", "back to normal", "acknowledged", "reminder", ...: the state in
 * one or two words. */
const char *alert_fields_state(const struct message *message);

/* "notify_kasa on nas, alert 417": the small print. */
void alert_fields_source(const struct message *message, const char *host,
                         char *out, size_t size);

#endif
