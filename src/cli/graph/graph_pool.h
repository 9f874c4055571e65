/* SPDX-License-Identifier: MIT */
/* Several `rrdtool -` processes that are fed commands: one at a time each, as
 * long as there are any. A process that dies or hangs costs its command and is
 * replaced. One thread; between screen_open() and screen_close(). */
#ifndef CLI_GRAPH_GRAPH_POOL_H
#define CLI_GRAPH_GRAPH_POOL_H

#include "base/buf.h"
#include "cli/graph/graph_answer.h"

#include <stdbool.h>
#include <stddef.h>

struct graph_pool;

/* size processes, at least 1, whose working directory is folder. They are
 * started when there is work. NULL when memory is out. */
struct graph_pool *graph_pool_create(size_t size, const char *folder);

/* Ends the processes, at once. */
void graph_pool_free(struct graph_pool *pool);

struct graph_work {
  /* Adds the next command to line, without a line feed, and sets *task to what
   * done shall be told; false: there is none, unless done makes some. */
  bool (*next)(void *arg, size_t *task, struct buf *line);
  void (*done)(void *arg, size_t task, const struct graph_answer *answer);
  void (*tick)(void *arg); /* several times a second */
  void *arg;
};

/* Does all the work: 0; -EINTR when the person asks to stop; -ENOENT when
 * there is no rrdtool; -ECHILD when it dies at every command; -errno. */
int graph_pool_run(struct graph_pool *pool, const struct graph_work *work);

/* As many processes as there are processors for us. */
size_t graph_pool_processors(void);

#endif
