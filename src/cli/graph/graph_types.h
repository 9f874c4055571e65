/* SPDX-License-Identifier: MIT */
/* The kinds of pictures and the spans they cover: tables for the options, the
 * pictures and the pages. */
#ifndef CLI_GRAPH_GRAPH_TYPES_H
#define CLI_GRAPH_GRAPH_TYPES_H

#include "cli/graph/rrd_scan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum graph_span {
  GRAPH_HOUR,
  GRAPH_DAY,
  GRAPH_WEEK,
  GRAPH_MONTH,
  GRAPH_YEAR,
  GRAPH_SPANS
};

/* In the order in which they are left out when there is too much to draw. */
enum graph_type {
  GRAPH_POWER,
  GRAPH_ENERGY,
  GRAPH_VOLTAGE,
  GRAPH_CURRENT,
  GRAPH_SIGNAL,
  GRAPH_RESPONSE,
  GRAPH_COST,
  GRAPH_TYPES
};

enum graph_theme { GRAPH_LIGHT, GRAPH_DARK, GRAPH_THEMES };

enum { GRAPH_BARS_MAX = 31 };

struct graph_span_info {
  const char *name;   /* of the option */
  const char *title;  /* of the tab */
  const char *words;  /* "Power of Freezer over ..." */
  int64_t seconds;    /* of a curve */
  const char *x_grid; /* of a curve */
  size_t bars;        /* energy: one bar for each hour, day or month */
  char bar;           /* 'h', 'd', 'm' */
  int64_t finest;     /* seconds of a row: finer ones are averaged */
  const char *bar_grid;
  const char *bar_words; /* "kWh per ..." */
  const char *bar_now;   /* the bar that still grows */
};

struct graph_type_info {
  const char *name;
  const char *title;
  const char *unit; /* of the numbers in the legend */
  int decimals;     /* of those */
  /* Drawn where one of these is there. */
  enum rrd_type type;
  enum rrd_type or_type; /* may be the same */
  bool bars;             /* of what hours, days and months had; no curve */
};

extern const struct graph_span_info graph_spans[GRAPH_SPANS];
extern const struct graph_type_info graph_types[GRAPH_TYPES];

/* Whether series has what a picture of this kind shows. A strip has power when
 * one of its plugs has. */
bool graph_type_fits(const struct rrd_series *series, enum graph_type kind);

/* The span whose bars a picture has: an hour has those of its day, and of costs
 * there are none by the hour. */
enum graph_span graph_bars_span(enum graph_type kind, enum graph_span span);

/* The edges of the bars, bars + 1 of them in growing order: local hours, days
 * or months, of which the last is the one that holds now. */
void graph_edges(enum graph_span span, time_t now,
                 time_t edges[GRAPH_BARS_MAX + 1]);

#endif
