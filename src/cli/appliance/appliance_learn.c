/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "cli/appliance/appliance_learn.h"

#include "appliance/duration.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double START_ABOVE_W = 10, END_BELOW_W = 4; /* the defaults */
static const double MEAN_S = 300;
/* Jumps were measured between readings so far apart. */
static const double LEAST_S = 15;
enum { READINGS_MAX = 40000000 }; /* more than a year each second */

struct readings {
  double *watts; /* NAN where there was none */
  double *sorted;
  size_t num;
  double interval;
};

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

/* Of the readings from (included) to below, the one that a share of them does
 * not exceed; NAN when there is none. */
static double quantile(const struct readings *r, double from, double below,
                       double share) {
  size_t num = 0;

  for (size_t i = 0; i < r->num; i++)
    if (r->watts[i] >= from && r->watts[i] < below)
      r->sorted[num++] = r->watts[i];
  if (num == 0)
    return NAN;
  qsort(r->sorted, num, sizeof(r->sorted[0]), compare);
  return r->sorted[(size_t)(share * (double)(num - 1))];
}

static int read_all(struct readings *r, const struct power_curve *c,
                    double interval) {
  double first = c->samples[0].at, last = c->samples[c->num - 1].at;
  size_t from = 0;

  *r = (struct readings){.interval = interval};
  r->num = (size_t)((last - first) / interval) + 1;
  if (r->num > READINGS_MAX)
    return -ENOMEM;
  r->watts = calloc(r->num, sizeof(r->watts[0]));
  r->sorted = calloc(r->num, sizeof(r->sorted[0]));
  if (r->watts == NULL || r->sorted == NULL)
    return -ENOMEM;
  for (size_t i = 0; i < r->num; i++)
    if (!power_curve_at(c, first + (double)i * interval, &from, &r->watts[i]))
      r->watts[i] = NAN;
  return 0;
}

/* Lowest mean of five minutes, and what the readings of such calm times hardly
 * exceed. */
static void look_at_rest(struct appliance_learned *l,
                         const struct readings *r) {
  size_t each = (size_t)fmax(ceil(MEAN_S / r->interval), 1), known = 0;
  double sum = 0;

  l->standby_w = NAN;
  for (size_t i = 0; i < r->num; i++) {
    if (isnan(r->watts[i])) {
      known = 0;
      sum = 0;
      continue;
    }
    sum += r->watts[i];
    if (++known > each) {
      sum -= r->watts[i - each];
      known = each;
    }
    if (known == each && !(sum / (double)each >= l->standby_w))
      l->standby_w = fmax(sum / (double)each, 0);
  }
  l->flicker_w = quantile(r, -INFINITY, 3 * l->standby_w + 6, 0.99);
}

static void look_at_work(struct appliance_learned *l,
                         const struct readings *r) {
  double on = 0, known = 0, hot = 0, crossed = 0, jumped = 0, jumps = 0;
  double cold = 0, half = l->top_w / 2;

  for (size_t i = 0; i < r->num; i++) {
    double w = r->watts[i], before = i > 0 ? r->watts[i - 1] : (double)NAN;

    known += !isnan(w);
    on += w >= l->start_above_w;
    hot += w >= half;
    crossed += !isnan(w) && !isnan(before) && (w >= half) != (before >= half);
    if (before >= l->start_above_w && before < half && w < half) {
      jumped += fabs(w - before);
      jumps++;
    }
    if (w >= l->start_above_w && w < half)
      cold += w;
  }
  l->hours = known * r->interval / 3600;
  l->works = on / known;
  l->heats = hot / on;
  l->switches = crossed / (on * r->interval / 3600);
  l->jumps =
      jumps > 0 && on > hot ? jumped / jumps / fmax(cold / (on - hot), 1) : 0;
}

/* Runs as the detector finds them, of any size. */
static void look_at_runs(struct appliance_learned *l,
                         const struct readings *r) {
  const struct cycle_settings s = {.start_above_w = l->start_above_w,
                                   .start_for_s = 30,
                                   .end_below_w = l->end_below_w,
                                   .end_for_s = 300};
  struct cycle_detector d = {0};

  for (size_t i = 0; i < r->num; i++)
    if (!isnan(r->watts[i]) &&
        cycle_add(&d, &s, (double)i * r->interval, r->watts[i], -1,
                  3 * r->interval) == CYCLE_ENDED)
      r->sorted[l->runs++] = d.last_stretch.end - d.last_stretch.start;
  if (l->runs == 0)
    return;
  qsort(r->sorted, l->runs, sizeof(r->sorted[0]), compare);
  l->run_s = r->sorted[l->runs / 2];
}

/* -- the kind: the first row that fits -- */

static bool is_cold(const struct appliance_learned *l) {
  return l->top_w < 400 && l->runs >= 6 && l->runs / l->hours >= 0.2 &&
         l->works < 0.95 && l->heats > 0.7;
}

static bool is_coffee(const struct appliance_learned *l) {
  return l->top_w >= 700 && l->switches >= 12;
}

static bool is_heater(const struct appliance_learned *l) {
  return l->top_w >= 300 && l->heats >= 0.9;
}

static bool is_dryer(const struct appliance_learned *l) {
  return l->top_w >= 500 && l->heats >= 0.6;
}

static bool is_washer(const struct appliance_learned *l) {
  return l->top_w >= 1200 && l->jumps >= 0.25;
}

static bool is_dishwasher(const struct appliance_learned *l) {
  return l->top_w >= 1200 && l->heats >= 0.1;
}

static bool is_any(const struct appliance_learned *l) { return l != NULL; }

static const struct {
  bool (*fits)(const struct appliance_learned *l);
  int kind;
  const char *reason;
} kinds[] = {
    {is_cold, APPLIANCE_FRIDGE,
     "runs by itself all day at a power that hardly changes; a freezer looks "
     "the same"},
    {is_coffee, APPLIANCE_COFFEE, "heats in many short bursts"},
    {is_heater, APPLIANCE_HEATER, "takes its full power nearly all the time"},
    {is_dryer, APPLIANCE_DRYER, "heats for the most part of its run"},
    {is_washer, APPLIANCE_WASHER,
     "heats for a part, and turns back and forth in the rest"},
    {is_dishwasher, APPLIANCE_DISHWASHER,
     "heats for a part, and pumps evenly in the rest"},
    {is_any, APPLIANCE_OTHER, "looks like none of the kinds"},
};

static void choose(struct appliance_learned *l) {
  size_t i = 0;

  while (!kinds[i].fits(l))
    i++;
  l->kind = kinds[i].kind;
  snprintf(l->kind_reason, sizeof(l->kind_reason), "%s", kinds[i].reason);
}

/* Above the flicker of a standby; a third more, in whole watts. */
static double above(double watts, double least) {
  return fmax(ceil(watts * 1.34), least);
}

int appliance_learn(struct appliance_learned *l, const struct power_curve *c,
                    double interval) {
  struct readings r;
  int err = read_all(&r, c, fmax(interval, LEAST_S));

  *l = (struct appliance_learned){0};
  if (err == 0) {
    look_at_rest(l, &r);
    l->start_above_w = above(l->flicker_w, START_ABOVE_W);
    l->end_below_w = fmin(above(l->standby_w, END_BELOW_W), l->start_above_w);
    l->top_w = quantile(&r, l->start_above_w, INFINITY, 0.98);
    if (isnan(l->standby_w) || isnan(l->top_w)) {
      err = -ENODATA;
    } else {
      look_at_work(l, &r);
      look_at_runs(l, &r);
      choose(l);
    }
  }
  free(r.watts);
  free(r.sorted);
  return err;
}

void appliance_learned_print(const struct appliance_learned *l, FILE *out) {
  char words[DURATION_SIZE];

  duration_words(l->run_s, words);
  fprintf(out, "# seen for %.0f h: %u runs", l->hours, l->runs);
  if (l->runs > 0)
    fprintf(out, ", half of them at most %s", words);
  fprintf(out, ";\n# up to %.0f W, works for %.0f %% of the time\n", l->top_w,
          l->works * 100);
  fprintf(out, "<Appliance>\n  # %s\n  Kind \"%s\"\n", l->kind_reason,
          appliance_kind_names[l->kind]);
  if (l->start_above_w > START_ABOVE_W)
    fprintf(out,
            "  # at rest its readings go up to %.1f W\n  StartAbove %.0f\n",
            l->flicker_w, l->start_above_w);
  if (l->end_below_w > END_BELOW_W)
    fprintf(out, "  # at rest it takes %.1f W\n  EndBelow %.0f\n", l->standby_w,
            l->end_below_w);
  fputs("</Appliance>\n", out);
}

int appliance_learned_json(const struct appliance_learned *l, FILE *out) {
  const struct {
    const char *name;
    double value;
  } numbers[] = {
      {"start_above_w", l->start_above_w},
      {"end_below_w", l->end_below_w},
      {"hours", l->hours},
      {"standby_w", l->standby_w},
      {"flicker_w", l->flicker_w},
      {"top_w", l->top_w},
      {"works", l->works},
      {"heats", l->heats},
      {"switches", l->switches},
      {"jumps", l->jumps},
      {"runs", l->runs},
      {"run_s", l->run_s},
  };
  cJSON *root = cJSON_CreateObject();
  bool good = cJSON_AddNumberToObject(root, "schema", 1) != NULL &&
              cJSON_AddStringToObject(root, "kind",
                                      appliance_kind_names[l->kind]) != NULL &&
              cJSON_AddStringToObject(root, "reason", l->kind_reason) != NULL;
  char *text;

  for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
    good &= cJSON_AddNumberToObject(root, numbers[i].name, numbers[i].value) !=
            NULL;
  text = good ? cJSON_PrintUnformatted(root) : NULL;
  cJSON_Delete(root);
  if (text == NULL)
    return -ENOMEM;
  fprintf(out, "%s\n", text);
  free(text);
  return 0;
}
