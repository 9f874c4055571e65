/* SPDX-License-Identifier: MIT */
/* `stats` on the control socket: who alerts most, how quickly people hear. */
#ifndef ALERT_CONTROL_COMMAND_STATS_H
#define ALERT_CONTROL_COMMAND_STATS_H

#include "alert/control/command_request.h"

cJSON *command_stats(struct command *c);

#endif
