/* SPDX-License-Identifier: MIT */
/* Which pictures a gallery has: see graph_plan.h. */
#include <config.h>

#include "cli/graph/graph_plan.h"

#include "cli/graph/graph_colour.h"
#include "cli/graph/graph_command.h"
#include "cli/graph/graph_numbers.h"
#include "cli/graph/graph_picture.h"
#include "cli/graph/graph_probe.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMED_IN_STACK = 11, NAMED_IN_STRIP = 12, SLUG_SIZE = 33 };

/* A picture takes some 5 ms, a sharper one some 11 (doc/graphs.md): so a
 * gallery of any size takes half a minute on two processors. Every series has
 * pictures for each kind, span and theme. */
static const struct {
  size_t series;
  size_t kinds; /* the first of the table */
  double zoom;
} budgets[] = {
    {100, GRAPH_TYPES, 2},
    {600, GRAPH_ENERGY + 1, 1.25},
    {RRD_SERIES_MAX, GRAPH_POWER + 1, 1.25},
};

/* -- names -- */

void graph_slug(const char *label, char *out, size_t size) {
  size_t used = 0;

  for (; *label != '\0' && used + 1 < size; label++) {
    char c = *label;

    if (c >= 'A' && c <= 'Z')
      c = (char)(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
      out[used++] = c;
    else if (used > 0 && out[used - 1] != '-')
      out[used++] = '-';
  }
  while (used > 0 && out[used - 1] == '-')
    used--;
  out[used] = '\0';
}

uint64_t graph_hash(uint64_t hash, const char *text) {
  if (hash == 0)
    hash = 14695981039346656037ULL;
  for (; *text != '\0'; text++)
    hash = (hash ^ (unsigned char)*text) * 1099511628211ULL;
  return (hash ^ 0xff) * 1099511628211ULL; /* the end is part of it */
}

/* Of all that makes a picture what it is, but for time and data: another name
 * means another picture. */
static uint64_t hash_view(const struct graph_plan *plan,
                          const struct graph_view *view) {
  char text[160];
  uint64_t h = graph_hash(0, PACKAGE_VERSION);

  snprintf(text, sizeof(text), "%d %d %d %d %g %u %u", view->kind, view->span,
           view->form, view->stacked, plan->zoom, view->width, view->height);
  h = graph_hash(h, text);
  for (size_t i = 0; i < view->layers_num; i++) {
    const struct graph_layer *layer = &view->layers[i];

    snprintf(text, sizeof(text), "%u %zu", layer->colour, layer->files_num);
    h = graph_hash(h, text);
    h = graph_hash(h, layer->label != NULL ? layer->label : "");
    for (size_t j = 0; j < layer->files_num; j++)
      h = graph_hash(h, layer->files[j]->path);
  }
  h = graph_hash(h, view->whole != NULL ? view->whole->path : "");
  return graph_hash(h, view->up != NULL ? view->up->path : "");
}

static void name_view(const struct graph_plan *plan, struct graph_view *view) {
  uint64_t hash = hash_view(plan, view);
  char slug[SLUG_SIZE] = "all";

  if (view->series != NULL)
    graph_slug(view->series->label, slug, sizeof(slug));
  for (size_t t = 0; t < GRAPH_THEMES; t++)
    snprintf(view->names[t], sizeof(view->names[t]),
             "%s%s%s%s%s-%s-%s-%016" PRIx64 ".png", slug,
             slug[0] != '\0' ? "-" : "", graph_types[view->kind].name,
             view->stacked ? "-stack" : "",
             view->form == GRAPH_WIDE ? "-wide" : "",
             graph_spans[view->span].name, graph_themes[t].name, hash);
}

/* -- views -- */

/* The files of this type that series has: its own, else those of its plugs.
 * files may be NULL to count them. */
static size_t files_of(struct rrd_series *series, enum rrd_type type,
                       struct rrd_file **files) {
  size_t num = 0;

  if (series->files[type].good) {
    if (files != NULL)
      files[0] = &series->files[type];
    return 1;
  }
  for (size_t i = 0; i < series->plugs_num; i++)
    if (series->plugs[i].files[type].good) {
      if (files != NULL)
        files[num] = &series->plugs[i].files[type];
      num++;
    }
  return num;
}

/* A layer of the files of this type that series have. */
static int add_layer(struct graph_view *view, const char *label,
                     unsigned colour, struct rrd_series *const *series,
                     size_t num, enum rrd_type type) {
  struct graph_layer *grown =
      realloc(view->layers, (view->layers_num + 1) * sizeof(*grown));
  struct graph_layer *layer;
  size_t files = 0;

  if (grown == NULL)
    return -ENOMEM;
  view->layers = grown;
  layer = &grown[view->layers_num];
  *layer = (struct graph_layer){.label = label, .colour = colour};
  for (size_t i = 0; i < num; i++)
    files += files_of(series[i], type, NULL);
  layer->files = calloc(files + 1, sizeof(struct rrd_file *));
  if (layer->files == NULL)
    return -ENOMEM;
  view->layers_num++;
  for (size_t i = 0; i < num; i++)
    layer->files_num +=
        files_of(series[i], type, layer->files + layer->files_num);
  return 0;
}

static time_t newest(const struct graph_view *view) {
  const struct rrd_file *file;
  time_t last = 0;

  for (size_t i = 0; (file = graph_view_file(view, i)) != NULL; i++)
    if (file->last > last)
      last = file->last;
  return last;
}

/* Whether a file without extremes is among those of which they are wanted. */
static bool is_plain(const struct graph_view *view) {
  if (view->whole != NULL && !view->whole->extremes)
    return true;
  for (size_t i = 0; i < view->layers_num; i++)
    if (view->layers[i].files_num == 1 && !view->layers[i].files[0]->extremes)
      return true;
  return false;
}

/* Takes the view over, also when it fails. */
static int add_view(struct graph_plan *plan, struct graph_view *view) {
  struct graph_view *grown = plan->views;

  if ((plan->views_num & (plan->views_num - 1)) == 0) /* 0, 1, 2, 4, ... */
    grown =
        realloc(plan->views, (plan->views_num > 0 ? plan->views_num * 2 : 1) *
                                 sizeof(*grown));
  if (grown == NULL) {
    graph_view_free(view);
    return -ENOMEM;
  }
  graph_numbers_clear(view);
  view->plain = is_plain(view);
  graph_size(view);
  name_view(plan, view);
  if (newest(view) < graph_start(view->kind, view->span, plan->now))
    view->state = GRAPH_EMPTY;
  plan->views = grown;
  plan->views[plan->views_num++] = *view;
  return 0;
}

/* -- devices and plugs -- */

/* The plugs of a strip on each other; those beyond a dozen as one. */
static int add_plugs(struct graph_view *view, struct rrd_series *strip) {
  unsigned colours[NAMED_IN_STRIP] = {0};
  size_t named = 0;
  int err = 0;

  for (size_t i = 0; i < strip->plugs_num && err == 0; i++) {
    struct rrd_series *plug = &strip->plugs[i];

    if (!plug->files[RRD_POWER].good)
      continue;
    if (named < NAMED_IN_STRIP)
      err = add_layer(view, plug->label, plug->colour, &plug, 1, RRD_POWER);
    named++;
  }
  for (size_t i = 0; i < view->layers_num; i++)
    colours[i] = view->layers[i].colour;
  graph_colour_apart(colours, view->layers_num);
  for (size_t i = 0; i < view->layers_num; i++)
    view->layers[i].colour = colours[i];
  if (err == 0 && named > NAMED_IN_STRIP) {
    struct rrd_series **rest = calloc(strip->plugs_num, sizeof(*rest));
    size_t rest_num = 0;
    size_t seen = 0;

    for (size_t i = 0; rest != NULL && i < strip->plugs_num; i++)
      if (strip->plugs[i].files[RRD_POWER].good && seen++ >= NAMED_IN_STRIP)
        rest[rest_num++] = &strip->plugs[i];
    err = rest == NULL ? -ENOMEM
                       : add_layer(view, "other plugs", GRAPH_COLOURS, rest,
                                   rest_num, RRD_POWER);
    free(rest);
  }
  return err;
}

static bool has_metered_plugs(const struct rrd_series *series) {
  for (size_t i = 0; i < series->plugs_num; i++)
    if (series->plugs[i].files[RRD_POWER].good)
      return true;
  return false;
}

static int plan_view(struct graph_plan *plan, struct rrd_series *series,
                     enum graph_type kind, enum graph_span span) {
  struct graph_view view = {.series = series, .kind = kind, .span = span};
  enum rrd_type type = graph_types[kind].type;
  int err;

  if (kind == GRAPH_POWER && has_metered_plugs(series)) {
    view.stacked = true;
    if (series->files[type].good)
      view.whole = &series->files[type];
    err = add_plugs(&view, series);
  } else {
    if (kind == GRAPH_RESPONSE && series->files[RRD_UP].good)
      view.up = &series->files[RRD_UP];
    err = add_layer(&view, NULL, series->colour, &series, 1, type);
  }
  if (err < 0) {
    graph_view_free(&view);
    return err;
  }
  return add_view(plan, &view);
}

/* What is without a meter shows whether it answers, whatever else is left
 * out. */
static bool wanted(const struct graph_plan *plan,
                   const struct rrd_series *series, enum graph_type kind,
                   bool all) {
  if (!graph_type_fits(series, kind))
    return false;
  return plan->kinds[kind] || (all && kind == GRAPH_RESPONSE &&
                               !graph_type_fits(series, GRAPH_POWER));
}

struct planner {
  struct graph_plan *plan;
  bool all;
};

static int plan_series(void *arg, struct rrd_series *series) {
  const struct planner *p = arg;
  struct graph_plan *plan = p->plan;
  int err = 0;

  if (series->seen > plan->newest)
    plan->newest = series->seen;
  if (series->name[0] == '\0') /* the sums of a host: in the overview */
    return 0;
  series->views = plan->views_num;
  for (int kind = 0; kind < GRAPH_TYPES; kind++)
    for (int span = 0; span < GRAPH_SPANS && err == 0; span++)
      if (plan->spans[span] &&
          wanted(plan, series, (enum graph_type)kind, p->all))
        err = plan_view(plan, series, (enum graph_type)kind,
                        (enum graph_span)span);
  series->views_num = plan->views_num - series->views;
  return err;
}

int graph_plan_series(struct graph_plan *plan, struct rrd_tree *tree,
                      const struct graph_wish *wish, time_t now) {
  struct planner planner = {plan, wish->all_kinds};
  size_t b = 0;

  *plan = (struct graph_plan){.tree = tree, .now = now};
  while (tree->series_num > budgets[b].series)
    b++;
  plan->zoom = budgets[b].zoom;
  for (size_t k = 0; k < GRAPH_TYPES; k++)
    plan->kinds[k] = wish->all_kinds ? k < budgets[b].kinds : wish->kinds[k];
  memcpy(plan->spans, wish->spans, sizeof(plan->spans));
  return rrd_each(tree, plan_series, &planner);
}

/* -- all devices together -- */

struct ranked {
  struct rrd_series *series;
  double average;
};

static int by_average(const void *a, const void *b) {
  const struct ranked *left = a;
  const struct ranked *right = b;

  if (left->average != right->average)
    return left->average < right->average ? 1 : -1;
  return strcmp(left->series->name, right->series->name);
}

/* Devices of which something is known in this span, largest first. */
static size_t rank(const struct graph_plan *plan, enum graph_span span,
                   struct ranked *out) {
  size_t num = 0;

  for (size_t h = 0; h < plan->tree->hosts_num; h++) {
    const struct rrd_host *host = &plan->tree->hosts[h];

    for (size_t i = 0; i < host->devices_num; i++) {
      struct rrd_series *device = &host->devices[i];
      const struct graph_view *view = graph_plan_find(
          plan->views + device->views, device->views_num, GRAPH_POWER, span);

      if (view != NULL && view->state == GRAPH_DRAWN &&
          isfinite(view->numbers.average))
        out[num++] = (struct ranked){device, view->numbers.average};
    }
  }
  qsort(out, num, sizeof(*out), by_average);
  return num;
}

static int stack(struct graph_view *view, const struct ranked *ranked,
                 size_t num) {
  unsigned colours[NAMED_IN_STACK] = {0};
  struct rrd_series **rest = calloc(num + 1, sizeof(*rest));
  size_t named = num <= NAMED_IN_STACK ? num : NAMED_IN_STACK - 1;
  int err = rest == NULL ? -ENOMEM : 0;

  for (size_t i = 0; i < named; i++)
    colours[i] = ranked[i].series->colour;
  graph_colour_apart(colours, named);
  for (size_t i = 0; i < named && err == 0; i++) {
    struct rrd_series *series = ranked[i].series;

    err = add_layer(view, series->label, colours[i], &series, 1, RRD_POWER);
  }
  for (size_t i = named; i < num && err == 0; i++)
    rest[i - named] = ranked[i].series;
  if (err == 0 && num > named)
    err = add_layer(view, "other devices", GRAPH_COLOURS, rest, num - named,
                    RRD_POWER);
  free(rest);
  return err;
}

static int plan_stack(struct graph_plan *plan, enum graph_span span,
                      enum graph_form form, const struct ranked *ranked,
                      size_t num) {
  struct graph_view view = {
      .kind = GRAPH_POWER, .span = span, .form = form, .stacked = true};
  int err = stack(&view, ranked, num);

  if (err < 0) {
    graph_view_free(&view);
    return err;
  }
  return add_view(plan, &view);
}

/* The sum that collectd kept, unless it stopped keeping it; else the devices'
 * own values. */
static bool has_sums(const struct rrd_host *host, enum rrd_type type) {
  const struct rrd_file *file = &host->sums.files[type];

  for (size_t i = 0; i < host->devices_num && file->good; i++)
    if (host->devices[i].files[type].good &&
        host->devices[i].files[type].last > file->last + 7200)
      return false;
  return file->good;
}

static int plan_total(struct graph_plan *plan, enum graph_type kind,
                      enum graph_span span, enum graph_form form) {
  struct graph_view view = {.kind = kind, .span = span, .form = form};
  enum rrd_type type = graph_types[kind].type;
  struct rrd_series **parts =
      calloc(plan->tree->series_num + plan->tree->hosts_num,
             sizeof(struct rrd_series *));
  size_t num = 0;
  int err;

  if (parts == NULL)
    return -ENOMEM;
  for (size_t h = 0; h < plan->tree->hosts_num; h++) {
    struct rrd_host *host = &plan->tree->hosts[h];
    bool sums = has_sums(host, type);

    if (sums)
      parts[num++] = &host->sums;
    for (size_t i = 0; i < host->devices_num && !sums; i++)
      if (files_of(&host->devices[i], type, NULL) > 0)
        parts[num++] = &host->devices[i];
  }
  err = add_layer(&view, NULL, GRAPH_COLOURS, parts, num, type);
  free(parts);
  if (err < 0 || num == 0) {
    graph_view_free(&view);
    return err;
  }
  return add_view(plan, &view);
}

static int plan_span(struct graph_plan *plan, enum graph_span span,
                     struct ranked *ranked) {
  static const enum graph_type kinds[] = {GRAPH_POWER, GRAPH_ENERGY};
  size_t num = rank(plan, span, ranked);
  int err = 0;

  for (int form = GRAPH_CARD; form <= GRAPH_WIDE && err == 0; form++)
    if (num > 0)
      err = plan_stack(plan, span, (enum graph_form)form, ranked, num);
  for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
    for (int form = GRAPH_CARD; form <= GRAPH_WIDE && err == 0; form++)
      if (plan->kinds[kinds[k]])
        err = plan_total(plan, kinds[k], span, (enum graph_form)form);
  return err;
}

int graph_plan_house(struct graph_plan *plan) {
  struct ranked *ranked = calloc(plan->tree->series_num + 1, sizeof(*ranked));
  int err = ranked == NULL ? -ENOMEM : 0;

  plan->total_views = plan->views_num;
  for (int span = 0; span < GRAPH_SPANS && err == 0; span++)
    if (plan->spans[span])
      err = plan_span(plan, (enum graph_span)span, ranked);
  free(ranked);
  return err;
}

void graph_plan_free(struct graph_plan *plan) {
  for (size_t i = 0; i < plan->views_num; i++)
    graph_view_free(&plan->views[i]);
  free(plan->views);
  *plan = (struct graph_plan){0};
}

const struct graph_view *graph_plan_find(const struct graph_view *views,
                                         size_t num, enum graph_type kind,
                                         enum graph_span span) {
  for (size_t i = 0; i < num; i++)
    if (views[i].kind == kind && views[i].span == span)
      return &views[i];
  return NULL;
}
