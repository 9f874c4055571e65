/* Inside cli/graph_command.c and cli/graph_recipe.c: a command that grows. */
#ifndef CLI_GRAPH_RECIPE_H
#define CLI_GRAPH_RECIPE_H

#include "cli/graph_command.h"

struct graph_recipe {
  struct buf *line;
  const struct graph_job *job;
  const struct graph_view *view;
  const struct graph_theme_info *theme;
  int err; /* of the first argument that did not fit */
};

/* Adds one argument; after an error nothing more. */
void graph_add(struct graph_recipe *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same for what only pictures need, not numbers. */
void graph_draw(struct graph_recipe *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Legends of stacks: columns for a name, and entries beside each other. */
enum {
  GRAPH_LEGEND_COLUMNS = 24,
  GRAPH_LEGEND_BESIDE = 3 /* in wide pictures */
};

/* What is drawn for each kind, and its PRINT lines in the order last, average,
 * most, least, sum. */
void graph_recipe(struct graph_recipe *r);

/* Options that depend on the kind: limits and scales. */
void graph_recipe_scale(struct graph_recipe *r);

#endif
