/* SPDX-License-Identifier: MIT */
/* kasactl watch: the live table of a running collectd. */
#ifndef CLI_LIVE_WATCH_H
#define CLI_LIVE_WATCH_H

#include "cli/common/cli.h"

/* The row of kasactl's table of commands. */
extern const struct command watch_command;

#endif
