/* rrdtool command lines: see graph_command.h. */
#include <config.h>

#include "cli/graph_command.h"

#include "base/text.h"
#include "cli/graph_colour.h"
#include "cli/graph_recipe.h"
#include "cli/width.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
  CARD_WIDTH = 400,
  CARD_HEIGHT = 180,
  HALF_WIDTH = 610,
  HALF_HEIGHT = 210,
  WIDE_WIDTH = 1230,
  /* without their legends */
  STACK_HEIGHT = 180,
  WIDE_HEIGHT = 240,
  ROW_HEIGHT = 14,
  LEGEND_BYTES = 120 /* with what is added; rrdtool takes 200 */
};

/* `rrdtool -` knows no escapes: single quotes hold all but themselves, double
 * quotes hold those. */
int graph_quote(struct buf *line, const char *argument) {
  int err = strpbrk(argument, "\r\n") != NULL ? -EINVAL : buf_adds(line, " ");

  if (err == 0 && *argument == '\0')
    return buf_adds(line, "''");
  while (err == 0 && *argument != '\0') {
    bool quotes = *argument == '\'';
    size_t len = quotes ? strspn(argument, "'") : strcspn(argument, "'");
    const char *around = quotes ? "\"" : "'";

    err = buf_adds(line, around);
    if (err == 0)
      err = buf_add(line, argument, len);
    if (err == 0)
      err = buf_adds(line, around);
    argument += len;
  }
  return err;
}

void graph_legend(const char *name, unsigned columns, char *out, size_t size) {
  char clean[LEGEND_BYTES];
  char cut[LEGEND_BYTES];
  size_t used = 0;
  unsigned shown;

  text_clean(name, strlen(name), clean, sizeof(clean));
  shown = width_cut(clean, columns, "\u2026", cut, sizeof(cut));
  for (const char *at = cut; *at != '\0' && used + 8 < size; at++) {
    if (*at == '\\') { /* begins tabs and line ends, in places */
      memcpy(out + used, "\u2216", 3);
      used += 3;
      continue;
    }
    if (*at == ':')
      out[used++] = '\\';
    out[used++] = *at;
  }
  for (; shown < columns && used + 8 < size; shown++) {
    memcpy(out + used, "\u00a0", 2); /* rrdtool drops ordinary blanks */
    used += 2;
  }
  out[used] = '\0';
}

static void add_argument(struct graph_recipe *r, const char *format,
                         va_list args) {
  struct buf text;

  if (r->err < 0)
    return;
  buf_init(&text, r->line->max);
  {
    va_list copy;
    int len;

    va_copy(copy, args);
    len = vsnprintf(NULL, 0, format, copy);
    va_end(copy);
    r->err = len < 0 ? -EINVAL : buf_reserve(&text, (size_t)len + 1);
    if (r->err == 0) {
      vsnprintf(text.data, (size_t)len + 1, format, args);
      r->err = graph_quote(r->line, text.data);
    }
  }
  buf_free(&text);
}

void graph_add(struct graph_recipe *r, const char *format, ...) {
  va_list args;

  va_start(args, format);
  add_argument(r, format, args);
  va_end(args);
}

void graph_draw(struct graph_recipe *r, const char *format, ...) {
  va_list args;

  if (r->job->file == NULL)
    return;
  va_start(args, format);
  add_argument(r, format, args);
  va_end(args);
}

/* -- the frame -- */

static size_t legend_rows(const struct graph_view *view) {
  size_t entries = view->layers_num + 1; /* the sum, too */

  if (view->form == GRAPH_WIDE)
    entries = (entries + GRAPH_LEGEND_BESIDE - 1) / GRAPH_LEGEND_BESIDE;
  return entries + 1;
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

time_t graph_start(enum graph_kind kind, enum graph_span span, time_t now) {
  time_t edges[GRAPH_BARS_MAX + 1];

  if (kind != GRAPH_KIND_ENERGY)
    return now - (time_t)graph_spans[span].seconds;
  graph_edges(span, now, edges);
  return edges[0];
}

static void add_time(struct graph_recipe *r) {
  const struct graph_view *view = r->view;
  const struct graph_span_info *span = &graph_spans[view->span];
  time_t start = graph_start(view->kind, view->span, r->job->now);
  time_t end = r->job->now;

  if (view->kind == GRAPH_KIND_ENERGY) {
    time_t edges[GRAPH_BARS_MAX + 1];

    graph_edges(view->span, r->job->now, edges);
    end = edges[span->bars];
    graph_add(r, "--step=%lld", (long long)span->bar_step);
    graph_add(r, "--x-grid=%s", span->bar_grid);
  } else {
    graph_add(r, "--slope-mode");
    graph_add(r, "--x-grid=%s", span->x_grid);
  }
  graph_add(r, "--start=%lld", (long long)start);
  graph_add(r, "--end=%lld", (long long)end);
}

static void add_look(struct graph_recipe *r) {
  const struct graph_theme_info *t = r->theme;
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
    graph_add(r, "--color=%s%s", colours[i].part, colours[i].colour);
  graph_add(r, "--font=DEFAULT:8:DejaVu Sans");
  graph_add(r, "--font=AXIS:7.5:DejaVu Sans");
  graph_add(r, "--font=LEGEND:8:DejaVu Sans Mono");
  graph_add(r, "--border=0");
  graph_add(r, "--grid-dash=1:0");
  graph_add(r, "--disable-rrdtool-tag");
}

static void add_size(struct graph_recipe *r) {
  graph_add(r, "--full-size-mode");
  graph_add(r, "--width=%u", r->view->width);
  graph_add(r, "--height=%u", r->view->height);
  graph_add(r, "--zoom=%g", r->job->zoom);
}

int graph_command(struct buf *line, const struct graph_job *job) {
  struct graph_recipe r = {.line = line,
                           .job = job,
                           .view = job->view,
                           .theme = &graph_themes[job->theme]};

  r.err = buf_adds(line, "graphv");
  graph_add(&r, "%s", job->file != NULL ? job->file : "none");
  add_time(&r);
  add_size(&r);
  add_look(&r);
  graph_add(&r, "--vertical-label=%s", graph_kinds[job->view->kind].unit);
  graph_recipe_scale(&r);
  graph_recipe(&r);
  return r.err;
}

void graph_take(struct graph_view *view, const struct graph_answer *answer) {
  double *const members[] = {&view->numbers.last, &view->numbers.average,
                             &view->numbers.most, &view->numbers.least,
                             &view->numbers.sum};

  for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
    *members[i] = i < answer->prints_num ? answer->prints[i] : NAN;
}
