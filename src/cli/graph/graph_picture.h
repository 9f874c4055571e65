/* SPDX-License-Identifier: MIT */
/* rrdtool commands that draw views. Pure functions. */
#ifndef CLI_GRAPH_GRAPH_PICTURE_H
#define CLI_GRAPH_GRAPH_PICTURE_H

#include "cli/graph/graph_colour.h"
#include "cli/graph/graph_command.h"

struct graph_picture {
  const struct graph_view *view; /* with its numbers */
  enum graph_theme theme;
  time_t now;
  double zoom;
};

/* Sets the size at which the view is shown. */
void graph_size(struct graph_view *view);

/* Adds the command that draws into view->names[theme]: 0 or the error of
 * graph_command. */
int graph_picture_ask(struct buf *line, const struct graph_picture *picture)
    __attribute__((warn_unused_result));

#endif
