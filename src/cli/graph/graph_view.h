/* SPDX-License-Identifier: MIT */
/* One picture, before and after it is drawn: what it shows, and the numbers
 * that stand in its legend. Who makes views is cli/graph/graph_plan.h. */
#ifndef CLI_GRAPH_GRAPH_VIEW_H
#define CLI_GRAPH_GRAPH_VIEW_H

#include "cli/graph/graph_types.h"

/* Cards stand beside each other and fill a phone. Wide ones are for desks:
 * stacks take all of it, others half. */
enum graph_form { GRAPH_CARD, GRAPH_WIDE };

enum graph_state {
  GRAPH_PLANNED,
  GRAPH_DRAWN, /* or still good from last time */
  GRAPH_EMPTY, /* nothing was measured in this span */
  GRAPH_FAILED
};

/* NAN where there is none. */
struct graph_numbers {
  double last;
  double average;
  double most;
  double least;
};

/* One curve or one area of a stack: the sum of some files. */
struct graph_layer {
  const char *label; /* borrowed; NULL: the whole, without a name */
  unsigned colour;   /* place in the palette; GRAPH_COLOURS: no device's */
  struct rrd_file **files; /* the list is the layer's, the files are not */
  size_t files_num;
  struct graph_numbers numbers; /* of stacks */
};

enum { GRAPH_NAME_SIZE = 128 };

struct graph_view {
  const struct rrd_series *series; /* NULL: all devices */
  enum graph_type kind;
  enum graph_span span;
  enum graph_form form;
  bool stacked;
  struct graph_layer *layers;
  size_t layers_num;
  struct rrd_file *whole; /* of a stack: the measured sum, or NULL */
  struct rrd_file *up;    /* response: or NULL */
  bool plain; /* the files keep averages only: no band, no true maximum */
  enum graph_state state;
  bool too_new; /* empty, but read within the span: no row is complete yet */
  char names[GRAPH_THEMES][GRAPH_NAME_SIZE]; /* of the pictures, with .png */
  bool kept[GRAPH_THEMES]; /* the one from last time is still good */
  unsigned width, height;  /* as shown; the picture has zoom times as much */
  struct graph_numbers numbers;
  double share; /* response: percent of polls with an answer, or NAN */
  double sum;   /* energy: of the whole span, in Wh */
  double *bars; /* energy: Wh of each, NAN where nothing is known; or NULL */
};

/* The files of a view, one by one: NULL behind the last. */
struct rrd_file *graph_view_file(const struct graph_view *view, size_t i);

/* Frees what the view owns. */
void graph_view_free(struct graph_view *view);

#endif
