/* SPDX-License-Identifier: MIT */
/* Recorded power. */
#include "trace.h"

#include "base.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER "offset_s,watts"

static struct trace *all;

/* False at what is no line of it; the end is no line either. */
static bool read_point(FILE *file, struct trace_point *point) {
  char line[128];
  char rest[2];

  return fgets(line, sizeof(line), file) != NULL &&
         sscanf(line, "%lf,%lf %1s", &point->at, &point->watts, rest) == 2 &&
         isfinite(point->at) && isfinite(point->watts) && point->watts >= 0;
}

static bool read_points(FILE *file, struct trace *trace) {
  struct trace_point point;
  char header[64] = "";

  if (fgets(header, sizeof(header), file) == NULL ||
      strncmp(header, HEADER, strlen(HEADER)) != 0)
    return false;
  while (read_point(file, &point)) {
    if (trace->n > 0 && point.at <= trace->points[trace->n - 1].at)
      return false;
    trace->points =
        xrealloc(trace->points, (trace->n + 1) * sizeof(*trace->points));
    trace->points[trace->n++] = point;
  }
  return trace->n > 0 && feof(file);
}

static double mean_of(const struct trace *trace) {
  double first = trace->points[0].at;
  double last = trace->points[trace->n - 1].at;
  double sum = 0;

  for (size_t i = 1; i < trace->n; i++)
    sum += trace->points[i - 1].watts *
           (trace->points[i].at - trace->points[i - 1].at);
  return last > first ? sum / (last - first) : trace->points[0].watts;
}

const struct trace *trace_read(const char *path, const char **wrong) {
  struct trace trace = {0};
  FILE *file;
  bool good;

  for (struct trace *t = all; t != NULL; t = t->next)
    if (strcmp(t->path, path) == 0)
      return t;
  file = fopen(path, "r");
  if (file == NULL) {
    *wrong = "load: its file cannot be opened";
    return NULL;
  }
  good = read_points(file, &trace);
  fclose(file);
  if (!good) {
    free(trace.points);
    *wrong = "load: its file is none with " HEADER " and rising moments";
    return NULL;
  }
  trace.mean = mean_of(&trace);
  trace.next = all;
  all = xcalloc(1, sizeof(*all));
  *all = trace;
  all->path = xstrdup(path);
  return all;
}

size_t trace_find(const struct trace *trace, double t) {
  size_t low = 0, high = trace->n;

  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;

    if (trace->points[middle].at <= t)
      low = middle;
    else
      high = middle;
  }
  return low;
}
