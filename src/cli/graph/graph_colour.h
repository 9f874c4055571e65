/* SPDX-License-Identifier: MIT */
/* Colours: those of the two themes, and one for each device. */
#ifndef CLI_GRAPH_GRAPH_COLOUR_H
#define CLI_GRAPH_GRAPH_COLOUR_H

#include "cli/graph/graph_types.h"
#include "cli/graph/rrd_scan.h"

struct graph_theme_info {
  const char *name;
  const char *back; /* all as #rrggbb, grids with opacity */
  const char *text;
  const char *grid;
  const char *bold_grid;
  const char *axis;
  const char *total; /* sums, and what has no device */
  const char *rest;  /* devices that are not named */
  const char *bad;
  const char *fair;
};

extern const struct graph_theme_info graph_themes[GRAPH_THEMES];

/* Colours that are told apart; beyond that they come again. */
enum { GRAPH_COLOURS = 20 };

/* The colour at this place of the palette, as #rrggbb. */
const char *graph_colour(unsigned place, enum graph_theme theme);

/* Gives every device, and every plug within its strip, a colour by a hash of
 * its name: the same in each run and picture as long as the tree stays the
 * same, and different for up to GRAPH_COLOURS devices of a host. */
void graph_colour_tree(struct rrd_tree *tree);

/* The same for the layers of one picture: wanted[] holds places of the
 * palette; those that are taken already are replaced. */
void graph_colour_apart(unsigned *wanted, size_t num);

#endif
