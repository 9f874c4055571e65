/* SPDX-License-Identifier: MIT */
/* kasactl discover: every device that answers. */
#ifndef CLI_DEVICES_DISCOVER_H
#define CLI_DEVICES_DISCOVER_H

#include "cli/common/cli.h"

/* The row of kasactl's table of commands. */
extern const struct command discover_command;

#endif
