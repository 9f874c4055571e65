/* SPDX-License-Identifier: MIT */
/* `kasactl alerts`: a person's view of notify_kasa, over its control socket
 * (alert/control/command.c lists the requests). */
#ifndef CLI_ALERTS_ALERTS_H
#define CLI_ALERTS_ALERTS_H

#include "cli/common/cli.h"

#include <stdio.h>

/* The row of kasactl's table of commands. */
extern const struct command alerts_command;

/* The same with other streams, for tests. */
int alerts_run(int argc, char **argv, FILE *out, FILE *err);

#endif
