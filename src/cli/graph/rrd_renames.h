/* SPDX-License-Identifier: MIT */
/* Which names of the tree are those of one device: its info tells the MAC
 * address under each. Pure functions. */
#ifndef CLI_GRAPH_RRD_RENAMES_H
#define CLI_GRAPH_RRD_RENAMES_H

#include "cli/graph/rrd_scan.h"

/* Sets now_called, and ended of its files, of each device whose MAC address a
 * device of the same host has, whose files go on later. After the probe; 0 or
 * -ENOMEM. */
int rrd_find_renames(struct rrd_tree *tree);

#endif
