/* The facts of an alert as short pairs, for channels that show a table: mail,
 * Slack, Discord. Plain text, to be escaped by the channel. Pure functions. */
#ifndef ALERT_FACTS_H
#define ALERT_FACTS_H

#include "alert/format.h"
#include "alert/message.h"

#include <stddef.h>

enum { FACTS_MAX = 10, FACT_SIZE = 2 * ALERT_NAME_SIZE };

struct fact {
  const char *name; /* "Limit" */
  char value[FACT_SIZE];
};

/* The most telling ones first; how many were written. They show the moment the
 * message was decided, so a retry says the same. With message->shrink there
 * are none. */
size_t facts_of(const struct message *message, struct fact facts[FACTS_MAX]);

/* The value as people read it, "1 620 W"; empty when there is none. */
void facts_value(const struct message *message, double value, char *out,
                 size_t size);

/* "critical", "back to normal", "acknowledged", "reminder", ...: the state in
 * one or two words. */
const char *facts_state(const struct message *message);

#endif
