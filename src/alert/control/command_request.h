/* SPDX-License-Identifier: MIT */
/* A request being answered: its members, and what answers are made of. */
#ifndef ALERT_CONTROL_COMMAND_REQUEST_H
#define ALERT_CONTROL_COMMAND_REQUEST_H

#include "alert/control/command.h"

/* One request being answered. */
struct command {
  struct alert_core *core;
  const char *version;
  const cJSON *request;
  struct command_wait *wait;
  char by[64];
};

/* {"ok":true} to add to. */
cJSON *command_fine(void);
/* Members of the request: "" and other where they are missing or of another
 * type. */
const char *command_text(const struct command *c, const char *name);
double command_number(const struct command *c, const char *name, double other);
/* An alert with words in place of numbers. */
cJSON *command_alert(const struct alert *a);

/* Adds device, and as subject what messages and lists call it. */
void command_add_names(cJSON *object, const struct alert *a);

/* {"ok":false,"error":...}; NULL when memory is out. */
cJSON *command_error(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#endif
