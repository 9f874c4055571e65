/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "appliance/appliance_state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "appliance 1": the format. */
static const char HEAD[] = "appliance 1";

enum { KEY_SIZE = 32 };

enum kind {
  NUMBER,
  MOMENT, /* of the readings' clock, which is another one in each run */
  FLAG,
  COUNT, /* unsigned long */
  SMALL, /* unsigned, below max */
};

static const struct field {
  const char *key;
  enum kind kind;
  size_t offset;
  unsigned max;
} fields[] = {
#define FIELD(key, kind, member)                                               \
  { key, kind, offsetof(struct appliance, member), 0 }
    FIELD("cold", FLAG, cold),
    FIELD("cycles", COUNT, cycles),
    FIELD("last_duration", NUMBER, last_duration),
    FIELD("last_kwh", NUMBER, last_kwh),
    FIELD("last_cost", NUMBER, last_cost),
    FIELD("spent", NUMBER, spent.all),
    FIELD("spent_start", NUMBER, spent.at_start),
    FIELD("spent_active", NUMBER, spent.at_active),
    FIELD("running", FLAG, detector.running),
    FIELD("start", MOMENT, detector.start),
    FIELD("rising", FLAG, detector.rising),
    FIELD("wh", NUMBER, detector.wh),
    FIELD("active_at", MOMENT, detector.active_at),
    FIELD("active_wh", NUMBER, detector.active_wh),
    FIELD("resumed_at", MOMENT, detector.resumed_at),
    FIELD("paused_at", MOMENT, detector.paused_at),
    FIELD("paused_wh", NUMBER, detector.paused_wh),
    FIELD("peak", NUMBER, detector.peak_w),
    FIELD("busy_at", MOMENT, detector.busy_at),
    FIELD("busy_wh", NUMBER, detector.busy_wh),
    FIELD("rest", NUMBER, detector.rest_w),
    FIELD("calm_began_at", MOMENT, detector.calm.began_at),
    FIELD("calm_wh", NUMBER, detector.calm.wh),
    FIELD("calm_active_s", NUMBER, detector.calm.active_s),
    FIELD("calm_active_at", MOMENT, detector.calm.active_at),
    FIELD("calm_active_wh", NUMBER, detector.calm.active_wh),
    FIELD("still_at", MOMENT, detector.calm.still_at),
    FIELD("still_wh", NUMBER, detector.calm.still_wh),
    {"still", SMALL, offsetof(struct appliance, detector.calm.still), 100},
    {"calm", SMALL, offsetof(struct appliance, detector.calm.calm), 100},
    FIELD("any", FLAG, detector.any),
    FIELD("last_at", MOMENT, detector.last_at),
    FIELD("last_w", NUMBER, detector.last_w),
    FIELD("watch_began", FLAG, watch.began),
    FIELD("watch_began_at", MOMENT, watch.began_at),
    FIELD("quiet_since", MOMENT, watch.quiet_since),
    FIELD("broken", FLAG, watch.broken),
    FIELD("told", FLAG, watch.told),
    FIELD("expect", COUNT, watch.expectation.window),
    FIELD("expect_from", NUMBER, watch.expectation.from),
    FIELD("expect_to", NUMBER, watch.expectation.to),
    FIELD("expect_last", NUMBER, watch.expectation.last),
    FIELD("expect_ran_at", NUMBER, watch.expectation.ran_at),
    FIELD("expect_unseen", NUMBER, watch.expectation.unseen),
    FIELD("expect_ran", FLAG, watch.expectation.ran),
    FIELD("standby_began", FLAG, standby.began),
    FIELD("standby_day_ends", MOMENT, standby.day_ends),
    FIELD("standby_told", FLAG, standby.told),
    FIELD("standby_before", NUMBER, standby.before),
    FIELD("standby_told_at", COUNT, standby.told_at),
    FIELD("unloading", FLAG, unloading.waiting),
    FIELD("unloading_told", FLAG, unloading.told),
    FIELD("unloading_since", MOMENT, unloading.since),
    FIELD("unloading_base_ws", NUMBER, unloading.base_ws),
    FIELD("unloading_base_s", NUMBER, unloading.base_s),
    FIELD("spike_began", FLAG, spike.began),
    FIELD("spike_began_at", MOMENT, spike.began_at),
    FIELD("day_ends", MOMENT, spike.day_ends),
    FIELD("counted_at", MOMENT, spike.counted_at),
    {"day", SMALL, offsetof(struct appliance, spike.day), SPIKE_DAYS},
    {"starts", SMALL, offsetof(struct appliance, spike.starts), 1000},
    FIELD("spike_on", FLAG, spike.on),
    FIELD("spike_on_at", MOMENT, spike.on_at),
    FIELD("spike_high", FLAG, spike.high),
    FIELD("spike_told", FLAG, spike.told),
    FIELD("high_since", MOMENT, spike.high_since),
    FIELD("usual", NUMBER, spike.usual),
    FIELD("usual_at", MOMENT, spike.usual_at),
    FIELD("usage_any", FLAG, usage.any),
    FIELD("usage_at", MOMENT, usage.last_at),
    FIELD("usage_w", NUMBER, usage.last_w),
    FIELD("usage_wh", NUMBER, usage.last_wh),
    FIELD("hour_ends", MOMENT, usage.hour_ends),
    {"hour", SMALL, offsetof(struct appliance, usage.hour), USAGE_HOURS},
#undef FIELD
};
enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

/* -- out -- */

static void write_field(FILE *out, const struct appliance *a,
                        const struct field *f) {
  const char *member = (const char *)a + f->offset;

  fprintf(out, "%s ", f->key);
  switch (f->kind) {
  case NUMBER:
  case MOMENT:
    fprintf(out, "%.12g\n", *(const double *)(const void *)member);
    break;
  case FLAG:
    fprintf(out, "%d\n", (int)*(const bool *)member);
    break;
  case COUNT:
    fprintf(out, "%lu\n", *(const unsigned long *)(const void *)member);
    break;
  case SMALL:
    fprintf(out, "%u\n", *(const unsigned *)(const void *)member);
    break;
  }
}

/* Oldest first. */
static void write_history(FILE *out, const char *key, const struct history *h) {
  unsigned first = h->num < HISTORY_LENGTH ? 0 : h->next;

  fprintf(out, "%s %lu", key, h->seen);
  for (unsigned i = 0; i < h->num; i++)
    fprintf(out, " %.6g", (double)h->values[(first + i) % HISTORY_LENGTH]);
  fputc('\n', out);
}

static void write_counts(FILE *out, const struct spike *s) {
  for (unsigned day = 0; day < SPIKE_DAYS; day++)
    for (unsigned i = 0; i < SPIKE_BUCKETS; i++)
      if (s->counts[day][i] > 0)
        fprintf(out, "count %u %u %u\n", day, i, s->counts[day][i]);
}

static void write_hours(FILE *out, const struct usage *u) {
  for (unsigned i = 0; u->any && i < USAGE_HOURS; i++)
    fprintf(out, "hour_of %u %.6g %.6g %.6g\n", i, (double)u->hours[i].seen,
            (double)u->hours[i].worked, (double)u->hours[i].lowest);
}

char *appliance_state_write(const struct appliance *a,
                            struct appliance_clocks now) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  bool good;

  if (out == NULL)
    return NULL;
  fprintf(out, "%s %.6f %.6f\n", HEAD, now.at, now.wall);
  for (size_t i = 0; i < FIELDS; i++)
    write_field(out, a, &fields[i]);
  write_history(out, "runs", &a->watch.runs);
  write_history(out, "pauses", &a->watch.pauses);
  write_history(out, "standby_days", &a->standby.days);
  write_counts(out, &a->spike);
  write_hours(out, &a->usage);
  good = ferror(out) == 0;
  if (fclose(out) != 0 || !good) {
    free(text);
    return NULL;
  }
  return text;
}

/* -- in -- */

static void read_field(struct appliance *a, const struct field *f,
                       const char *value) {
  char *member = (char *)a + f->offset;
  char *end;
  double number = strtod(value, &end);

  if (end == value || isinf(number))
    return;
  switch (f->kind) {
  case NUMBER:
    *(double *)(void *)member = number;
    break;
  case MOMENT:
    if (!isnan(number))
      *(double *)(void *)member = number;
    break;
  case FLAG:
    *(bool *)member = number != 0;
    break;
  case COUNT:
    if (number >= 0 && number < 1e15)
      *(unsigned long *)(void *)member = (unsigned long)number;
    break;
  case SMALL:
    if (number >= 0 && number < f->max)
      *(unsigned *)(void *)member = (unsigned)number;
    break;
  }
}

static void read_history(struct history *h, const char *value) {
  char *end;
  unsigned long seen = strtoul(value, &end, 10);

  while (end != value && *end == ' ') {
    double number;

    value = end + 1;
    number = strtod(value, &end);
    if (end != value && number >= 0 && number < 1e9)
      history_add(h, number);
  }
  if (seen > h->seen)
    h->seen = seen;
}

static void read_count(struct spike *s, const char *value) {
  unsigned day, bucket, count;

  if (sscanf(value, "%u %u %u", &day, &bucket, &count) == 3 &&
      day < SPIKE_DAYS && bucket < SPIKE_BUCKETS && count <= UINT16_MAX)
    s->counts[day][bucket] = (uint16_t)count;
}

static void read_hour(struct usage *u, const char *value) {
  unsigned hour;
  float seen, worked, lowest;

  if (sscanf(value, "%u %f %f %f", &hour, &seen, &worked, &lowest) != 4 ||
      hour >= USAGE_HOURS || !isfinite(seen) || !isfinite(worked) ||
      !isfinite(lowest))
    return;
  u->hours[hour].seen = seen;
  u->hours[hour].worked = worked;
  u->hours[hour].lowest = lowest;
}

static void read_line(struct appliance *a, const char *key, const char *value) {
  if (strcmp(key, "runs") == 0)
    read_history(&a->watch.runs, value);
  else if (strcmp(key, "pauses") == 0)
    read_history(&a->watch.pauses, value);
  else if (strcmp(key, "standby_days") == 0)
    read_history(&a->standby.days, value);
  else if (strcmp(key, "count") == 0)
    read_count(&a->spike, value);
  else if (strcmp(key, "hour_of") == 0)
    read_hour(&a->usage, value);
  else
    for (size_t i = 0; i < FIELDS; i++)
      if (strcmp(key, fields[i].key) == 0)
        read_field(a, &fields[i], value);
}

/* Moments become those of the clock that runs now; none lies ahead of it. */
static void shift(struct appliance *a, double by) {
  for (size_t i = 0; i < FIELDS; i++)
    if (fields[i].kind == MOMENT)
      *(double *)(void *)((char *)a + fields[i].offset) += by;
}

bool appliance_state_read(struct appliance *a, const char *text,
                          struct appliance_clocks now) {
  struct appliance_clocks then;
  double by;

  if (strncmp(text, HEAD, sizeof(HEAD) - 1) != 0 ||
      sscanf(text + sizeof(HEAD) - 1, "%lf %lf", &then.at, &then.wall) != 2 ||
      !isfinite(then.at) || !isfinite(then.wall))
    return false;
  while ((text = strchr(text, '\n')) != NULL && *++text != '\0') {
    size_t len = strcspn(text, " \n");
    char key[KEY_SIZE];

    if (len >= sizeof(key) || text[len] != ' ')
      continue;
    memcpy(key, text, len);
    key[len] = '\0';
    read_line(a, key, text + len + 1);
  }
  by = (now.at - now.wall) - (then.at - then.wall);
  if (a->usage.last_at + by >= now.at) /* the wall's clock went back */
    by = now.at - a->usage.last_at - 0.001;
  shift(a, by);
  return true;
}
