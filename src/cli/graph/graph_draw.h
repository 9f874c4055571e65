/* SPDX-License-Identifier: MIT */
/* Has the pictures of a plan drawn, as far as those of last time are not still
 * good. One thread. */
#ifndef CLI_GRAPH_GRAPH_DRAW_H
#define CLI_GRAPH_GRAPH_DRAW_H

#include "cli/graph/graph_output.h"
#include "cli/graph/graph_plan.h"
#include "cli/graph/graph_pool.h"

struct graph_draw {
  struct graph_plan *plan;
  struct graph_pool *pool;
  const struct graph_output *output;
  rrd_problem *problem;
  void (*tick)(void *arg, size_t pictures); /* done so far, in all calls */
  void *arg;
  size_t pictures; /* done so far */
  size_t drawn;    /* of these, drawn now */
};

/* The views from first on, to the last: each becomes GRAPH_DRAWN, its pictures
 * in the temporary folder or kept; GRAPH_EMPTY; or GRAPH_FAILED, which has been
 * told. A broken file is told once and left out from then on. 0, or the error
 * of graph_pool_run(). */
int graph_draw_views(struct graph_draw *draw, size_t first);

/* How many pictures the plan's views from first on have. */
size_t graph_draw_count(const struct graph_plan *plan, size_t first);

#endif
