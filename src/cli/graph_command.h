/* rrdtool command lines for views, safe whatever the names hold. Pure
 * functions. */
#ifndef CLI_GRAPH_COMMAND_H
#define CLI_GRAPH_COMMAND_H

#include "base/buf.h"
#include "cli/graph_answer.h"
#include "cli/graph_view.h"

#include <time.h>

struct graph_job {
  const struct graph_view *view;
  enum graph_theme theme;
  const char *file; /* where to draw; NULL: only the numbers */
  time_t now;
  double zoom;
};

/* Adds ` argument` as one argument of `rrdtool -`: 0, -ENOMEM, -EMSGSIZE;
 * -EINVAL for what no quotes can hold (line feeds). */
int graph_quote(struct buf *line, const char *argument)
    __attribute__((warn_unused_result));

/* A name as text of a legend: cut and filled to so many columns, never
 * anything that rrdtool takes for a command. */
void graph_legend(const char *name, unsigned columns, char *out, size_t size);

/* Sets the size at which the view is shown. */
void graph_size(struct graph_view *view);

/* Adds the command: 0 or what graph_quote() returns. */
int graph_command(struct buf *line, const struct graph_job *job)
    __attribute__((warn_unused_result));

/* The numbers that rrdtool printed for this view. */
void graph_take(struct graph_view *view, const struct graph_answer *answer);

/* The first second that a picture of this span shows. */
time_t graph_start(enum graph_kind kind, enum graph_span span, time_t now);

#endif
