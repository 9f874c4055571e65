/* SPDX-License-Identifier: MIT */
/* What the command*.c files share. */
#ifndef ALERT_CONTROL_COMMAND_INTERNAL_H
#define ALERT_CONTROL_COMMAND_INTERNAL_H

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

/* command_explain.c */
cJSON *command_explain(struct command *c);
cJSON *command_render(struct command *c);

#endif
