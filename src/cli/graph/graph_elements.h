/* SPDX-License-Identifier: MIT */
/* What the pictures show, kind by kind. Pure functions. */
#ifndef CLI_GRAPH_GRAPH_ELEMENTS_H
#define CLI_GRAPH_GRAPH_ELEMENTS_H

#include "cli/graph/graph_picture.h"

/* Legends of stacks: columns for a name, and entries beside each other. */
enum {
  GRAPH_LEGEND_COLUMNS = 24,
  GRAPH_LEGEND_BESIDE = 3 /* in wide pictures */
};

/* What the axis is in: kWh where the highest bar has 1000 Wh or more. */
const char *graph_elements_unit(const struct graph_view *view);

/* Adds the limits and scales of the axis. */
void graph_elements_scale(struct graph_command *c,
                          const struct graph_picture *p);

/* Adds curves, areas and legend. */
void graph_elements(struct graph_command *c, const struct graph_picture *p);

#endif
