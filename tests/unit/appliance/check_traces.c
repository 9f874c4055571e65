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

enum { RUNS = 40, INTERVAL = 15, KEEP_EVERY = 60 };

static const struct {
  const char *file, *kind;
  unsigned cycles;
} traces[] = {
    {"washer_plain.csv", "washer", 1},
    {"washer_two_loads_35min_apart.csv", "washer", 2},
    {"washer_two_loads_12min_apart.csv", "washer", 2},
    {"dishwasher_dry_30min.csv", "dishwasher", 1},
    {"dryer_crease_guard.csv", "dryer", 2},
    {"freezer_24h.csv", "freezer", 0},
    {"fridge_24h.csv", "fridge", 0},
};

struct replay {
  struct appliance_settings settings;
  struct appliance appliance;
  unsigned finished, unusual;
  char *kept;
  double offset; /* of this daemon's clock */
};

static void count(void *arg, enum appliance_news news, const char *text) {
  struct replay *r = arg;

  (void)text;
  r->finished += news == APPLIANCE_FINISHED;
  r->unusual += news == APPLIANCE_UNUSUAL || news == APPLIANCE_SPIKE;
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
 * something was told. */
static void play(struct replay *r, const struct power_curve *c) {
  double first = c->samples[0].at;
  double last = c->samples[c->num - 1].at;
  double restart = first + 600 + rand() % 2400;
  double kept = first;
  double wh = 1000;
  size_t from = 0;

  start_anew(r, first);
  for (double at = first; at <= last; at += INTERVAL) {
    struct appliance_reading reading = {
        .at = at + r->offset, .interval_s = INTERVAL, .price = NAN};
    unsigned before = r->finished + r->unusual;

    if (!power_curve_at(c, at, &from, &reading.watts))
      continue;
    wh += reading.watts * INTERVAL / 3600;
    if (at >= restart) {
      if (rand() % 2 == 0)
        keep(r, at - INTERVAL); /* it was stopped, not killed */
      if (at < restart + rand() % 90)
        continue;
      start_anew(r, at);
      reading.at = at + r->offset;
      restart = at + 600 + rand() % 2400;
    }
    reading.counter_wh = wh;
    appliance_add(&r->appliance, &r->settings, &spike_defaults, &reading, count,
                  r);
    if (at - kept >= KEEP_EVERY || r->finished + r->unusual != before) {
      keep(r, at);
      kept = at;
    }
  }
}

START_TEST(restarts_and_kills_lose_no_cycle) {
  struct option_reporter reporter = {0};
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
  for (unsigned run = 0; run < RUNS; run++) {
    struct replay r = {0};

    srand(run + 1);
    appliance_settings_read(&r.settings, block, "<Appliance>", &reporter);
    play(&r, &curve);
    free(r.kept);
    ck_assert_msg(r.finished == traces[_i].cycles && r.unusual == 0,
                  "%s, run %u: %u cycles, %u unusual", traces[_i].file, run,
                  r.finished, r.unusual);
  }
  power_curve_free(&curve);
  conf_free(block);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_loop_test(t, restarts_and_kills_lose_no_cycle, 0, ROWS(traces));
}

int main(void) { return suite_run("traces", fill); }
