/* SPDX-License-Identifier: MIT */
/* kasactl read: one device in full. */
#ifndef CLI_DEVICES_READ_H
#define CLI_DEVICES_READ_H

#include "cli/common/cli.h"

/* The row of kasactl's table of commands. */
extern const struct command read_command;

#endif
