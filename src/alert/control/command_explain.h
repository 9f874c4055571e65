/* SPDX-License-Identifier: MIT */
/* What would be sent and to whom, without sending it. */
#ifndef ALERT_CONTROL_COMMAND_EXPLAIN_H
#define ALERT_CONTROL_COMMAND_EXPLAIN_H

#include "alert/control/command_request.h"

cJSON *command_explain(struct command *c);
cJSON *command_render(struct command *c);

#endif
