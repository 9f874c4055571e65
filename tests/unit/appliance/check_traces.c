/* SPDX-License-Identifier: MIT */
/* Recorded curves with daemons that are stopped and killed at random moments
 * within them: as many cycles as without. The curves are not part of the
 * sources; KASA_DEVICES leads to them, without it there is nothing to do. */
#include <config.h>

#include "appliance/appliance.h"
#include "appliance/appliance_state.h"
#include "cli/appliance/power_csv.h"

#include "../support/conf_build.h"
#include "../support/suite.h"

#include <math.h>

enum { RUNS = 40, KEEP_EVERY = 60, CYCLES_MAX = 2, AWAY_MAX = 90 };
static const double intervals[] = {5, 10, 15, 30, 60};

static const struct {
  const char *file, *kind;
  unsigned cycles;
  double ends[CYCLES_MAX]; /* seconds into the file */
  double kwh[CYCLES_MAX];
} traces[] = {
    {"washer_plain.csv", "washer", 1, {7130}, {0.374}},
    {"washer_two_loads_35min_apart.csv",
     "washer",
     2,
     {2875, 9875},
     {0.394, 0.506}},
    {"washer_two_loads_12min_apart.csv",
     "washer",
     2,
     {51825, 56205},
     {0.610, 0.535}},
    {"dishwasher_dry_30min.csv", "dishwasher", 1, {7540}, {0.928}},
    {"dishwasher_noisy_standby.csv", "dishwasher", 1, {7970}, {1.254}},
    {"dryer_crease_guard.csv", "dryer", 2, {5485, 13550}, {2.215, 3.41}},
    {"coffee_beantocup.csv", "coffee", 0, {0}, {0}},
    {"freezer_24h.csv", "freezer", 0, {0}, {0}},
    {"fridge_24h.csv", "fridge", 0, {0}, {0}},
    {"fridge_normal_day.csv", "fridge", 0, {0}, {0}},
};

struct replay {
  struct appliance_settings settings;
  struct appliance appliance;
  double interval;
  unsigned finished, unusual;
  double ends[CYCLES_MAX], kwh[CYCLES_MAX];
  char why[200]; /* the latest of those */
  char *kept;
  double offset; /* of this daemon's clock */
};

static void count(void *arg, enum appliance_news news, const char *text) {
  struct replay *r = arg;
  const struct appliance *a = &r->appliance;

  if (news != APPLIANCE_FINISHED)
    snprintf(r->why, sizeof(r->why), "%s", text);
  if (news == APPLIANCE_FINISHED && r->finished < CYCLES_MAX) {
    r->ends[r->finished] = a->detector.last_stretch.end - r->offset;
    r->kwh[r->finished] = a->last_kwh;
  }
  r->finished += news == APPLIANCE_FINISHED;
  r->unusual += news != APPLIANCE_FINISHED;
}

static void keep(struct replay *r, double wall) {
  free(r->kept);
  r->kept = appliance_state_write(
      &r->appliance, (struct appliance_clocks){wall + r->offset, wall});
  ck_assert_ptr_nonnull(r->kept);
}

/* Another daemon, whose clock began elsewhere. */
static void start_anew(struct replay *r, double wall) {
  r->offset = rand() % 100000 - wall;
  r->appliance = (struct appliance){0};
  if (r->kept != NULL)
    ck_assert(appliance_state_read(
        &r->appliance, r->kept,
        (struct appliance_clocks){wall + r->offset, wall}));
}

/* Restarts every 10 to 50 minutes, each a minute and a half long at most. A
 * killed daemon has kept its state up to a minute before, and whenever
 * something was told. The counter knows whole Wh. */
static void play(struct replay *r, const struct power_curve *c) {
  double first = c->samples[0].at;
  double last = c->samples[c->num - 1].at;
  double restart = first + 600 + rand() % 2400;
  double kept = first;
  double wh = 1000;
  size_t from = 0;

  start_anew(r, first);
  for (double at = first; at <= last; at += r->interval) {
    struct appliance_reading reading = {
        .at = at + r->offset, .interval_s = r->interval, .price = NAN};
    unsigned before = r->finished + r->unusual;

    if (!power_curve_at(c, at, &from, &reading.watts))
      continue;
    wh += reading.watts * r->interval / 3600;
    if (at >= restart) {
      if (rand() % 2 == 0)
        keep(r, at - r->interval); /* it was stopped, not killed */
      if (at < restart + rand() % AWAY_MAX)
        continue;
      start_anew(r, at);
      reading.at = at + r->offset;
      restart = at + 600 + rand() % 2400;
    }
    reading.counter_wh = floor(wh);
    appliance_add(&r->appliance, &r->settings, &spike_defaults, &reading, count,
                  r);
    if (at - kept >= KEEP_EVERY || r->finished + r->unusual != before) {
      keep(r, at);
      kept = at;
    }
  }
}

/* The end of a dryer's cycle lies within the time in which its drum turns
 * against creases. */
static bool is_right(const struct replay *r, int trace) {
  bool dryer = r->settings.kind == APPLIANCE_DRYER;
  double late = r->interval + AWAY_MAX;

  for (unsigned i = 0; i < traces[trace].cycles && i < r->finished; i++) {
    double off = r->ends[i] - traces[trace].ends[i];

    if (off > 30 + late || off < -(dryer ? 2000 : 120) - late ||
        fabs(r->kwh[i] - traces[trace].kwh[i]) > 0.1 * traces[trace].kwh[i])
      return false;
  }
  return r->finished == traces[trace].cycles && r->unusual == 0;
}

static void replay(const struct power_curve *curve,
                   const struct conf_item *block, int trace, unsigned run) {
  struct option_reporter reporter = {0};
  struct replay r = {.interval = intervals[run % ROWS(intervals)]};

  srand(run + 1);
  appliance_settings_read(&r.settings, block, "<Appliance>", &reporter);
  play(&r, curve);
  free(r.kept);
  ck_assert_msg(is_right(&r, trace),
                "%s every %g s, run %u: %u cycles, %u unusual, to %.0f with "
                "%.3f kWh, to %.0f with %.3f; %s",
                traces[trace].file, r.interval, run, r.finished, r.unusual,
                r.ends[0], r.kwh[0], r.ends[1], r.kwh[1], r.why);
}

START_TEST(restarts_and_kills_lose_no_cycle) {
  const char *devices = getenv("KASA_DEVICES");
  struct conf_item *block = conf_new("Appliance");
  struct power_curve curve;
  char path[600], why[POWER_CSV_WHY];

  snprintf(path, sizeof(path), "%s/../energy/traces/%s",
           devices != NULL ? devices : "/nowhere", traces[_i].file);
  if (devices == NULL || power_csv_read(&curve, path, why) < 0) {
    conf_free(block);
    return; /* not here */
  }
  put_string(block, "Kind", traces[_i].kind);
  for (unsigned run = 0; run < RUNS; run++)
    replay(&curve, block, _i, run);
  power_curve_free(&curve);
  conf_free(block);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_loop_test(t, restarts_and_kills_lose_no_cycle, 0, ROWS(traces));
}

int main(void) { return suite_run("traces", fill); }
