/* SPDX-License-Identifier: MIT */
/* A year of a washer and a freezer, whose daemon is stopped and killed and
 * misses polls: each cycle is told once, with its length and energy, each fault
 * of the freezer once, its end once, and nothing else is. */
#include <config.h>

#include "appliance/appliance.h"
#include "appliance/appliance_state.h"

#include "../support/conf_build.h"
#include "../support/suite.h"

#include <math.h>
#include <stdlib.h>

enum {
  POLL_S = 30,
  YEAR_S = 365 * 86400,
  STARTING_S = 3 * 86400, /* the freezer's faults begin after that */
  KEEP_RUNNING_S = 60,    /* as the plugin keeps the state */
  KEEP_IDLE_S = 900,
  LATE_S = 240, /* by which an end may be missed: down, or a poll */
};

/* One machine as it is, and what the daemon knows of it. */
struct machine {
  double (*watts)(struct machine *m, int t);
  /* the truth */
  int begin, end; /* of the cycle or phase under way, or the next */
  double begin_wh;
  struct {
    int begin, end;
    double wh;
    bool unseen;
  } last;      /* cycle that is over */
  double wh;   /* counted by its plug */
  bool unseen; /* its begin: the daemon was down then, or deaf */
  bool cold_on;
  unsigned made; /* cycles of the washer, faults of the freezer */
  /* the daemon */
  struct appliance_settings settings;
  struct appliance appliance;
  char *kept;
  double kept_at;
  bool was_running, told;
  /* what it told */
  unsigned finished, unusual, usual, other;
};

static unsigned seed;

static int chance(int below) {
  seed = seed * 1103515245U + 12345U;
  return (int)((seed >> 16) % (unsigned)below);
}

/* -- a washer -- */

/* Four times a week for one hour to a little less than two. */
static double washer_watts(struct machine *m, int t) {
  int into, left;

  if (t >= m->end) {
    m->last.begin = m->begin;
    m->last.end = m->end;
    m->last.wh = m->wh - m->begin_wh;
    m->last.unseen = m->unseen;
    m->unseen = false;
    m->made++;
    m->begin = t + 4 * 3600 + chance(3 * 86400);
    m->end = m->begin + 3600 + chance(3000);
  }
  if (t < m->begin) {
    m->begin_wh = m->wh;
    return 1;
  }
  into = t - m->begin;
  left = m->end - t;
  if (into < 1200)
    return into % 420 < 360 ? 2050 : 90; /* heats */
  if (left < 480)
    return 380;                     /* spins */
  return into % 150 < 90 ? 160 : 5; /* turns, waits */
}

/* -- a freezer -- */

/* At times it does not start for hours, or does not stop. */
static double freezer_watts(struct machine *m, int t) {
  if (t >= m->end) {
    m->cold_on = !m->cold_on;
    m->begin = t;
    m->end = t + (m->cold_on ? 1080 + chance(240) : 2160 + chance(480));
    if (t > STARTING_S && chance(900) == 0) {
      m->made++;
      m->end = t + 5 * 3600 + chance(3600);
    }
  }
  return m->cold_on ? 88 + chance(5) : 0;
}

/* -- the daemon -- */

static int now;

static void keep(struct machine *m, double at) {
  free(m->kept);
  m->kept = appliance_state_write(&m->appliance,
                                  (struct appliance_clocks){at, 1.8e9 + now});
  ck_assert_ptr_nonnull(m->kept);
  m->kept_at = at;
}

static void check_cycle(const struct machine *m) {
  const struct appliance *a = &m->appliance;
  int length = m->last.end - m->last.begin;
  double most_kw = 2.05;
  double off = most_kw * (m->last.unseen ? LATE_S : POLL_S) / 3600;

  ck_assert_uint_eq(m->finished, m->made);
  ck_assert_msg(fabs(a->last_duration - length) <= LATE_S,
                "cycle at %d: %g s, not %d", m->last.begin, a->last_duration,
                length);
  ck_assert_msg(fabs(a->last_kwh - m->last.wh / 1000) <= off,
                "cycle at %d: %g kWh, not %g", m->last.begin, a->last_kwh,
                m->last.wh / 1000);
}

static void hook(void *arg, enum appliance_news news, const char *text) {
  struct machine *m = arg;

  m->told = true;
  (void)text;
  if (news == APPLIANCE_FINISHED)
    m->finished++;
  else if (news == APPLIANCE_UNUSUAL)
    m->unusual++;
  else if (news == APPLIANCE_USUAL_AGAIN)
    m->usual++;
  else
    m->other++;
}

/* What was told is kept with it, else as often as the plugin does. */
static void poll(struct machine *m, double at, double watts) {
  const struct appliance_reading r = {.at = at,
                                      .watts = watts,
                                      .counter_wh = floor(m->wh),
                                      .interval_s = POLL_S,
                                      .wall = 1.8e9 + now,
                                      .price = NAN};
  unsigned finished = m->finished;
  bool running;

  m->told = false;
  appliance_add(&m->appliance, &m->settings, &spike_defaults, &r, hook, m);
  running = m->appliance.detector.running;
  if (m->told || (running && !m->was_running) ||
      at - m->kept_at >= (running ? KEEP_RUNNING_S : KEEP_IDLE_S))
    keep(m, at);
  m->was_running = running;
  if (m->finished > finished)
    check_cycle(m);
}

/* The daemon is started again: its clock begins anew. */
static void start(struct machine *m, double at) {
  m->appliance = (struct appliance){0};
  if (m->kept != NULL)
    ck_assert(appliance_state_read(&m->appliance, m->kept,
                                   (struct appliance_clocks){at, 1.8e9 + now}));
  m->was_running = m->appliance.detector.running;
  m->kept_at = at;
}

static void setup(struct machine *m, const char *kind,
                  double (*watts)(struct machine *, int)) {
  struct option_reporter reporter = {0};
  struct conf_item *block = conf_new("Appliance");

  *m = (struct machine){.watts = watts};
  put_string(block, "Kind", kind);
  appliance_settings_read(&m->settings, block, "<Appliance>", &reporter);
  conf_free(block);
  if (watts == washer_watts) {
    m->begin = 7200;
    m->end = 7200 + 4000;
  }
}

/* How the daemon fares in the year. */
struct year {
  int away_until; /* it is down */
  int deaf_until; /* its polls get no answer */
  double shift;   /* of its clock against the year's */
  unsigned kills, restarts, gaps;
};

static bool is_polling(struct year *y, struct machine *machines, size_t num) {
  if (now < y->away_until)
    return false;
  if (y->away_until != 0) { /* up again */
    y->away_until = 0;
    y->shift = (double)now - 50;
    for (size_t i = 0; i < num; i++)
      start(&machines[i], now - y->shift);
  }
  if (chance(8000) == 0) {
    bool kill = chance(2) == 0;

    for (size_t i = 0; i < num && !kill; i++)
      keep(&machines[i], now - y->shift);
    y->kills += kill;
    y->restarts += !kill;
    y->away_until = now + POLL_S * (1 + chance(5));
    return false;
  }
  if (now >= y->deaf_until && chance(12000) == 0) {
    y->gaps++;
    y->deaf_until = now + POLL_S * (1 + chance(5));
  }
  return now >= y->deaf_until;
}

START_TEST(each_message_of_a_year_comes_once) {
  struct machine machines[2], *washer = &machines[0], *freezer = &machines[1];
  struct year y = {0};

  seed = (unsigned)_i + 1;
  setup(washer, "washer", washer_watts);
  setup(freezer, "freezer", freezer_watts);
  for (now = 0; now < YEAR_S; now += POLL_S) {
    double watts[2];
    bool polling = is_polling(&y, machines, 2);

    for (int i = 0; i < 2; i++)
      watts[i] = machines[i].watts(&machines[i], now);
    if (!polling && abs(now - washer->begin) < LATE_S)
      washer->unseen = true;
    if (polling)
      for (int i = 0; i < 2; i++)
        poll(&machines[i], now - y.shift, watts[i]);
    for (int i = 0; i < 2; i++)
      machines[i].wh += watts[i] * POLL_S / 3600;
  }
  ck_assert_uint_gt(y.kills, 40);
  ck_assert_uint_gt(y.restarts, 40);
  ck_assert_uint_gt(y.gaps, 40);
  ck_assert_uint_gt(washer->made, 150);
  ck_assert_uint_eq(washer->finished, washer->made);
  ck_assert_uint_eq(washer->unusual + washer->usual + washer->other, 0);
  ck_assert_uint_gt(freezer->made, 5);
  ck_assert_uint_eq(freezer->unusual, freezer->made);
  ck_assert_uint_eq(freezer->usual, freezer->made);
  ck_assert_uint_eq(freezer->finished + freezer->other, 0);
  free(washer->kept);
  free(freezer->kept);
}
END_TEST

static void fill(TCase *t) {
  tcase_set_timeout(t, 300);
  tcase_add_loop_test(t, each_message_of_a_year_comes_once, 0, 1);
}

int main(void) { return suite_run("appliance_year", fill); }
