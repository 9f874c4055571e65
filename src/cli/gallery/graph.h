/* SPDX-License-Identifier: MIT */
/* kasactl graph: pictures and pages from collectd's RRD files. */
#ifndef CLI_GALLERY_GRAPH_H
#define CLI_GALLERY_GRAPH_H

#include "cli/common/cli.h"

/* The row of kasactl's table of commands. */
extern const struct command graph_command;

#endif
