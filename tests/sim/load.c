/* SPDX-License-Identifier: MIT */
/* Loads: step functions of simulated time. */
#include "load.h"

#include "trace.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#define NOISE_SLOT_S 5.0

/* A wash of 90 minutes: what the heater, the drum and the spin draw, as a
 * share of the heater's watts. The drum turns and rests in turn. */
static const struct phase {
  double seconds;
  double share;
  double rest_share;
} wash_phases[] = {
    {180, 0.005, 0.005}, {900, 1.0, 1.0},    {1800, 0.08, 0.01},
    {300, 0.015, 0.015}, {1200, 0.07, 0.01}, {540, 0.22, 0.16},
    {480, 0.03, 0.01},
};
#define DRUM_SLOT_S 10.0

uint64_t mix64(uint64_t x) {
  x += UINT64_C(0x9e3779b97f4a7c15);
  x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
  return x ^ (x >> 31);
}

double noise_at(uint64_t seed, int64_t slot) {
  uint64_t bits = mix64(seed ^ mix64((uint64_t)slot)) >> 11;
  return (double)bits / (double)(UINT64_C(1) << 52) - 1.0;
}

static struct load_step noisy(const struct load *l, double t, double watts,
                              double until) {
  if (l->noise <= 0)
    return (struct load_step){watts, until};
  double slot = floor(t / NOISE_SLOT_S);
  double end = (slot + 1) * NOISE_SLOT_S;
  watts += l->noise * noise_at(l->seed, (int64_t)slot);
  return (struct load_step){fmax(watts, 0), fmin(until, end)};
}

static struct load_step duty_at(const struct load *l, double t) {
  double period = l->on_s + l->off_s;
  double into = fmod(t + l->offset_s, period);
  if (into < l->on_s)
    return noisy(l, t, l->watts, t + l->on_s - into);
  return (struct load_step){l->standby, t + period - into};
}

static struct load_step washer_at(const struct load *l, double t) {
  double into = fmod(t + l->offset_s, l->period_s);
  double rest = l->period_s - into;
  for (size_t i = 0; i < COUNT(wash_phases); i++) {
    const struct phase *ph = &wash_phases[i];
    if (into >= ph->seconds) {
      into -= ph->seconds;
      continue;
    }
    double slot = floor(into / DRUM_SLOT_S);
    bool turning = fmod(slot, 3.0) < 2.0;
    double share = turning ? ph->share : ph->rest_share;
    double left = fmin((slot + 1) * DRUM_SLOT_S, ph->seconds) - into;
    return noisy(l, t, l->watts * share, t + fmin(left, rest));
  }
  return (struct load_step){l->standby, t + rest};
}

static struct load_step office_at(const struct load *l, double t) {
  double slot = floor(t / NOISE_SLOT_S);
  double angle = 2 * M_PI * (slot * NOISE_SLOT_S + l->offset_s) / l->period_s;
  return noisy(l, t, fmax(l->watts + l->swing * sin(angle), 0),
               (slot + 1) * NOISE_SLOT_S);
}

/* What it began or ended with holds before and after. */
static struct load_step trace_at(const struct load *l, double t) {
  const struct trace *trace = l->trace;
  size_t i = trace_find(trace, t + l->offset_s);
  bool last = i + 1 == trace->n;

  return noisy(l, t, trace->points[i].watts,
               last ? INFINITY : trace->points[i + 1].at - l->offset_s);
}

struct load_step load_at(const struct load *l, double t) {
  struct load_step step = {0, INFINITY};
  switch (l->kind) {
  case LOAD_CONSTANT:
    step = noisy(l, t, l->watts, INFINITY);
    break;
  case LOAD_DUTY:
    step = duty_at(l, t);
    break;
  case LOAD_WASHER:
    step = washer_at(l, t);
    break;
  case LOAD_OFFICE:
    step = office_at(l, t);
    break;
  case LOAD_TRACE:
    step = trace_at(l, t);
    break;
  }
  /* Rounding must never produce a step that ends where it began. */
  if (step.until <= t)
    step.until = t + 1e-3;
  return step;
}

double load_mean(const struct load *l) {
  double sum = 0, seconds = 0;
  switch (l->kind) {
  case LOAD_CONSTANT:
  case LOAD_OFFICE:
    break;
  case LOAD_DUTY:
    return (l->watts * l->on_s + l->standby * l->off_s) / (l->on_s + l->off_s);
  case LOAD_WASHER:
    for (size_t i = 0; i < COUNT(wash_phases); i++) {
      const struct phase *ph = &wash_phases[i];
      double share = (2 * ph->share + ph->rest_share) / 3;
      sum += l->watts * share * ph->seconds;
      seconds += ph->seconds;
    }
    sum += l->standby * fmax(l->period_s - seconds, 0);
    return sum / l->period_s;
  case LOAD_TRACE:
    return l->trace->mean;
  }
  return l->watts;
}

static const struct load_preset {
  const char *name;
  struct load load;
} presets[] = {
    {"off", {.kind = LOAD_CONSTANT}},
    {"constant", {.kind = LOAD_CONSTANT, .watts = 40}},
    {"lamp", {.kind = LOAD_CONSTANT, .watts = 9, .noise = 0.2}},
    {"duty",
     {.kind = LOAD_DUTY,
      .watts = 85,
      .standby = 1.2,
      .on_s = 900,
      .off_s = 1800,
      .noise = 3}},
    {"freezer",
     {.kind = LOAD_DUTY,
      .watts = 85,
      .standby = 1.2,
      .on_s = 900,
      .off_s = 1800,
      .noise = 3}},
    {"washer",
     {.kind = LOAD_WASHER,
      .watts = 2000,
      .standby = 0.8,
      .noise = 4,
      .period_s = 10800}},
    {"office",
     {.kind = LOAD_OFFICE,
      .watts = 120,
      .swing = 40,
      .noise = 8,
      .period_s = 3600}},
    {"trace", {.kind = LOAD_TRACE}},
};

static const struct load_member {
  const char *key;
  size_t offset;
  bool positive;
} members[] = {
    {"watts", offsetof(struct load, watts), false},
    {"standby", offsetof(struct load, standby), false},
    {"on", offsetof(struct load, on_s), true},
    {"off", offsetof(struct load, off_s), true},
    {"swing", offsetof(struct load, swing), false},
    {"noise", offsetof(struct load, noise), false},
    {"period", offsetof(struct load, period_s), true},
    {"offset", offsetof(struct load, offset_s), false},
};

static const struct load_preset *preset_named(const char *name) {
  for (size_t i = 0; i < COUNT(presets); i++)
    if (strcmp(presets[i].name, name) == 0)
      return &presets[i];
  return NULL;
}

static const char *member_parse(struct load *load, const cJSON *item) {
  for (size_t i = 0; i < COUNT(members); i++) {
    if (strcmp(members[i].key, item->string) != 0)
      continue;
    if (!cJSON_IsNumber(item) || !isfinite(item->valuedouble) ||
        item->valuedouble < 0)
      return "load: its members are numbers from 0 up";
    if (members[i].positive && item->valuedouble < 0.01)
      return "load: on, off and period are seconds above 0";
    double *member = (double *)(void *)((char *)load + members[i].offset);
    *member = item->valuedouble;
    return NULL;
  }
  return "load: members are kind, file, watts, standby, on, off, swing, noise, "
         "period, offset";
}

/* The file of a recorded curve; of other loads there is none. */
static const char *file_parse(struct load *load, const cJSON *json) {
  const char *path = cJSON_GetStringValue(cJSON_GetObjectItem(json, "file"));
  const char *wrong = NULL;

  if ((load->kind == LOAD_TRACE) != (path != NULL))
    return "load: a trace has a file, and nothing else has";
  if (path != NULL)
    load->trace = trace_read(path, &wrong);
  return wrong;
}

static bool is_number(const cJSON *item) {
  return strcmp(item->string, "kind") != 0 && strcmp(item->string, "file") != 0;
}

const char *load_parse(struct load *load, const cJSON *json) {
  uint64_t seed = load->seed;
  const char *name = cJSON_GetStringValue(json);
  if (cJSON_IsNumber(json)) {
    if (!isfinite(json->valuedouble) || json->valuedouble < 0)
      return "load: watts from 0 up";
    *load = (struct load){.watts = json->valuedouble, .seed = seed};
    return NULL;
  }
  if (cJSON_IsObject(json))
    name = cJSON_GetStringValue(cJSON_GetObjectItem(json, "kind"));
  const struct load_preset *preset = name != NULL ? preset_named(name) : NULL;
  if (preset == NULL)
    return "load: kind is off, constant, lamp, duty, freezer, washer, office "
           "or "
           "trace";

  struct load parsed = preset->load;
  parsed.seed = seed;
  const cJSON *item = NULL;
  const char *wrong = file_parse(&parsed, json);
  if (cJSON_IsObject(json))
    cJSON_ArrayForEach(item, json) {
      if (wrong == NULL && is_number(item))
        wrong = member_parse(&parsed, item);
    }
  if (wrong != NULL)
    return wrong;
  *load = parsed;
  return NULL;
}
