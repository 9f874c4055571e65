/* SPDX-License-Identifier: MIT */
/* Reading rrdtool's answers: see graph_answer.h. */
#include <config.h>

#include "cli/graph/graph_answer.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool begins(const char *line, size_t len, const char *word) {
  size_t n = strlen(word);

  return len >= n && memcmp(line, word, n) == 0;
}

static bool is_end(const char *line, size_t len) {
  return begins(line, len, "ERROR:") || begins(line, len, "OK u:") ||
         (len == 2 && begins(line, len, "OK"));
}

bool graph_answer_complete(const char *text, size_t len) {
  while (len > 0) {
    const char *end = memchr(text, '\n', len);
    size_t line = end != NULL ? (size_t)(end - text) : len;

    if (end == NULL)
      return false;
    if (is_end(text, line))
      return true;
    text += line + 1;
    len -= line + 1;
  }
  return false;
}

static double number(const char *text, char **end) {
  double value = strtod(text, end);

  return *end == text || !isfinite(value) ? NAN : value;
}

/* print[2] = "7.81e+01" */
static void take_print(const char *line, struct graph_answer *a) {
  char *end = NULL;
  unsigned long place = strtoul(line + strlen("print["), &end, 10);

  if (place >= GRAPH_PRINTS_MAX || strncmp(end, "] = \"", 5) != 0)
    return;
  while (a->prints_num <= place)
    a->prints[a->prints_num++] = NAN;
  a->prints[place] = number(end + 5, &end);
}

/* The text behind "key = ", with its quotes; NULL: the line is another. */
static const char *behind(const char *line, const char *key) {
  size_t len = strlen(key);

  return strncmp(line, key, len) == 0 && strncmp(line + len, " = ", 3) == 0
             ? line + len + 3
             : NULL;
}

static void take_number(const char *line, const char *key, double *out) {
  const char *text = behind(line, key);
  char *end = NULL;

  if (text != NULL)
    *out = number(text + (*text == '"'), &end);
}

/* An archive has three lines that matter, in this order: rra[0].cf = "MAX",
 * rra[0].rows, rra[0].pdp_per_row. */
struct archive {
  bool average;
  bool most;
  bool least;
  double rows;
};

static void take_archive(const char *line, struct archive *now,
                         struct archive *any, struct rrd_info *info) {
  const char *dot = strchr(line, '.');
  double points = NAN;

  if (dot == NULL)
    return;
  if (behind(dot, ".cf") != NULL) {
    *now = (struct archive){.average = strncmp(dot, ".cf = \"AVER", 11) == 0};
    any->most |= strncmp(dot, ".cf = \"MAX", 10) == 0;
    any->least |= strncmp(dot, ".cf = \"MIN", 10) == 0;
  }
  take_number(dot, ".rows", &now->rows);
  take_number(dot, ".pdp_per_row", &points);
  if (now->average && isfinite(points * now->rows * info->step))
    info->keeps = fmax(info->keeps, points * now->rows * info->step);
}

static void take_info(const char *line, struct rrd_info *info) {
  double last = NAN;

  take_number(line, "step", &info->step);
  take_number(line, "last_update", &last);
  if (last > 0 && last < 1e12)
    info->last = (time_t)last;
  if (behind(line, "ds[value].type") != NULL)
    info->has_value = true;
  take_number(line, "ds[value].last_ds", &info->value);
}

void graph_answer_read(const char *text, struct graph_answer *a) {
  struct archive now = {.rows = NAN};
  struct archive any = {.rows = NAN};

  *a = (struct graph_answer){.info = {.value = NAN, .step = NAN}};
  while (*text != '\0') {
    size_t len = strcspn(text, "\n");

    if (begins(text, len, "ERROR:")) {
      size_t skip = strlen("ERROR:") + (text[strlen("ERROR:")] == ' ');

      text_clean(text + skip, len - skip, a->error, sizeof(a->error));
      return;
    }
    if (is_end(text, len)) {
      a->ok = true;
      a->info.extremes = any.most && any.least;
      return;
    }
    if (begins(text, len, "print["))
      take_print(text, a);
    else if (begins(text, len, "rra["))
      take_archive(text, &now, &any, &a->info);
    else
      take_info(text, &a->info);
    text += len + (text[len] == '\n');
  }
}

bool graph_answer_is_locked(const struct graph_answer *answer) {
  return !answer->ok && strstr(answer->error, "could not lock") != NULL;
}
