/* SPDX-License-Identifier: MIT */
/* The numbers of a view, as rrdtool computes them from every row that the
 * files keep for its span: those that `rrdtool fetch` shows. Pure functions. */
#ifndef CLI_GRAPH_GRAPH_NUMBERS_H
#define CLI_GRAPH_GRAPH_NUMBERS_H

#include "base/buf.h"
#include "cli/graph/graph_answer.h"
#include "cli/graph/graph_view.h"

#include <time.h>

/* Adds the command that prints them, which draws nothing: 0, -ENOMEM,
 * -EMSGSIZE. */
int graph_numbers_ask(struct buf *line, const struct graph_view *view,
                      time_t now) __attribute__((warn_unused_result));

/* Takes its answer: 0 or -ENOMEM. */
int graph_numbers_take(struct graph_view *view,
                       const struct graph_answer *answer)
    __attribute__((warn_unused_result));

/* Whether anything was measured. */
bool graph_numbers_any(const struct graph_view *view);

/* Sets all to NAN. */
void graph_numbers_clear(struct graph_view *view);

#endif
