/* SPDX-License-Identifier: MIT */
/* Names that people type on the control socket and nobody has: a silence for
 * one would hold without silencing anything. */
#ifndef ALERT_CONTROL_COMMAND_UNKNOWN_NAME_H
#define ALERT_CONTROL_COMMAND_UNKNOWN_NAME_H

#include "alert/config/matcher.h"
#include "alert/control/command_request.h"

/* "there is no channel "mial", did you mean "mail"?" as an answer. */
cJSON *command_no_channel(const struct command *c, const char *name);

/* "no device called "Freezr" is known, did you mean "Freezer"?" where a Device
 * of match, by its name and not by an expression, is neither configured nor
 * open, in the history or in the value cache; else "". */
void command_unknown_device(struct command *c,
                            const struct alert_matchers *match, char *out,
                            size_t size);

#endif
