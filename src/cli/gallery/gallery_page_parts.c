/* SPDX-License-Identifier: MIT */
/* Parts of pages: see gallery_page_parts.h. */
#include <config.h>

#include "cli/gallery/gallery_page_parts.h"

#include "cli/graph/graph_colour.h"
#include "cli/graph/graph_output.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* -- what a picture shows, in words -- */

static void add_number(struct gallery_html *h, const char *word, double value,
                       const struct graph_type_info *kind, bool *any) {
  bool kilo = kind == &graph_types[GRAPH_ENERGY] && fabs(value) >= 1000;

  if (!isfinite(value))
    return;
  gallery_html_add(h, "%s%s %.*f%s%s%s", *any ? ", " : ": ", word,
                   kind->decimals, kilo ? value / 1000 : value,
                   kind->unit[0] != '\0' ? " " : "", kilo ? "k" : "",
                   kind->unit);
  *any = true;
}

static void add_numbers(struct gallery_html *h, const struct graph_view *view) {
  const struct graph_type_info *kind = &graph_types[view->kind];
  const struct graph_numbers *n = &view->numbers;
  const struct graph_span_info *span =
      &graph_spans[graph_bars_span(view->kind, view->span)];
  bool bars = graph_types[view->kind].bars;
  bool lows = view->kind == GRAPH_VOLTAGE || view->kind == GRAPH_SIGNAL;
  bool any = false;

  add_number(h, bars ? span->bar_now : "last", n->last, kind, &any);
  add_number(h, "average", n->average, kind, &any);
  if (lows)
    add_number(h, "lowest", n->least, kind, &any);
  add_number(h, "highest", n->most, kind, &any);
  if (bars)
    add_number(h, "sum", view->sum, kind, &any);
  if (isfinite(view->share))
    gallery_html_add(h, "; answered %.1f %% of the time", view->share);
}

static void add_subject(struct gallery_html *h, const struct graph_view *view) {
  if (view->series == NULL) {
    gallery_html_add(h, view->stacked ? " by device" : " of all devices");
    return;
  }
  gallery_html_add(h, " of ");
  gallery_html_text(h, view->series->label);
  if (view->series->strip != NULL) {
    gallery_html_add(h, " on ");
    gallery_html_text(h, view->series->strip);
  }
}

static void add_alt(struct gallery_html *h, const struct graph_view *view) {
  const struct graph_span_info *span =
      &graph_spans[graph_bars_span(view->kind, view->span)];

  gallery_html_add(h, "%s", graph_types[view->kind].title);
  if (graph_types[view->kind].bars)
    gallery_html_add(h, " %s", span->bar_words);
  add_subject(h, view);
  gallery_html_add(h, " over %s", span->words);
  add_numbers(h, view);
  if (view->stacked) {
    gallery_html_add(h, ". Stacked: ");
    for (size_t i = 0; i < view->layers_num; i++) {
      gallery_html_add(h, "%s", i > 0 ? ", " : "");
      gallery_html_text(h, view->layers[i].label);
    }
  }
  gallery_html_add(h, ".");
}

/* -- figures -- */

static void add_source(struct gallery_html *h, const struct graph_view *view,
                       enum graph_theme theme, const char *up,
                       const char *media) {
  gallery_html_add(h,
                   "<source media=\"%s\" srcset=\"%s" GRAPH_PICTURES
                   "/%s\" width=\"%u\" height=\"%u\">",
                   media, up, view->names[theme], view->width, view->height);
}

#define DARK "(prefers-color-scheme:dark)"

/* Below this width of a window the card is easier to read. */
static const char *narrow(const struct graph_view *view) {
  return view->stacked ? "(max-width:720px)" : "(max-width:1060px)";
}

static void add_picture(struct gallery_html *h, const struct graph_view *view,
                        const struct graph_view *wide, const char *up) {
  gallery_html_add(h, "<picture>");
  if (wide != NULL) {
    char media[80];

    snprintf(media, sizeof(media), "%s and " DARK, narrow(view));
    add_source(h, view, GRAPH_DARK, up, media);
    add_source(h, view, GRAPH_LIGHT, up, narrow(view));
    view = wide;
  }
  add_source(h, view, GRAPH_DARK, up, DARK);
  gallery_html_add(h,
                   "<img src=\"%s" GRAPH_PICTURES
                   "/%s\" width=\"%u\" height=\"%u\" loading=\"lazy\" alt=\"",
                   up, view->names[GRAPH_LIGHT], view->width, view->height);
  add_alt(h, view);
  gallery_html_add(h, "\"></picture>");
}

void gallery_part_figure(struct gallery_html *h, const struct graph_view *view,
                         const struct graph_view *wide, const char *up) {
  gallery_html_add(h, "<figure class=\"%s\">", graph_spans[view->span].name);
  if (wide != NULL && wide->state != GRAPH_DRAWN)
    wide = NULL;
  if (view->state == GRAPH_DRAWN)
    add_picture(h, view, wide, up);
  else
    gallery_html_add(
        h, "<p class=\"none\">%s %s.</p>",
        view->state == GRAPH_FAILED ? "Could not be drawn:"
        : view->too_new             ? "Too early for a picture of"
                                    : "Nothing was measured in",
        graph_spans[graph_bars_span(view->kind, view->span)].words);
  gallery_html_add(h, "</figure>\n");
}

void gallery_part_title(struct gallery_html *h, const struct graph_plan *plan,
                        enum graph_type kind) {
  if (!graph_types[kind].bars) {
    gallery_html_add(h, "%s", graph_types[kind].title);
    return;
  }
  for (size_t i = 0; i < GRAPH_SPANS; i++)
    if (plan->spans[i])
      gallery_html_add(
          h, "<span class=\"when %s\">%s %s</span>", graph_spans[i].name,
          graph_types[kind].title,
          graph_spans[graph_bars_span(kind, (enum graph_span)i)].bar_words);
}

/* -- words about devices -- */

/* collectd goes on saying of a device that is away that it is not up. */
bool gallery_part_is_gone(const struct graph_plan *plan,
                          const struct rrd_series *device) {
  const struct rrd_file *up = &device->files[RRD_UP];
  time_t said = up->good && up->last > device->seen ? up->last : device->seen;

  return device->now_called != NULL ||
         said + GALLERY_GONE_SECONDS < plan->newest;
}

void gallery_part_watts(struct gallery_html *h, double watts) {
  if (fabs(watts) >= 10000)
    gallery_html_add(h, "%.2f kW", watts / 1000);
  else
    gallery_html_add(h, "%.*f W", fabs(watts) < 1000 ? 1 : 0, watts);
}

static double watts_now(const struct rrd_series *series) {
  double sum = NAN;

  if (series->files[RRD_POWER].good)
    return series->files[RRD_POWER].value;
  for (size_t i = 0; i < series->plugs_num; i++)
    if (series->plugs[i].files[RRD_POWER].good &&
        isfinite(series->plugs[i].files[RRD_POWER].value))
      sum = (isfinite(sum) ? sum : 0) + series->plugs[i].files[RRD_POWER].value;
  return sum;
}

void gallery_part_now(struct gallery_html *h, const struct graph_plan *plan,
                      const struct rrd_series *series) {
  const struct rrd_file *up = &series->files[RRD_UP];
  double watts = watts_now(series);

  if (series->seen == 0) {
    gallery_html_add(h, "<span class=\"bad\">%s</span>",
                     up->good ? "no answer" : "never seen");
  } else if (gallery_part_is_gone(plan, series)) {
    gallery_html_add(h, "<span class=\"soft\">last seen ");
    gallery_html_time(h, series->seen);
    if (series->now_called != NULL) {
      gallery_html_add(h, ", now called ");
      gallery_html_text(h, series->now_called->label);
    }
    gallery_html_add(h, "</span>");
  } else if (up->good && up->value == 0) {
    gallery_html_add(h, "<span class=\"bad\">silent since ");
    gallery_html_time(h, series->seen);
    gallery_html_add(h, "</span>");
  } else if (isfinite(watts)) {
    gallery_part_watts(h, watts);
  }
}

void gallery_part_model(struct gallery_html *h,
                        const struct rrd_series *device) {
  char model[64];

  rrd_info(device, "model", model, sizeof(model));
  gallery_html_text(h, model);
}
