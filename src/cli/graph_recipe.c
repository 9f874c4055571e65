/* What the pictures show, kind by kind: see graph_recipe.h. Names of variables
 * in the commands: d what a file holds, a a layer's average, m its highest and
 * l its lowest readings, s the sum, t the energy of one bar, p what is
 * printed. */
#include <config.h>

#include "cli/graph_recipe.h"

#include "cli/graph_colour.h"
#include "cli/graph_probe.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Numbers come with all their digits: the page shows as many as it likes. */
#define ALL_DIGITS "%%.9le"

static const char *colour_of(const struct graph_recipe *r,
                             const struct graph_layer *layer) {
  return layer->colour < GRAPH_COLOURS
             ? graph_colour(layer->colour, r->job->theme)
         : layer->label != NULL ? r->theme->rest
                                : r->theme->total;
}

/* -- reading files -- */

static void define(struct graph_recipe *r, const char *variable,
                   const struct graph_file *file, const char *function) {
  char link[GRAPH_LINK_SIZE];

  graph_link_name(file, link);
  graph_add(r, "DEF:%s=%s:value:%s", variable, link, function);
}

/* The sum of what is known of parts 0, 1, ...: one argument, it can be long.
 * rrdtool wants a curve in every formula, so one is taken in and dropped. */
static void define_sum(struct graph_recipe *r, const char *variable,
                       const char *curve, const char *parts, size_t num) {
  struct buf text;

  buf_init(&text, 1024 * 1024);
  r->err =
      r->err < 0 ? r->err : buf_addf(&text, "CDEF:%s=%s,POP,", variable, curve);
  for (size_t i = 0; i < num && r->err == 0; i++)
    r->err = buf_addf(&text, "%s%s%zu%s", i > 0 ? "," : "", parts, i,
                      i > 0 ? ",ADDNAN" : "");
  if (r->err == 0)
    graph_add(r, "%s", text.data);
  buf_free(&text);
}

/* Defines a0, m0 and l0 for layer 0 and so on. The highest and lowest readings
 * are known where there is one file that keeps them. */
static void define_layer(struct graph_recipe *r, size_t i) {
  const struct graph_layer *layer = &r->view->layers[i];
  char variable[32];
  char curve[32];
  char parts[32];

  if (layer->files_num == 1) {
    snprintf(variable, sizeof(variable), "a%zu", i);
    define(r, variable, layer->files[0], "AVERAGE");
    snprintf(variable, sizeof(variable), "m%zu", i);
    define(r, variable, layer->files[0], r->view->plain ? "AVERAGE" : "MAX");
    snprintf(variable, sizeof(variable), "l%zu", i);
    define(r, variable, layer->files[0], r->view->plain ? "AVERAGE" : "MIN");
    return;
  }
  for (size_t j = 0; j < layer->files_num; j++) {
    snprintf(variable, sizeof(variable), "d%zu_%zu", i, j);
    define(r, variable, layer->files[j], "AVERAGE");
  }
  snprintf(variable, sizeof(variable), "a%zu", i);
  snprintf(parts, sizeof(parts), "d%zu_", i);
  snprintf(curve, sizeof(curve), "d%zu_0", i);
  define_sum(r, variable, curve, parts, layer->files_num);
  graph_add(r, "CDEF:m%zu=a%zu", i, i);
  graph_add(r, "CDEF:l%zu=a%zu", i, i);
}

/* -- curves -- */

static void print_curve(struct graph_recipe *r, const char *average,
                        const char *most, const char *least) {
  graph_add(r, "PRINT:%s:LAST:" ALL_DIGITS, average);
  graph_add(r, "PRINT:%s:AVERAGE:" ALL_DIGITS, average);
  graph_add(r, "PRINT:%s:MAX:" ALL_DIGITS, most);
  graph_add(r, "PRINT:%s:MIN:" ALL_DIGITS, least);
}

/* As rrdtool wants it; a legend's numbers stand below each other. */
static void format_of(const struct graph_recipe *r, int width, char out[16]) {
  snprintf(out, 16, "%%%d.%dlf", width, graph_kinds[r->view->kind].decimals);
}

static void legend_curve(struct graph_recipe *r, const char *average,
                         const char *most, const char *least) {
  const char *unit = graph_kinds[r->view->kind].unit;
  char format[16];

  format_of(r, 1, format);
  graph_draw(r, "GPRINT:%s:LAST:last %s %s", average, format, unit);
  graph_draw(r, "GPRINT:%s:AVERAGE:avg %s", average, format);
  if (least != NULL)
    graph_draw(r, "GPRINT:%s:MIN:min %s", least, format);
  graph_draw(r, "GPRINT:%s:MAX:max %s", most, format);
}

/* The band from the lowest to the highest reading behind the average. */
static void draw_band(struct graph_recipe *r, const char *colour) {
  if (r->view->layers[0].files_num != 1 || r->view->plain)
    return;
  graph_draw(r, "CDEF:band=m0,l0,-");
  graph_draw(r, "LINE0:l0%s00", colour);
  graph_draw(r, "AREA:band%s30::STACK", colour);
}

static void recipe_filled(struct graph_recipe *r) {
  const char *colour = colour_of(r, &r->view->layers[0]);

  define_layer(r, 0);
  print_curve(r, "a0", "m0", "l0");
  draw_band(r, colour);
  graph_draw(r, "AREA:a0%s40", colour);
  graph_draw(r, "LINE1.5:a0%s", colour);
  legend_curve(r, "a0", "m0", NULL);
  graph_draw(r, "COMMENT:\\l");
}

static void recipe_line(struct graph_recipe *r) {
  const char *colour = colour_of(r, &r->view->layers[0]);

  define_layer(r, 0);
  print_curve(r, "a0", "m0", "l0");
  draw_band(r, colour);
  graph_draw(r, "LINE1.5:a0%s", colour);
  legend_curve(r, "a0", "m0", "l0");
  graph_draw(r, "COMMENT:\\l");
}

/* From -70 dBm on readings get lost now and then, from -80 often. */
static void recipe_signal(struct graph_recipe *r) {
  graph_draw(r, "HRULE:-70%sa0::dashes=3,3", r->theme->fair);
  graph_draw(r, "HRULE:-80%sa0::dashes=3,3", r->theme->bad);
  recipe_line(r);
}

/* Seconds are shown as milliseconds; red where the device did not answer. */
static void recipe_response(struct graph_recipe *r) {
  const struct graph_view *view = r->view;
  const char *colour = colour_of(r, &view->layers[0]);
  bool timed = view->layers[0].files_num > 0;

  if (timed) {
    define_layer(r, 0);
    graph_add(r, "CDEF:average=a0,1000,*");
    graph_add(r, "CDEF:most=m0,1000,*");
    graph_add(r, "CDEF:least=l0,1000,*");
    print_curve(r, "average", "most", "least");
  }
  if (view->up != NULL) {
    define(r, "up", view->up, "AVERAGE");
    graph_add(r, "CDEF:share=up,100,*");
    graph_draw(r, "CDEF:down=up,1,LT,INF,UNKN,IF");
    graph_draw(r, "AREA:down%s55", r->theme->bad);
  }
  if (timed) {
    graph_draw(r, "AREA:average%s30", colour);
    graph_draw(r, "LINE1.5:average%s", colour);
    legend_curve(r, "average", "most", NULL);
  } else {
    print_curve(r, "share", "share", "share");
    graph_draw(r, "AREA:share%s30", colour);
    graph_draw(r, "LINE1.5:share%s", colour);
  }
  if (view->up != NULL) {
    graph_add(r, "PRINT:share:AVERAGE:" ALL_DIGITS);
    graph_draw(r, "GPRINT:share:AVERAGE:up %%1.1lf %%%%");
  }
  graph_draw(r, "COMMENT:\\l");
}

/* -- energy: bars -- */

/* One variable for each bar: the energy between its edges, in Wh. */
static void define_bars(struct graph_recipe *r, const time_t *edges,
                        size_t bars) {
  for (size_t i = 0; i < bars; i++) {
    graph_add(r, "CDEF:d%zu=TIME,%lld,GT,TIME,%lld,LE,*,a0,UNKN,IF", i,
              (long long)edges[i], (long long)edges[i + 1]);
    graph_add(r, "VDEF:t%zu=d%zu,TOTAL", i, i);
  }
}

/* Adds the bars from first to before end as a variable that has each bar's
 * height between its edges, with a gap on both sides, and is unknown
 * elsewhere. */
static void define_shape(struct graph_recipe *r, const char *variable,
                         const time_t *edges, size_t first, size_t end) {
  struct buf text;

  buf_init(&text, 65536);
  r->err = r->err < 0 ? r->err : buf_addf(&text, "CDEF:%s=a0,POP,", variable);
  for (size_t i = first; i < end && r->err == 0; i++) {
    long long gap = (edges[i + 1] - edges[i]) / 9;

    r->err =
        buf_addf(&text, "TIME,%lld,GT,TIME,%lld,LE,*,t%zu,",
                 (long long)edges[i] + gap, (long long)edges[i + 1] - gap, i);
  }
  if (r->err == 0)
    r->err = buf_adds(&text, "UNKN");
  for (size_t i = first; i < end && r->err == 0; i++)
    r->err = buf_adds(&text, ",IF");
  if (r->err == 0)
    graph_add(r, "%s", text.data);
  buf_free(&text);
}

/* The mean of the bars that are complete and known; while there is none, the
 * one that grows. Weighed alike: the files' rows need not fit the bars. */
static void define_mean(struct graph_recipe *r, size_t bars) {
  struct buf count;

  buf_init(&count, 4096);
  define_sum(r, "complete", "a0", "t", bars - 1);
  for (size_t i = 0; i + 1 < bars && r->err == 0; i++)
    r->err = buf_addf(&count, "%st%zu,UN,0,1,IF%s", i > 0 ? "," : "", i,
                      i > 0 ? ",+" : "");
  if (r->err == 0)
    graph_add(r, "CDEF:known=a0,POP,%s", count.data);
  graph_add(r, "CDEF:mean=known,0,EQ,t%zu,complete,known,/,IF", bars - 1);
  buf_free(&count);
}

/* 12.3 Wh, 1.23kWh: rrdtool's %s is "k" or a blank. */
#define IN_WH "%%1.3lg%%sWh"

static void recipe_energy(struct graph_recipe *r) {
  const struct graph_span_info *span = &graph_spans[r->view->span];
  const char *colour = colour_of(r, &r->view->layers[0]);
  time_t edges[GRAPH_BARS_MAX + 1];

  graph_edges(r->view->span, r->job->now, edges);
  define_layer(r, 0);
  define_bars(r, edges, span->bars);
  define_shape(r, "done", edges, 0, span->bars - 1);
  define_shape(r, "growing", edges, span->bars - 1, span->bars);
  define_mean(r, span->bars);
  graph_add(r, "CDEF:bars=done,growing,ADDNAN");
  graph_add(r, "VDEF:pmean=mean,MAXIMUM");
  graph_add(r, "VDEF:pmost=bars,MAXIMUM");
  graph_add(r, "VDEF:psum=a0,TOTAL");
  graph_add(r, "PRINT:t%zu:" ALL_DIGITS, span->bars - 1);
  graph_add(r, "PRINT:pmean:" ALL_DIGITS);
  graph_add(r, "PRINT:pmost:" ALL_DIGITS);
  graph_add(r, "PRINT:pmost:" ALL_DIGITS);
  graph_add(r, "PRINT:psum:" ALL_DIGITS);
  graph_draw(r, "AREA:done%s", colour);
  graph_draw(r, "AREA:growing%s90", colour);
  graph_draw(r, "GPRINT:t%zu:last " IN_WH, span->bars - 1);
  graph_draw(r, "GPRINT:pmean:avg " IN_WH);
  graph_draw(r, "GPRINT:pmost:max " IN_WH);
  graph_draw(r, "GPRINT:psum:sum " IN_WH);
  graph_draw(r, "COMMENT:\\l");
}

/* -- stacks -- */

/* Whether an entry of the legend is the last of its row. */
static bool ends_row(const struct graph_recipe *r, size_t entry) {
  return r->view->form != GRAPH_WIDE ||
         (entry + 1) % GRAPH_LEGEND_BESIDE == 0 || entry == r->view->layers_num;
}

/* "\\g" glues a text to what follows, so that columns stand below each other.
 */
static void end_entry(struct graph_recipe *r, size_t entry) {
  graph_draw(r, ends_row(r, entry) ? "COMMENT:\\l"
                                   : "COMMENT:\u00a0\u00a0\u00a0\u00a0\\g");
}

static void legend_head(struct graph_recipe *r) {
  for (size_t i = 0; i <= r->view->layers_num; i++) {
    graph_draw(r, "COMMENT:%*s%8s%8s%8s\\g", 2 + GRAPH_LEGEND_COLUMNS, "",
               "last", "avg", "max");
    end_entry(r, i);
    if (ends_row(r, i))
      return;
  }
}

static void legend_entry(struct graph_recipe *r, const char *average,
                         const char *most) {
  char format[16];

  format_of(r, 8, format);
  graph_draw(r, "GPRINT:%s:LAST:%s\\g", average, format);
  graph_draw(r, "GPRINT:%s:AVERAGE:%s\\g", average, format);
  graph_draw(r, "GPRINT:%s:MAX:%s\\g", most, format);
}

/* A layer that is unknown counts as nothing as long as another is known; where
 * all are unknown there is a gap. */
static void draw_layer(struct graph_recipe *r, size_t i) {
  const struct graph_layer *layer = &r->view->layers[i];
  char average[32];
  char most[32];
  char name[256];

  graph_legend(layer->label, GRAPH_LEGEND_COLUMNS, name, sizeof(name));
  graph_draw(r, "CDEF:x%zu=s,UN,UNKN,a%zu,UN,0,a%zu,IF,IF", i, i, i);
  graph_draw(r, "AREA:x%zu%sd0:%s\\g%s", i, colour_of(r, layer), name,
             i > 0 ? ":STACK" : "");
  snprintf(average, sizeof(average), "a%zu", i);
  snprintf(most, sizeof(most), "m%zu", i);
  legend_entry(r, average, most);
  end_entry(r, i);
}

static void recipe_stack(struct graph_recipe *r) {
  const struct graph_view *view = r->view;
  const char *average = view->whole != NULL ? "w" : "s";
  const char *most = view->whole != NULL ? "wm" : "s";
  char name[256];

  for (size_t i = 0; i < view->layers_num; i++)
    define_layer(r, i);
  define_sum(r, "s", "a0", "a", view->layers_num);
  if (view->whole != NULL) {
    define(r, "w", view->whole, "AVERAGE");
    define(r, "wm", view->whole, view->plain ? "AVERAGE" : "MAX");
  }
  print_curve(r, average, most, average);
  legend_head(r);
  for (size_t i = 0; i < view->layers_num; i++)
    draw_layer(r, i);
  graph_legend("all together", GRAPH_LEGEND_COLUMNS, name, sizeof(name));
  graph_draw(r, "LINE1:%s%s:%s\\g", average, r->theme->total, name);
  legend_entry(r, average, most);
  end_entry(r, view->layers_num);
}

/* -- all kinds -- */

void graph_recipe(struct graph_recipe *r) {
  static void (*const recipes[GRAPH_KINDS])(struct graph_recipe *) = {
      [GRAPH_KIND_POWER] = recipe_filled,
      [GRAPH_KIND_ENERGY] = recipe_energy,
      [GRAPH_KIND_VOLTAGE] = recipe_line,
      [GRAPH_KIND_CURRENT] = recipe_filled,
      [GRAPH_KIND_SIGNAL] = recipe_signal,
      [GRAPH_KIND_RESPONSE] = recipe_response,
  };

  if (r->view->stacked)
    recipe_stack(r);
  else
    recipes[r->view->kind](r);
}

/* Around the nominal voltage of the place, so that a quiet mains looks quiet;
 * what goes beyond moves the limits. */
static void scale_voltage(struct graph_recipe *r) {
  const struct graph_layer *layer = &r->view->layers[0];
  double volts = layer->files_num > 0 ? layer->files[0]->value : NAN;
  bool high = !(volts < 170);

  graph_add(r, "--lower-limit=%d", high ? 225 : 115);
  graph_add(r, "--upper-limit=%d", high ? 235 : 125);
  graph_add(r, "--alt-autoscale");
}

/* Watts and milliseconds are whole numbers or nearly; of watt-hours and amperes
 * there may be thousands or thousandths, which rrdtool marks k and m. */
void graph_recipe_scale(struct graph_recipe *r) {
  enum graph_kind kind = r->view->kind;

  if (kind != GRAPH_KIND_ENERGY && kind != GRAPH_KIND_CURRENT)
    graph_add(r, "--units-exponent=0");
  if (kind == GRAPH_KIND_VOLTAGE) {
    scale_voltage(r);
  } else if (kind == GRAPH_KIND_SIGNAL) {
    graph_add(r, "--lower-limit=-90");
    graph_add(r, "--upper-limit=-30");
    graph_add(r, "--left-axis-format=%%.0lf");
  } else {
    graph_add(r, "--lower-limit=0");
  }
}
