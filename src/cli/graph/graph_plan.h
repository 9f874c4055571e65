/* SPDX-License-Identifier: MIT */
/* Which pictures a gallery has. One thread. */
#ifndef CLI_GRAPH_GRAPH_PLAN_H
#define CLI_GRAPH_GRAPH_PLAN_H

#include "cli/graph/graph_view.h"
#include "cli/graph/rrd_scan.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct graph_wish {
  bool spans[GRAPH_SPANS];
  bool kinds[GRAPH_TYPES];
  bool all_kinds; /* as many as there is time for; else kinds[] */
};

struct graph_plan {
  struct rrd_tree *tree;
  bool spans[GRAPH_SPANS];
  bool kinds[GRAPH_TYPES];
  double zoom; /* pixels of a picture for each one shown */
  time_t now;
  time_t newest; /* when the latest value of all was measured; 0: never */
  struct graph_view *views; /* those of one series stand together */
  size_t views_num;
  size_t total_views; /* the first of all devices together */
};

/* The views of all devices and plugs: 0, -ENOMEM. graph_plan_free() in all
 * cases. The tree stays the caller's. */
int graph_plan_series(struct graph_plan *plan, struct rrd_tree *tree,
                      const struct graph_wish *wish, time_t now);

/* The views of all devices together, each as a card and, next, as a wide one:
 * to be called when those of the devices have their numbers, as the largest
 * consumers are named and the rest is summed up. */
int graph_plan_house(struct graph_plan *plan);

void graph_plan_free(struct graph_plan *plan);

/* The view of that kind and span among num views, or NULL. */
const struct graph_view *graph_plan_find(const struct graph_view *views,
                                         size_t num, enum graph_type kind,
                                         enum graph_span span);

/* "living-room" of "Living Room!": ASCII letters and digits for file names;
 * may be empty. */
void graph_slug(const char *label, char *out, size_t size);

/* A hash of a text, to be chained: start with 0. */
uint64_t graph_hash(uint64_t hash, const char *text);

#endif
