/* SPDX-License-Identifier: MIT */
/* What `rrdtool -` answers to one command: lines of results, then a line that
 * begins with "OK" or "ERROR:". Pure functions for bytes from another program.
 */
#ifndef CLI_GRAPH_GRAPH_ANSWER_H
#define CLI_GRAPH_GRAPH_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

enum { GRAPH_PRINTS_MAX = 64, GRAPH_ERROR_SIZE = 512 };

/* collectd may be writing to a file for the moment: worth so many attempts. */
enum { GRAPH_TRIES_MAX = 300 };

/* What `info` tells of a file. */
struct rrd_info {
  bool has_value; /* a data source of that name, which collectd's files have */
  bool extremes;  /* it keeps the lowest and highest readings, too */
  time_t last;    /* when it was updated last */
  double value;   /* the reading of then */
  double step;    /* seconds */
  double keeps; /* seconds of averages, in the archive that reaches farthest */
};

struct graph_answer {
  bool ok;
  char error[GRAPH_ERROR_SIZE]; /* without the word ERROR; "" when ok */
  /* graphv: its PRINT lines as numbers, NAN where they are none */
  double prints[GRAPH_PRINTS_MAX];
  size_t prints_num;
  struct rrd_info info;
};

/* Whether text holds an answer up to its end. */
bool graph_answer_complete(const char *text, size_t len);

/* Whether the same command may work in a moment. */
bool graph_answer_is_locked(const struct graph_answer *answer);

/* Reads a complete answer; anything that is no result is passed over. text is
 * terminated. */
void graph_answer_read(const char *text, struct graph_answer *answer);

#endif
