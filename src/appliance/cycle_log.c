/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "appliance/cycle_log.h"

#include "base/buf.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOG_READ_MAX = 64 * 1024, LINE_SIZE = 96 };

/* Nothing where the entry is none that could have been. */
static void put_line(const struct cycle_log_entry *e, struct buf *out) {
  if (!(e->end > 0 && e->end < 1e12 && e->seconds >= 0 && e->seconds < 1e9 &&
        e->kwh >= 0 && e->kwh < 1e9))
    return;
  buf_putf(out, "%.0f %.0f %.6f ", e->end, e->seconds, e->kwh);
  if (fabs(e->cost) < 1e9)
    buf_putf(out, "%.6f\n", e->cost);
  else
    buf_puts(out, "-\n");
}

static bool overlap(const struct cycle_log_entry *a,
                    const struct cycle_log_entry *b) {
  return a->end - a->seconds < b->end && b->end - b->seconds < a->end;
}

bool cycle_log_next(const char **at, struct cycle_log_entry *e) {
  while (**at != '\0') {
    size_t len = strcspn(*at, "\n");
    char line[LINE_SIZE];
    char cost[32] = "";
    int fields;

    snprintf(line, sizeof(line), "%.*s",
             (int)(len < sizeof(line) ? len : sizeof(line) - 1), *at);
    *at += len + ((*at)[len] == '\n' ? 1 : 0);
    fields =
        sscanf(line, "%lf %lf %lf %31s", &e->end, &e->seconds, &e->kwh, cost);
    if (fields != 4)
      continue;
    e->cost = strcmp(cost, "-") == 0 ? (double)NAN : strtod(cost, NULL);
    return true;
  }
  return false;
}

char *cycle_log_add(const char *log, const struct cycle_log_entry *entry) {
  const char *at = log != NULL ? log : "";
  struct cycle_log_entry old;
  struct buf out;
  size_t from = 0;

  buf_init(&out, LOG_READ_MAX);
  buf_puts(&out, "");
  while (cycle_log_next(&at, &old))
    if (!overlap(&old, entry))
      put_line(&old, &out);
  put_line(entry, &out);
  while (out.len - from > CYCLE_LOG_MAX)
    from += strcspn(out.data + from, "\n") + 1;
  if (out.len > 0)
    memmove(out.data, out.data + from, out.len - from + 1);
  if (buf_error(&out) < 0)
    buf_free(&out);
  return buf_take(&out);
}
