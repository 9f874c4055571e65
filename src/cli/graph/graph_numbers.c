/* SPDX-License-Identifier: MIT */
/* Numbers of views: see graph_numbers.h. */
#include <config.h>

#include "cli/graph/graph_numbers.h"

#include "cli/graph/graph_command.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { HOUR = 3600, DAY = 24 * HOUR };

/* collectd writes files minutes apart; what is older than the newest by more
 * has ended. */
enum { LATE = 20 * 60 };

static const struct graph_numbers none = {NAN, NAN, NAN, NAN};

/* In the order of the members; all digits, for whoever shows them. */
static void print(struct graph_command *c, const char *average,
                  const char *most, const char *least) {
  graph_add(c, "PRINT:%s:LAST:%%.9le", average);
  graph_add(c, "PRINT:%s:AVERAGE:%%.9le", average);
  graph_add(c, "PRINT:%s:MAX:%%.9le", most);
  graph_add(c, "PRINT:%s:MIN:%%.9le", least);
}

/* The extremes are known where one file keeps them. */
static void print_layer(struct graph_command *c, const struct graph_view *view,
                        size_t place) {
  const struct graph_layer *layer = &view->layers[place];
  bool extremes = layer->files_num == 1 && !view->plain;
  char average[32];
  char most[32];
  char least[32];

  snprintf(average, sizeof(average), "a%zu", place);
  snprintf(most, sizeof(most), "%c%zu", extremes ? 'm' : 'a', place);
  snprintf(least, sizeof(least), "%c%zu", extremes ? 'l' : 'a', place);
  graph_define_layer(c, 'a', place, layer, "AVERAGE");
  if (extremes) {
    graph_define_layer(c, 'm', place, layer, "MAX");
    graph_define_layer(c, 'l', place, layer, "MIN");
  }
  print(c, average, most, least);
}

/* -- asking -- */

static void ask_stack(struct graph_command *c, const struct graph_view *view) {
  for (size_t i = 0; i < view->layers_num; i++)
    print_layer(c, view, i);
  if (view->whole == NULL) {
    graph_define_sum(c, "sum", "a", view->layers_num);
    print(c, "sum", "sum", "sum");
    return;
  }
  graph_define(c, "whole", view->whole, "AVERAGE");
  graph_define(c, "high", view->whole, view->plain ? "AVERAGE" : "MAX");
  graph_define(c, "low", view->whole, view->plain ? "AVERAGE" : "MIN");
  print(c, "whole", "high", "low");
}

/* A row belongs to the bar in which it ends. */
static void ask_energy(struct graph_command *c, const struct graph_view *view,
                       time_t now) {
  size_t bars = graph_spans[view->span].bars;
  time_t edges[GRAPH_BARS_MAX + 1];

  graph_edges(view->span, now, edges);
  graph_define_layer(c, 'a', 0, &view->layers[0], "AVERAGE");
  for (size_t i = 0; i < bars; i++) {
    graph_add(c, "CDEF:b%zu=TIME,%lld,GT,TIME,%lld,LE,*,a0,UNKN,IF", i,
              (long long)edges[i], (long long)edges[i + 1]);
    graph_add(c, "VDEF:t%zu=b%zu,TOTAL", i, i);
    graph_add(c, "PRINT:t%zu:%%.9le", i);
  }
  graph_add(c, "VDEF:sum=a0,TOTAL");
  graph_add(c, "PRINT:sum:%%.9le");
}

/* What a day cost is told all day long on the day after; rows that hold a
 * midnight, or the hour that is missing or comes twice, are left out. A month
 * is the sum of its days. */
static void ask_cost(struct graph_command *c, const struct graph_view *view,
                     time_t now) {
  enum graph_span span = graph_bars_span(view->kind, view->span);
  bool months = graph_spans[span].bar == 'm';
  size_t bars = graph_spans[span].bars;
  time_t edges[GRAPH_BARS_MAX + 1];

  graph_edges(span, now, edges);
  graph_define_layer(c, 'a', 0, &view->layers[0], "AVERAGE");
  for (size_t i = 0; i < bars; i++) {
    time_t next = edges[i + 1];
    time_t from = months ? edges[i] + DAY : next + HOUR;
    time_t to = months ? next + DAY : next + DAY - 2 * HOUR;

    graph_add(c, "CDEF:b%zu=TIME,%lld,GT,TIME,%lld,LE,*,a0,UNKN,IF%s", i,
              (long long)from, (long long)to, months ? ",86400,/" : "");
    graph_add(c, "VDEF:t%zu=b%zu,%s", i, i, months ? "TOTAL" : "AVERAGE");
    graph_add(c, "PRINT:t%zu:%%.9le", i);
  }
}

static void ask_response(struct graph_command *c,
                         const struct graph_view *view) {
  if (view->up != NULL) {
    graph_define(c, "up", view->up, "AVERAGE");
    graph_add(c, "CDEF:share=up,100,*");
  }
  if (view->layers[0].files_num > 0)
    print_layer(c, view, 0);
  else
    print(c, "share", "share", "share");
  if (view->up != NULL)
    graph_add(c, "PRINT:share:AVERAGE:%%.9le");
}

/* rrdtool takes rows as fine as a pixel: this picture would be very wide. */
int graph_numbers_ask(struct buf *line, const struct graph_view *view,
                      time_t now) {
  struct graph_command c = {.line = line,
                            .start = graph_start(view->kind, view->span, now),
                            .end = graph_end(view->kind, view->span, now)};

  c.err = buf_adds(line, "graphv none");
  graph_add(&c, "--start=%lld", (long long)c.start);
  graph_add(&c, "--end=%lld", (long long)c.end);
  graph_add(
      &c, "--width=%lld",
      (long long)((c.end - c.start) /
                  graph_spans[graph_bars_span(view->kind, view->span)].finest));
  if (view->stacked)
    ask_stack(&c, view);
  else if (view->kind == GRAPH_ENERGY)
    ask_energy(&c, view, now);
  else if (view->kind == GRAPH_COST)
    ask_cost(&c, view, now);
  else if (view->kind == GRAPH_RESPONSE)
    ask_response(&c, view);
  else
    print_layer(&c, view, 0);
  return c.err;
}

/* -- taking -- */

struct numbers_reader {
  const struct graph_answer *answer;
  size_t next;
};

static double next(struct numbers_reader *r) {
  return r->next < r->answer->prints_num ? r->answer->prints[r->next++] : NAN;
}

static struct graph_numbers next_four(struct numbers_reader *r) {
  struct graph_numbers n;

  n.last = next(r);
  n.average = next(r);
  n.most = next(r);
  n.least = next(r);
  return n;
}

/* The average is that of the bars that are complete; while there is none, of
 * the one that grows. */
static int take_bars(struct graph_view *view, struct numbers_reader *r) {
  size_t bars = graph_spans[graph_bars_span(view->kind, view->span)].bars;
  double sum = 0;
  size_t known = 0;

  if (view->bars == NULL)
    view->bars = calloc(bars, sizeof(double));
  if (view->bars == NULL)
    return -ENOMEM;
  view->numbers = none;
  for (size_t i = 0; i < bars; i++) {
    double wh = next(r);

    view->bars[i] = wh;
    view->numbers.last = wh;
    if (!isfinite(wh))
      continue;
    view->numbers.most = fmax(view->numbers.most, wh);
    view->numbers.least = fmin(view->numbers.least, wh);
    sum += i + 1 < bars ? wh : 0;
    known += i + 1 < bars;
  }
  view->numbers.average = known > 0 ? sum / (double)known : view->numbers.last;
  view->sum = view->kind == GRAPH_ENERGY ? next(r) : known > 0 ? sum : NAN;
  return 0;
}

static void scale(struct graph_numbers *n, double factor) {
  n->last *= factor;
  n->average *= factor;
  n->most *= factor;
  n->least *= factor;
}

static time_t newest_file(const struct graph_view *view) {
  time_t newest = 0;

  for (size_t i = 0; i < view->layers_num; i++)
    for (size_t k = 0; k < view->layers[i].files_num; k++)
      if (view->layers[i].files[k]->last > newest)
        newest = view->layers[i].files[k]->last;
  return newest;
}

static double reading_now(const struct graph_layer *layer, time_t newest) {
  double sum = NAN;

  for (size_t i = 0; i < layer->files_num; i++) {
    const struct rrd_file *file = layer->files[i];

    if (file->good && !file->ended && isfinite(file->value) &&
        file->last + LATE >= newest)
      sum = (isfinite(sum) ? sum : 0) + file->value;
  }
  return sum;
}

/* "last" is the reading itself, as the pages and kasactl watch have it: the
 * newest row of a week is the mean of half an hour. */
static void take_reading(struct graph_numbers *n, const struct rrd_file *file) {
  if (isfinite(n->last) && isfinite(file->value))
    n->last = file->value;
}

static void take_readings(struct graph_view *view) {
  for (size_t i = 0; view->stacked && i < view->layers_num; i++)
    if (view->layers[i].files_num == 1)
      take_reading(&view->layers[i].numbers, view->layers[i].files[0]);
  if (view->whole != NULL)
    take_reading(&view->numbers, view->whole);
  else if (!view->stacked && view->layers[0].files_num == 1)
    take_reading(&view->numbers, view->layers[0].files[0]);
}

/* Files differ in step, after another Interval, and in when they were written:
 * the newest row of their sum may hold one file only. What they say last is in
 * each of them. */
static void sum_readings(struct graph_view *view) {
  time_t newest = newest_file(view);
  double whole = NAN;

  for (size_t i = 0; i < view->layers_num; i++) {
    struct graph_layer *layer = &view->layers[i];
    double watts = reading_now(layer, newest);

    if (!isfinite(watts))
      continue;
    whole = (isfinite(whole) ? whole : 0) + watts;
    if (layer->files_num > 1)
      layer->numbers.last = watts;
  }
  if (view->whole == NULL && isfinite(whole))
    view->numbers.last = whole;
}

int graph_numbers_take(struct graph_view *view,
                       const struct graph_answer *answer) {
  struct numbers_reader r = {.answer = answer};

  if (graph_types[view->kind].bars)
    return take_bars(view, &r);
  for (size_t i = 0; view->stacked && i < view->layers_num; i++)
    view->layers[i].numbers = next_four(&r);
  view->numbers = next_four(&r);
  take_readings(view);
  if (view->kind == GRAPH_POWER &&
      (view->stacked || view->layers[0].files_num > 1))
    sum_readings(view);
  if (view->kind == GRAPH_RESPONSE) {
    if (view->layers[0].files_num > 0)
      scale(&view->numbers, 1000); /* seconds to milliseconds */
    view->share = view->up != NULL ? next(&r) : NAN;
  }
  return 0;
}

bool graph_numbers_any(const struct graph_view *view) {
  return isfinite(view->numbers.average) || isfinite(view->share);
}

void graph_numbers_clear(struct graph_view *view) {
  view->numbers = none;
  view->share = NAN;
  view->sum = NAN;
}
