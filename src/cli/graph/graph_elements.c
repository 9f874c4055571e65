/* SPDX-License-Identifier: MIT */
/* What the pictures show: see graph_elements.h. rrdtool's variables end in the
 * number of their layer: a is its average, x that as a part of a stack. */
#include <config.h>

#include "cli/graph/graph_elements.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LEGEND_SIZE = 256 };

static const char *colour_of(const struct graph_picture *p,
                             const struct graph_layer *layer) {
  const struct graph_theme_info *theme = &graph_themes[p->theme];

  if (layer->colour < GRAPH_COLOURS)
    return graph_colour(layer->colour, p->theme);
  return layer->label != NULL ? theme->rest : theme->total;
}

/* -- legends: texts of ours with the numbers -- */

static void add_number(char *out, size_t size, const char *word, double value,
                       const struct graph_type_info *kind, const char *unit) {
  size_t used = strlen(out);

  if (isfinite(value))
    snprintf(out + used, size - used, "%s%s %.*f%s", used > 0 ? "   " : "",
             word, kind->decimals, value, unit);
  else
    snprintf(out + used, size - used, "%s%s -", used > 0 ? "   " : "", word);
}

static void legend_curve(struct graph_command *c, const struct graph_picture *p,
                         bool least) {
  const struct graph_type_info *kind = &graph_types[p->view->kind];
  const struct graph_numbers *n = &p->view->numbers;
  char text[LEGEND_SIZE] = "";
  char unit[16];

  snprintf(unit, sizeof(unit), " %s", kind->unit);
  add_number(text, sizeof(text), "last", n->last, kind, unit);
  add_number(text, sizeof(text), "avg", n->average, kind, "");
  if (least)
    add_number(text, sizeof(text), "min", n->least, kind, "");
  add_number(text, sizeof(text), "max", n->most, kind, "");
  if (isfinite(p->view->share))
    snprintf(text + strlen(text), sizeof(text) - strlen(text), "   up %.1f %%",
             p->view->share);
  graph_add(c, "COMMENT:%s\\l", text);
}

/* Three digits that count: 12.3 Wh, 1.23 kWh. */
static void add_energy(char *out, size_t size, const char *word, double wh) {
  size_t used = strlen(out);
  bool kilo = fabs(wh) >= 999.5;
  double value = kilo ? wh / 1000 : wh;
  int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;

  if (isfinite(wh))
    snprintf(out + used, size - used, "%s%s %.*f %s", used > 0 ? "  " : "",
             word, decimals, value, kilo ? "kWh" : "Wh");
  else
    snprintf(out + used, size - used, "%s%s -", used > 0 ? "  " : "", word);
}

static void legend_energy(struct graph_command *c,
                          const struct graph_view *view) {
  char text[LEGEND_SIZE] = "";

  add_energy(text, sizeof(text), "last", view->numbers.last);
  add_energy(text, sizeof(text), "avg", view->numbers.average);
  add_energy(text, sizeof(text), "max", view->numbers.most);
  add_energy(text, sizeof(text), "sum", view->sum);
  graph_add(c, "COMMENT:%s\\l", text);
}

/* What a day or month cost, in the currency of the tariff, which no file of
 * collectd's names. */
static void legend_cost(struct graph_command *c,
                        const struct graph_view *view) {
  const struct {
    const char *word;
    double value;
  } parts[] = {{"avg", view->numbers.average},
               {"max", view->numbers.most},
               {"sum", view->sum}};
  char text[LEGEND_SIZE] = "";

  for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
    size_t used = strlen(text);

    if (isfinite(parts[i].value))
      snprintf(text + used, sizeof(text) - used, "%s%s %.2f", i > 0 ? "  " : "",
               parts[i].word, parts[i].value);
    else
      snprintf(text + used, sizeof(text) - used, "%s%s -", i > 0 ? "  " : "",
               parts[i].word);
  }
  graph_add(c, "COMMENT:%s\\l", text);
}

/* -- curves -- */

/* The band from the lowest to the highest reading behind the average. */
static void draw_band(struct graph_command *c, const struct graph_picture *p,
                      const char *colour) {
  const struct graph_layer *layer = &p->view->layers[0];

  if (layer->files_num != 1 || p->view->plain)
    return;
  graph_define(c, "high", layer->files[0], "MAX");
  graph_define(c, "low", layer->files[0], "MIN");
  graph_add(c, "CDEF:band=high,low,-");
  graph_add(c, "LINE0:low%s00", colour);
  graph_add(c, "AREA:band%s30::STACK", colour);
}

static void draw_curve(struct graph_command *c, const struct graph_picture *p,
                       bool filled) {
  const char *colour = colour_of(p, &p->view->layers[0]);

  graph_define_layer(c, 'a', 0, &p->view->layers[0], "AVERAGE");
  draw_band(c, p, colour);
  if (filled)
    graph_add(c, "AREA:a0%s40", colour);
  graph_add(c, "LINE1.5:a0%s", colour);
}

static void recipe_filled(struct graph_command *c,
                          const struct graph_picture *p) {
  draw_curve(c, p, true);
  legend_curve(c, p, false);
}

static void recipe_line(struct graph_command *c,
                        const struct graph_picture *p) {
  draw_curve(c, p, false);
  legend_curve(c, p, true);
}

/* From -70 dBm on readings get lost now and then, from -80 often. */
static void recipe_signal(struct graph_command *c,
                          const struct graph_picture *p) {
  graph_add(c, "HRULE:-70%sa0::dashes=3,3", graph_themes[p->theme].fair);
  graph_add(c, "HRULE:-80%sa0::dashes=3,3", graph_themes[p->theme].bad);
  recipe_line(c, p);
}

/* How long an answer took, in milliseconds, and red where none came. Where no
 * times were kept, the share of polls with an answer. */
static void recipe_response(struct graph_command *c,
                            const struct graph_picture *p) {
  const struct graph_view *view = p->view;
  const char *colour = colour_of(p, &view->layers[0]);
  bool timed = view->layers[0].files_num > 0;

  if (view->up != NULL) {
    graph_define(c, "up", view->up, "AVERAGE");
    graph_add(c, "CDEF:down=up,1,LT,INF,UNKN,IF");
    graph_add(c, "AREA:down%s55", graph_themes[p->theme].bad);
  }
  if (timed) {
    graph_define_layer(c, 'a', 0, &view->layers[0], "AVERAGE");
    graph_add(c, "CDEF:curve=a0,1000,*");
  } else {
    graph_add(c, "CDEF:curve=up,100,*");
  }
  graph_add(c, "AREA:curve%s30", colour);
  graph_add(c, "LINE1.5:curve%s", colour);
  legend_curve(c, p, false);
}

/* -- energy: bars -- */

/* Left to itself rrdtool puts a k between the number and the axis's unit. */
static bool in_thousands(const struct graph_view *view) {
  return view->kind == GRAPH_ENERGY && fabs(view->numbers.most) >= 1000;
}

const char *graph_elements_unit(const struct graph_view *view) {
  return in_thousands(view) ? "kWh" : graph_types[view->kind].unit;
}

/* A variable that is as high as each bar between its edges, with a gap on both
 * sides, and unknown elsewhere. rrdtool wants a curve in every formula, so one
 * is taken in and dropped. */
static void draw_bars(struct graph_command *c, const struct graph_picture *p,
                      const char *variable, size_t first, size_t end) {
  const struct graph_view *view = p->view;
  double unit = in_thousands(view) ? 1000 : 1;
  time_t edges[GRAPH_BARS_MAX + 1];
  struct buf text;

  graph_edges(graph_bars_span(view->kind, view->span), p->now, edges);
  buf_init(&text, 65536);
  if (c->err == 0)
    c->err = buf_addf(&text, "CDEF:%s=a0,POP,", variable);
  for (size_t i = first; i < end && c->err == 0; i++) {
    long long gap = (edges[i + 1] - edges[i]) / 9;

    if (isfinite(view->bars[i]))
      c->err = buf_addf(&text, "TIME,%lld,GT,TIME,%lld,LE,*,%.9g,",
                        (long long)edges[i] + gap,
                        (long long)edges[i + 1] - gap, view->bars[i] / unit);
  }
  if (c->err == 0)
    c->err = buf_adds(&text, "UNKN");
  for (size_t i = first; i < end && c->err == 0; i++)
    if (isfinite(view->bars[i]))
      c->err = buf_adds(&text, ",IF");
  if (c->err == 0)
    graph_add(c, "%s", text.data);
  buf_free(&text);
}

static void recipe_bars(struct graph_command *c,
                        const struct graph_picture *p) {
  const struct graph_layer *layer = &p->view->layers[0];
  size_t bars = graph_spans[graph_bars_span(p->view->kind, p->view->span)].bars;
  const char *colour = colour_of(p, layer);

  graph_define(c, "a0", layer->files[0], "AVERAGE");
  draw_bars(c, p, "done", 0, bars - 1);
  draw_bars(c, p, "growing", bars - 1, bars);
  graph_add(c, "AREA:done%s", colour);
  graph_add(c, "AREA:growing%s90", colour);
  if (p->view->kind == GRAPH_COST)
    legend_cost(c, p->view);
  else
    legend_energy(c, p->view);
}

/* -- stacks -- */

static void row_of(const struct graph_type_info *kind, const char *name,
                   const struct graph_numbers *n, char *out, size_t size) {
  const double numbers[] = {n->last, n->average, n->most};
  size_t used;

  graph_legend(name, GRAPH_LEGEND_COLUMNS, out, size);
  for (size_t i = 0; i < 3; i++) {
    used = strlen(out);
    if (isfinite(numbers[i]))
      snprintf(out + used, size - used, "%8.*f", kind->decimals, numbers[i]);
    else
      snprintf(out + used, size - used, "%8s", "-");
  }
}

/* Whether an entry of the legend is the last of its row. */
static bool ends_row(const struct graph_view *view, size_t entry) {
  return view->form != GRAPH_WIDE || (entry + 1) % GRAPH_LEGEND_BESIDE == 0 ||
         entry == view->layers_num;
}

static const char *end_of(const struct graph_view *view, size_t entry) {
  return ends_row(view, entry) ? "\\l" : "";
}

static void legend_head(struct graph_command *c,
                        const struct graph_view *view) {
  for (size_t i = 0; i <= view->layers_num; i++) {
    graph_add(c, "COMMENT:%*s%8s%8s%8s%s", GRAPH_LEGEND_COLUMNS + 2, "", "last",
              "avg", "max", end_of(view, i));
    if (ends_row(view, i))
      return;
  }
}

/* A layer that is unknown counts as nothing as long as another is known; where
 * all are unknown there is a gap. */
static void draw_layer(struct graph_command *c, const struct graph_picture *p,
                       size_t i) {
  const struct graph_view *view = p->view;
  const struct graph_layer *layer = &view->layers[i];
  char row[LEGEND_SIZE];

  row_of(&graph_types[view->kind], layer->label, &layer->numbers, row,
         sizeof(row));
  graph_add(c, "CDEF:x%zu=sum,UN,UNKN,a%zu,UN,0,a%zu,IF,IF", i, i, i);
  graph_add(c, "AREA:x%zu%sd0:%s%s%s", i, colour_of(p, layer), row,
            end_of(view, i), i > 0 ? ":STACK" : "");
}

static void recipe_stack(struct graph_command *c,
                         const struct graph_picture *p) {
  const struct graph_view *view = p->view;
  char row[LEGEND_SIZE];

  for (size_t i = 0; i < view->layers_num; i++)
    graph_define_layer(c, 'a', i, &view->layers[i], "AVERAGE");
  graph_define_sum(c, "sum", "a", view->layers_num);
  if (view->whole != NULL)
    graph_define(c, "whole", view->whole, "AVERAGE");
  legend_head(c, view);
  for (size_t i = 0; i < view->layers_num; i++)
    draw_layer(c, p, i);
  row_of(&graph_types[view->kind], "all together", &view->numbers, row,
         sizeof(row));
  graph_add(c, "LINE1:%s%s:%s\\l", view->whole != NULL ? "whole" : "sum",
            graph_themes[p->theme].total, row);
}

/* -- all kinds -- */

void graph_elements(struct graph_command *c, const struct graph_picture *p) {
  static void (*const elements_of[GRAPH_TYPES])(
      struct graph_command *, const struct graph_picture *) = {
      [GRAPH_POWER] = recipe_filled,  [GRAPH_ENERGY] = recipe_bars,
      [GRAPH_VOLTAGE] = recipe_line,  [GRAPH_CURRENT] = recipe_filled,
      [GRAPH_SIGNAL] = recipe_signal, [GRAPH_RESPONSE] = recipe_response,
      [GRAPH_COST] = recipe_bars,
  };

  if (p->view->stacked)
    recipe_stack(c, p);
  else
    elements_of[p->view->kind](c, p);
}

/* Around the nominal voltage of the place, so that a quiet mains looks quiet;
 * what goes beyond moves the limits. */
static void scale_voltage(struct graph_command *c,
                          const struct graph_view *view) {
  bool high = !(view->numbers.average < 170);

  graph_add(c, "--lower-limit=%d", high ? 225 : 115);
  graph_add(c, "--upper-limit=%d", high ? 235 : 125);
  graph_add(c, "--alt-autoscale");
}

/* Exponent 0: numbers as they are, without a k or m of rrdtool's. */
void graph_elements_scale(struct graph_command *c,
                          const struct graph_picture *p) {
  enum graph_type kind = p->view->kind;

  graph_add(c, "--units-exponent=0");
  if (kind == GRAPH_VOLTAGE) {
    scale_voltage(c, p->view);
  } else if (kind == GRAPH_SIGNAL) {
    graph_add(c, "--lower-limit=-90");
    graph_add(c, "--upper-limit=-30");
    graph_add(c, "--left-axis-format=%%.0lf");
  } else {
    graph_add(c, "--lower-limit=0");
  }
}
