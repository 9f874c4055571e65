/* SPDX-License-Identifier: MIT */
/* Recorded power: a CSV file with the header offset_s,watts, whose values each
 * hold until the next. Read once and kept to the end. */
#ifndef KASASIM_TRACE_H
#define KASASIM_TRACE_H

#include <stddef.h>

struct trace {
  char *path;
  size_t n;
  struct trace_point {
    double at, watts;
  } * points; /* rising, at least one */
  double mean;
  struct trace *next;
};

/* NULL with what is wrong. */
const struct trace *trace_read(const char *path, const char **wrong);
/* The last point that is not after t; the first one before that. */
size_t trace_find(const struct trace *trace, double t);

#endif
