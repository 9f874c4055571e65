/* SPDX-License-Identifier: MIT */
/* Words of rrdtool commands, safe whatever the names hold. */
#ifndef CLI_GRAPH_GRAPH_COMMAND_H
#define CLI_GRAPH_GRAPH_COMMAND_H

#include "base/buf.h"
#include "cli/graph/graph_view.h"

#include <time.h>

/* A command line that grows. After an error nothing more is added. */
struct graph_command {
  struct buf *line;
  time_t start, end; /* of what is read */
  int err;           /* -ENOMEM, -EMSGSIZE, -EINVAL */
};

/* Adds ` argument` as one argument of `rrdtool -`: 0, -ENOMEM, -EMSGSIZE;
 * -EINVAL for what no quotes can hold (line feeds). */
int graph_quote(struct buf *line, const char *argument)
    __attribute__((warn_unused_result));

/* Adds one argument. */
void graph_add(struct graph_command *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A name as text of a legend: cut and filled to so many columns, never
 * anything that rrdtool takes for a command. */
void graph_legend(const char *name, unsigned columns, char *out, size_t size);

/* Defines variable as what file keeps by that function, AVERAGE, MIN or MAX,
 * from start to end. */
void graph_define(struct graph_command *c, const char *variable,
                  const struct rrd_file *file, const char *function);

/* Defines <letter><place> as the sum of what is known of a layer's files. */
void graph_define_layer(struct graph_command *c, char letter, size_t place,
                        const struct graph_layer *layer, const char *function);

/* Defines variable as the sum of what is known of letter 0, letter 1, ... */
void graph_define_sum(struct graph_command *c, const char *variable,
                      const char *letter, size_t num);

/* The first and the last second that a view shows. */
time_t graph_start(enum graph_type kind, enum graph_span span, time_t now);
time_t graph_end(enum graph_type kind, enum graph_span span, time_t now);

#endif
