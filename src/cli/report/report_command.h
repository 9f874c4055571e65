/* SPDX-License-Identifier: MIT */
/* kasactl report: a day, a week or a month in a few lines. */
#ifndef CLI_REPORT_REPORT_COMMAND_H
#define CLI_REPORT_REPORT_COMMAND_H

#include "cli/common/cli.h"

extern const struct command report_command;

#endif
