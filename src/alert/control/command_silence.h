/* SPDX-License-Identifier: MIT */
/* Silences and maintenance on the control socket. */
#ifndef ALERT_CONTROL_COMMAND_SILENCE_H
#define ALERT_CONTROL_COMMAND_SILENCE_H

#include "alert/control/command_request.h"

cJSON *command_silence_add(struct command *c);
cJSON *command_silence_list(struct command *c);
cJSON *command_silence_end(struct command *c);
/* Why an alert is not told where now: an array for `show` and `explain`. */
cJSON *command_held(struct command *c, int64_t alert_id);

#endif
