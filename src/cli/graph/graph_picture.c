/* SPDX-License-Identifier: MIT */
/* The frame of a picture: see graph_picture.h. */
#include <config.h>

#include "cli/graph/graph_picture.h"

#include "cli/graph/graph_elements.h"

enum {
  CARD_WIDTH = 400,
  CARD_HEIGHT = 180,
  HALF_WIDTH = 610,
  HALF_HEIGHT = 210,
  WIDE_WIDTH = 1230,
  /* without their legends */
  STACK_HEIGHT = 180,
  WIDE_HEIGHT = 240,
  ROW_HEIGHT = 14
};

static size_t legend_rows(const struct graph_view *view) {
  size_t beside = view->form == GRAPH_WIDE ? GRAPH_LEGEND_BESIDE : 1;

  /* the layers and their sum; the head of the table */
  return (view->layers_num + 1 + beside - 1) / beside + 1;
}

void graph_size(struct graph_view *view) {
  bool wide = view->form == GRAPH_WIDE;

  if (!view->stacked) {
    view->width = wide ? HALF_WIDTH : CARD_WIDTH;
    view->height = wide ? HALF_HEIGHT : CARD_HEIGHT;
    return;
  }
  view->width = wide ? WIDE_WIDTH : CARD_WIDTH;
  view->height = (wide ? WIDE_HEIGHT : STACK_HEIGHT) +
                 ROW_HEIGHT * (unsigned)legend_rows(view);
}

static void add_time(struct graph_command *c, const struct graph_picture *p) {
  const struct graph_view *view = p->view;
  const struct graph_span_info *span =
      &graph_spans[graph_bars_span(view->kind, view->span)];
  bool bars = graph_types[view->kind].bars;

  graph_add(c, "--start=%lld", (long long)c->start);
  graph_add(c, "--end=%lld", (long long)c->end);
  graph_add(c, "--x-grid=%s", bars ? span->bar_grid : span->x_grid);
  if (!bars)
    graph_add(c, "--slope-mode");
}

static void add_size(struct graph_command *c, const struct graph_picture *p) {
  graph_add(c, "--full-size-mode");
  graph_add(c, "--width=%u", p->view->width);
  graph_add(c, "--height=%u", p->view->height);
  graph_add(c, "--zoom=%g", p->zoom);
}

static void add_style(struct graph_command *c, const struct graph_picture *p) {
  const struct graph_theme_info *t = &graph_themes[p->theme];
  const struct {
    const char *part;
    const char *colour;
  } colours[] = {
      {"BACK", t->back},   {"CANVAS", t->back},     {"FONT", t->text},
      {"GRID", t->grid},   {"MGRID", t->bold_grid}, {"AXIS", t->axis},
      {"ARROW", t->back},  {"FRAME", t->back},      {"SHADEA", t->back},
      {"SHADEB", t->back},
  };

  for (size_t i = 0; i < sizeof(colours) / sizeof(colours[0]); i++)
    graph_add(c, "--color=%s%s", colours[i].part, colours[i].colour);
  graph_add(c, "--font=DEFAULT:8:DejaVu Sans");
  graph_add(c, "--font=AXIS:7.5:DejaVu Sans");
  graph_add(c, "--font=LEGEND:8:DejaVu Sans Mono");
  graph_add(c, "--border=0");
  graph_add(c, "--grid-dash=1:0");
  graph_add(c, "--disable-rrdtool-tag");
}

int graph_picture_ask(struct buf *line, const struct graph_picture *p) {
  struct graph_command c = {
      .line = line,
      .start = graph_start(p->view->kind, p->view->span, p->now),
      .end = graph_end(p->view->kind, p->view->span, p->now)};

  c.err = buf_adds(line, "graphv");
  graph_add(&c, "%s", p->view->names[p->theme]);
  add_time(&c, p);
  add_size(&c, p);
  add_style(&c, p);
  graph_add(&c, "--vertical-label=%s", graph_elements_unit(p->view));
  graph_elements_scale(&c, p);
  graph_elements(&c, p);
  return c.err;
}
