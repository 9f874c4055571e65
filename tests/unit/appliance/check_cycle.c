/* SPDX-License-Identifier: MIT */
/* Cycles in made-up curves: when they start, when they end, which are none. */
#include <config.h>

#include "appliance/appliance_settings.h"
#include "appliance/cycle.h"

#include "../support/suite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* In the curves below what is not there is zero. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/* A curve in steps: watts held for so many seconds; a negative number of watts
 * is a time in which the plug was not heard. 0 seconds end it. After a step the
 * latest `back` ones, itself in, come so many `times` more. */
struct step {
  double watts, seconds;
  int back, times;
};

static struct appliance_settings settings_of(const char *kind) {
  struct option_reporter reporter = {0};
  struct conf_item *block = conf_new("Appliance");
  struct appliance_settings s;

  ck_assert_int_eq(conf_add_string(conf_add_child(block, "Kind"), kind), 0);
  ck_assert_uint_eq(
      appliance_settings_read(&s, block, "<Appliance>", &reporter), 0);
  conf_free(block);
  return s;
}

struct player {
  const struct appliance_settings *s;
  struct cycle_detector d;
  double interval, at, until;
  char *out;
};

static void play_step(struct player *p, const struct step *step) {
  const struct cycle_stretch *last = &p->d.last_stretch;

  for (p->until += step->seconds; p->at < p->until; p->at += p->interval) {
    if (step->watts < 0)
      continue;
    if (cycle_add(&p->d, &p->s->cycle, p->at, step->watts, -1,
                  3 * p->interval) == CYCLE_ENDED &&
        last->counts)
      snprintf(p->out + strlen(p->out), 512 - strlen(p->out), "%.0f-%.0f %.2f ",
               last->start, last->end, last->wh / 1000);
  }
}

/* "60-1860 1.25" for each cycle; "+" at the end when one is running. */
static void play(const struct appliance_settings *s, const struct step *steps,
                 double interval, char out[512]) {
  struct player p = {.s = s, .interval = interval, .out = out};

  out[0] = '\0';
  for (; steps->seconds > 0; steps++) {
    play_step(&p, steps);
    for (int i = 0; i < steps->times; i++)
      for (int back = steps->back - 1; back >= 0; back--)
        play_step(&p, steps - back);
  }
  if (p.d.running)
    snprintf(out + strlen(out), 512 - strlen(out), "+");
}

static const struct {
  const char *what;
  const char *kind;
  struct step steps[10];
  const char *cycles;
  double interval; /* 0: 15 s */
} curves[] = {
    {"a load from its first to its last activity",
     "washer",
     {{0, 60}, {2000, 1800}, {200, 1800}, {1, 1200}},
     "60-3645 1.10 "},
    {"a standby above EndBelow does not hide the end",
     "washer",
     {{0, 60}, {2000, 1800}, {6, 1200}},
     "60-1845 0.99 "},
    {"a standby that flickers around EndBelow",
     "washer",
     {{0, 60}, {2000, 1800}, {5, 45}, {2, 45}, {5, 45}, {2, 45}, {3, 1200}},
     "60-1845 0.99 "},
    {"a pause of four minutes belongs to it",
     "washer",
     {{0, 60}, {2000, 900}, {1, 240}, {500, 900}, {1, 600}},
     "60-2085 0.62 "},
    {"two loads twelve minutes apart are two",
     "washer",
     {{0, 60}, {2000, 900}, {1, 720}, {2000, 900}, {1, 600}},
     "60-945 0.49 1680-2565 0.49 "},
    {"a pump after a long pause is none of its own",
     "dishwasher",
     {{0, 60}, {1200, 3600}, {1, 1800}, {126, 60}, {1, 900}},
     "60-3645 1.20 "},
    {"a short rinse is none", "dishwasher", {{0, 60}, {90, 720}, {1, 900}}, ""},
    {"what wakes for less than StartFor is none",
     "dryer",
     {{5, 60}, {300, 30}, {5, 90}, {300, 30}, {5, 90}, {300, 30}, {5, 900}},
     ""},
    {"a second load at once, without a pause, is one",
     "washer",
     {{0, 60}, {2000, 1800}, {2000, 1800}, {1, 600}},
     "60-3645 1.99 "},
    {"an export of a balcony is no load", "other", {{-0.0, 60}, {0, 3600}}, ""},
    {"is running when the curve ends", "washer", {{0, 60}, {2000, 1800}}, "+"},
    {"a plug away for longer than EndFor ends it where it was last seen",
     "washer",
     {{0, 60}, {2000, 1800}, {-1, 3600}, {1, 600}},
     "60-1845 0.99 "},
    {"a short absence does not",
     "washer",
     {{0, 60}, {2000, 900}, {-1, 200}, {2000, 900}, {1, 600}},
     "60-2055 0.98 "},
    {"a standby of 11 W hides neither the end nor the next load",
     "washer",
     {{0, 60}, {2000, 1800}, {11, 3600}, {2000, 1800}, {11, 3600}},
     "60-1845 0.99 5460-7245 0.99 "},
    {"nor does one that flickers between 8 and 12 W",
     "dishwasher",
     {{0, 60}, {2000, 1800}, {12, 45}, {8, 30, 2, 60}, {2000, 1800}, {9, 1800}},
     "60-1845 0.99 6435-8220 0.99 "},
    {"one that is just StartAbove begins nothing",
     "other",
     {{10, 7200}, {2000, 1800}, {10, 7200}, {2000, 1800}, {10, 3600}},
     "7200-8985 0.99 16200-17985 0.99 "},
    {"nor one that was there before the first load",
     "washer",
     {{11, 7200}, {2000, 1800}, {11, 1800}},
     "7200-8985 0.99 "},
    {"a pump after a pause is no part of it, at a standby of 6 W either",
     "dishwasher",
     {{6, 60}, {2000, 1800}, {6, 750}, {30, 45}, {6, 1800}},
     "60-1845 0.99 "},
    {"two of them neither",
     "dishwasher",
     {{6, 60}, {2000, 1800}, {6, 600}, {30, 45, 2, 1}, {6, 1800}},
     "60-1845 0.99 "},
    {"more heat is",
     "dishwasher",
     {{6, 60}, {2000, 1800}, {6, 600}, {2000, 600}, {6, 1800}},
     "60-3045 1.33 "},
    {"a main wash at little power and a weak spin are a part of it",
     "washer",
     {{2, 60}, {2000, 600}, {80, 2400}, {120, 120}, {2, 600}},
     "60-3165 0.39 "},
    {"a lamp of 12 W is a load all the same",
     "other",
     {{0, 60}, {12, 18000}, {0, 900}},
     "60-18045 0.06 "},
    {"and so is one of 12 W that was brighter at first",
     "other",
     {{0, 60}, {60, 60}, {12, 18000}, {0, 900}},
     "60-18105 0.06 "},
    {"a second load after six minutes",
     "washer",
     {{0, 60}, {2000, 1800}, {1, 360}, {2000, 1800}, {1, 600}},
     "60-1845 0.99 2220-4005 0.99 "},
    {"read every 30 s",
     "washer",
     {{0, 60}, {2000, 1800}, {1, 360}, {2000, 1800}, {1, 600}},
     "60-1830 0.98 2220-3990 0.98 ",
     30},
    {"read every minute",
     "washer",
     {{0, 60}, {2000, 1800}, {1, 360}, {2000, 1800}, {1, 600}},
     "60-1800 0.97 2220-3960 0.97 ",
     60},
    {"bursts of more than 8 % of a dryer's mean",
     "dryer",
     {{0, 60}, {700, 3600}, {250, 30}, {5, 90, 2, 120}, {1, 900}},
     "60-3780 0.70 "},
    {"a dryer that reverses its drum goes on",
     "dryer",
     {{0, 60}, {2200, 3600}, {200, 75}, {5, 15, 2, 60}, {1, 900}},
     "60-9120 2.45 "},
    {"a washer's drum that turns against creases is not its end",
     "washer",
     {{0, 60},
      {2000, 1200},
      {120, 15},
      {20, 15, 2, 60},
      {400, 300},
      {100, 15},
      {4, 45, 2, 30},
      {1, 900}},
     "60-3390 0.73 "},
    {"the noise of a standby is no activity",
     "washer",
     {{0, 60}, {2000, 1800}, {5, 300}, {13, 15}, {5, 105, 2, 30}, {5, 1200}},
     "60-1845 0.99 "},
    {"nor does it hide a rest above StartAbove",
     "dishwasher",
     {{0, 60}, {2000, 1800}, {12, 300}, {20, 15}, {12, 105, 2, 30}},
     "60-1845 0.99 "},
    {"a coffee machine that keeps warm at so little is on",
     "coffee",
     {{0, 60}, {1200, 60}, {6, 300}, {18, 15}, {6, 105, 2, 30}},
     "+"},
    {"but what comes before more washing is no crease guard",
     "washer",
     {{0, 60},
      {2000, 900},
      {60, 15},
      {4, 45, 2, 60},
      {2000, 600},
      {400, 300},
      {1, 900}},
     "60-5505 0.88 "},
};

START_TEST(curve_gives_these_cycles) {
  struct appliance_settings s = settings_of(curves[_i].kind);
  char found[512];

  play(&s, curves[_i].steps, curves[_i].interval > 0 ? curves[_i].interval : 15,
       found);
  ck_assert_msg(strcmp(found, curves[_i].cycles) == 0, "%s: \"%s\", not \"%s\"",
                curves[_i].what, found, curves[_i].cycles);
}
END_TEST

START_TEST(a_counter_carries_a_cycle_over_a_gap) {
  struct appliance_settings s = settings_of("washer");
  struct cycle_detector d = {0};

  for (double at = 0; at <= 900; at += 15)
    cycle_add(&d, &s.cycle, at, 2000, 15 * 2000 / 3600.0, 45);
  ck_assert(d.running);
  /* an hour without a word, in which the counter grew by 70 % of before */
  ck_assert_int_eq(cycle_add(&d, &s.cycle, 4500, 1500, 1400, 45),
                   CYCLE_NOTHING);
  ck_assert(d.running);
  /* and one in which it hardly grew */
  ck_assert_int_eq(cycle_add(&d, &s.cycle, 8100, 1, 100, 45), CYCLE_ENDED);
  ck_assert_double_eq(d.last_stretch.end, 4500);
}
END_TEST

/* Heating, then a wash at a tenth of that, in which the plug is away for 20
 * minutes; watts: the mean of these, and what is read afterwards. */
static enum cycle_event come_back(struct cycle_detector *d,
                                  const struct cycle_settings *s, double mean,
                                  double watts) {
  for (double at = 0; at <= 900; at += 15)
    cycle_add(d, s, at, 2000, 15 * 2000 / 3600.0, 45);
  return cycle_add(d, s, 2100, watts, 1200 * mean / 3600, 45);
}

/* The same watts every 15 s for so long, after come_back(). */
static enum cycle_event go_on(struct cycle_detector *d,
                              const struct cycle_settings *s, double watts,
                              double seconds) {
  enum cycle_event event = CYCLE_NOTHING;

  for (double at = 2115; at <= 2100 + seconds && event == CYCLE_NOTHING;
       at += 15)
    event = cycle_add(d, s, at, watts, 15 * watts / 3600, 45);
  return event;
}

START_TEST(a_load_that_takes_less_by_now_goes_on_over_a_short_gap) {
  struct appliance_settings s = settings_of("washer");
  struct cycle_detector d = {0};

  /* the drum stands still just then */
  ck_assert_int_eq(come_back(&d, &s.cycle, 200, 2), CYCLE_NOTHING);
  ck_assert_int_eq(go_on(&d, &s.cycle, 2, 60), CYCLE_NOTHING);
  ck_assert_int_eq(cycle_add(&d, &s.cycle, 2175, 300, 1, 45), CYCLE_NOTHING);
  ck_assert(d.running);
  ck_assert_double_eq(d.start, 0);
}
END_TEST

START_TEST(a_load_that_ended_in_a_gap_ends_where_it_was_last_seen) {
  struct appliance_settings s = settings_of("washer");
  struct cycle_detector d = {0};

  ck_assert_int_eq(come_back(&d, &s.cycle, 200, 2), CYCLE_NOTHING);
  ck_assert_int_eq(go_on(&d, &s.cycle, 2, 330), CYCLE_ENDED);
  ck_assert_double_eq(d.last_stretch.end, 900);
  ck_assert_double_eq_tol(d.last_stretch.wh, 500, 10);
}
END_TEST

START_TEST(a_gap_in_which_only_a_standby_was_used_is_the_end) {
  struct appliance_settings s = settings_of("washer");
  struct cycle_detector d = {0};

  ck_assert_int_eq(come_back(&d, &s.cycle, 5, 2), CYCLE_ENDED);
  ck_assert_double_eq(d.last_stretch.end, 900);
}
END_TEST

START_TEST(readings_each_second_need_no_more_memory) {
  struct appliance_settings s = settings_of("washer");
  char found[512];
  static const struct step steps[] = {{0, 60}, {2000, 1800}, {1, 600}, {0, 0}};

  play(&s, steps, 1, found);
  ck_assert_str_eq(found, "60-1859 1.00 ");
}
END_TEST

START_TEST(senseless_readings_change_nothing) {
  struct appliance_settings s = settings_of("washer");
  struct cycle_detector d = {0}, before;

  cycle_add(&d, &s.cycle, 100, 2000, -1, 45);
  before = d;
  cycle_add(&d, &s.cycle, 100, 5, -1, 45); /* no time has passed */
  cycle_add(&d, &s.cycle, 50, 5, -1, 45);  /* time went back */
  cycle_add(&d, &s.cycle, 115, NAN, -1, 45);
  cycle_add(&d, &s.cycle, INFINITY, 5, -1, 45);
  ck_assert_mem_eq(&d, &before, sizeof(d));
}
END_TEST

static void fill(TCase *tc) {
  tcase_add_loop_test(tc, curve_gives_these_cycles, 0, ROWS(curves));
  tcase_add_test(tc, a_counter_carries_a_cycle_over_a_gap);
  tcase_add_test(tc, a_load_that_takes_less_by_now_goes_on_over_a_short_gap);
  tcase_add_test(tc, a_load_that_ended_in_a_gap_ends_where_it_was_last_seen);
  tcase_add_test(tc, a_gap_in_which_only_a_standby_was_used_is_the_end);
  tcase_add_test(tc, readings_each_second_need_no_more_memory);
  tcase_add_test(tc, senseless_readings_change_nothing);
}

int main(void) { return suite_run("cycle", fill); }
