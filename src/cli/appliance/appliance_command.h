/* SPDX-License-Identifier: MIT */
/* `kasactl appliance`: settings of <Appliance> tried on a recorded curve. */
#ifndef CLI_APPLIANCE_APPLIANCE_COMMAND_H
#define CLI_APPLIANCE_APPLIANCE_COMMAND_H

#include "cli/common/cli.h"

/* The row of kasactl's table of commands. */
extern const struct command appliance_command;

#endif
