/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "appliance/low_power.h"

#include "base/buf.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double MEAN_S = 300;
/* As in usage.h. */
static const double SEEN_S = 20 * 3600.0;
enum { LOG_MAX = 4096, LINE_SIZE = 64 };

static void begin_day(struct low_power *p, int day) {
  p->today = (struct low_power_day){.day = day, .watts = -1};
}

static void take(struct low_power *p, double seconds, double watts) {
  double mean;

  p->today.seen_s += seconds;
  p->mean_s += seconds;
  p->mean_ws += watts * seconds;
  if (p->mean_s < MEAN_S)
    return;
  mean = p->mean_ws / p->mean_s;
  if (p->today.watts < 0 || mean < p->today.watts)
    p->today.watts = mean;
  p->mean_s = p->mean_ws = 0;
}

bool low_power_add(struct low_power *p, double at, double watts, int day,
                   double max_gap_s, struct low_power_day *over) {
  double seconds = p->any ? at - p->last_at : 0;
  bool ends = p->today.day != 0 && day != p->today.day;

  if (!isfinite(at) || !isfinite(watts) || watts < 0)
    return false;
  *over = p->today;
  if (p->today.day == 0 || ends)
    begin_day(p, day);
  if (p->any && seconds > 0 && seconds <= max_gap_s)
    take(p, seconds, (watts + p->last_w) / 2);
  else
    p->mean_s = p->mean_ws = 0;
  p->any = true;
  p->last_at = at;
  p->last_w = watts;
  return ends;
}

bool low_power_is_known(const struct low_power_day *d) {
  return d->watts >= 0 && d->seen_s >= SEEN_S;
}

bool low_power_next(const char **at, struct low_power_day *d) {
  while (**at != '\0') {
    size_t len = strcspn(*at, "\n");
    char line[LINE_SIZE];
    int fields;

    snprintf(line, sizeof(line), "%.*s",
             (int)(len < sizeof(line) ? len : sizeof(line) - 1), *at);
    *at += len + ((*at)[len] == '\n' ? 1 : 0);
    fields = sscanf(line, "%d %lf %lf", &d->day, &d->watts, &d->seen_s);
    if (fields == 3 && d->day > 0 && isfinite(d->watts) && d->seen_s >= 0)
      return true;
  }
  return false;
}

static void put_day(struct buf *out, const struct low_power_day *d) {
  buf_putf(out, "%d %.3f %.0f\n", d->day, d->watts, d->seen_s);
}

char *low_power_log(const char *log, const struct low_power_day *d) {
  const char *at = log != NULL ? log : "";
  struct low_power_day old;
  struct buf out;

  buf_init(&out, LOG_MAX);
  buf_puts(&out, "");
  while (low_power_next(&at, &old))
    if (old.day != d->day && old.day > d->day - LOW_POWER_DAYS)
      put_day(&out, &old);
  put_day(&out, d);
  if (buf_error(&out) < 0) {
    buf_free(&out);
    return NULL;
  }
  return out.data;
}
