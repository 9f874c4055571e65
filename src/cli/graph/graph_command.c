/* SPDX-License-Identifier: MIT */
/* Words of rrdtool commands: see graph_command.h. */
#include <config.h>

#include "cli/graph/graph_command.h"

#include "base/text.h"
#include "base/width.h"
#include "cli/graph/graph_probe.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
  ARGUMENT_MAX = 1024 * 1024,
  LEGEND_BYTES = 100 /* of a name; rrdtool takes 200 with all around */
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

void graph_add(struct graph_command *c, const char *format, ...) {
  va_list args;
  struct buf text;

  if (c->err < 0)
    return;
  buf_init(&text, ARGUMENT_MAX);
  va_start(args, format);
  c->err = buf_addv(&text, format, args);
  va_end(args);
  if (c->err == 0)
    c->err = graph_quote(c->line, text.data);
  buf_free(&text);
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
  for (; shown < columns && used + 1 < size; shown++)
    out[used++] = ' ';
  out[used] = '\0';
}

/* -- variables -- */

/* Where a file does not reach back to the start, rrdtool would fill memory with
 * rows of nothing: a year of seconds is a quarter of a gigabyte. */
void graph_define(struct graph_command *c, const char *variable,
                  const struct rrd_file *file, const char *function) {
  char link[GRAPH_LINK_SIZE];

  graph_link_name(file, link);
  if (file->first > c->start && file->first < c->end)
    graph_add(c, "DEF:%s=%s:value:%s:start=%lld", variable, link, function,
              (long long)file->first);
  else
    graph_add(c, "DEF:%s=%s:value:%s", variable, link, function);
}

/* One argument, which can be long. */
void graph_define_sum(struct graph_command *c, const char *variable,
                      const char *letter, size_t num) {
  struct buf text;

  buf_init(&text, ARGUMENT_MAX);
  if (c->err == 0)
    c->err = buf_addf(&text, "CDEF:%s=%s0", variable, letter);
  for (size_t i = 1; i < num && c->err == 0; i++)
    c->err = buf_addf(&text, ",%s%zu,ADDNAN", letter, i);
  if (c->err == 0)
    graph_add(c, "%s", text.data);
  buf_free(&text);
}

void graph_define_layer(struct graph_command *c, char letter, size_t place,
                        const struct graph_layer *layer, const char *function) {
  char variable[32];
  char parts[40];

  snprintf(variable, sizeof(variable), "%c%zu", letter, place);
  if (layer->files_num == 1) {
    graph_define(c, variable, layer->files[0], function);
    return;
  }
  snprintf(parts, sizeof(parts), "%s_", variable);
  for (size_t i = 0; i < layer->files_num; i++) {
    char part[64];

    snprintf(part, sizeof(part), "%s%zu", parts, i);
    graph_define(c, part, layer->files[i], function);
  }
  graph_define_sum(c, variable, parts, layer->files_num);
}

/* -- time -- */

/* About a pixel less than the whole span: an archive that holds just that much,
 * and is written to meanwhile, would no longer reach back to its start, and
 * rrdtool would take a coarser one. */
time_t graph_start(enum graph_type kind, enum graph_span span, time_t now) {
  time_t edges[GRAPH_BARS_MAX + 1];
  time_t seconds = (time_t)graph_spans[span].seconds;

  if (!graph_types[kind].bars)
    return now - seconds + seconds / 400;
  graph_edges(graph_bars_span(kind, span), now, edges);
  return edges[0];
}

time_t graph_end(enum graph_type kind, enum graph_span span, time_t now) {
  time_t edges[GRAPH_BARS_MAX + 1];

  if (!graph_types[kind].bars)
    return now;
  span = graph_bars_span(kind, span);
  graph_edges(span, now, edges);
  return edges[graph_spans[span].bars];
}
