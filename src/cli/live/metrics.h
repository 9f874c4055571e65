/* SPDX-License-Identifier: MIT */
/* Reads a page in Prometheus' text format, as collectd's write_prometheus
 * serves it. Strict line by line: a bad line is counted and left out, the
 * rest counts. Pure functions. */
#ifndef CLI_LIVE_METRICS_H
#define CLI_LIVE_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  METRICS_PAGE_MAX = 16 * 1024 * 1024,
  METRICS_LABELS_MAX = 16,
  METRICS_WHY_SIZE = 80,
};

struct metrics_label {
  const char *name;
  const char *value; /* without escapes; any bytes but NUL */
};

struct metrics_sample {
  const char *name;
  struct metrics_label labels[METRICS_LABELS_MAX];
  size_t labels_num;
  double value;    /* may be NaN or infinite */
  int64_t time_ms; /* 0: not told */
};

struct metrics_result {
  size_t samples;
  size_t bad;       /* lines that make no sense */
  size_t first_bad; /* number of the first such line */
  char why[METRICS_WHY_SIZE];
};

/* The sample lives until return. */
typedef void metrics_take(void *arg, const struct metrics_sample *sample);

/* Gives every sample of text, which it changes, to take. There must be room
 * for one byte more. */
struct metrics_result metrics_read(char *text, size_t len, metrics_take *take,
                                   void *arg);

/* A label's value, "" when the sample has none of that name. */
const char *metrics_label(const struct metrics_sample *sample,
                          const char *name);

#endif
