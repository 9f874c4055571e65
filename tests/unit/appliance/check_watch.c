/* SPDX-License-Identifier: MIT */
/* What is unusual, and what is not: a compressor and a machine in a test's
 * hands. */
#include <config.h>

#include "appliance/watch.h"

#include "../support/suite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct appliance_settings s;
static struct cycle_detector d;
static struct watch w;
static double at, last_at;
static char told[2000]; /* all texts, one per line */

static void setup(const char *kind, const char *option, const char *value) {
  struct option_reporter reporter = {0};
  struct conf_item *block = conf_new("Appliance");

  ck_assert_int_eq(conf_add_string(conf_add_child(block, "Kind"), kind), 0);
  if (option != NULL)
    ck_assert_int_eq(conf_add_string(conf_add_child(block, option), value), 0);
  ck_assert_uint_eq(
      appliance_settings_read(&s, block, "<Appliance>", &reporter), 0);
  conf_free(block);
  d = (struct cycle_detector){0};
  w = (struct watch){0};
  at = 0;
  last_at = -15;
  told[0] = '\0';
}

static void hold(double watts, double seconds, bool gap) {
  for (double end = at + seconds; at < end; at += 15, gap = false) {
    enum cycle_event event = cycle_add(&d, &s.cycle, at, watts, -1, 45);
    struct watch_reading r = {.at = at,
                              .seconds = at - last_at,
                              .gap = gap,
                              .grown_wh = NAN,
                              .wall = NAN};
    char text[WATCH_TEXT_SIZE];

    last_at = at;

    if (watch_add(&w, &s, &d, event, &r, text) != WATCH_NOTHING)
      snprintf(told + strlen(told), sizeof(told) - strlen(told), "%s\n", text);
  }
}

static void compressor(unsigned times) {
  for (unsigned i = 0; i < times; i++) {
    hold(0, 3300, false);
    hold(158, 540, false);
  }
}

START_TEST(a_freezer_that_works_is_silent) {
  setup("freezer", NULL, NULL);
  compressor(60);
  ck_assert_str_eq(told, "");
}
END_TEST

START_TEST(a_freezer_that_does_not_start_is_told_once_and_over) {
  setup("freezer", NULL, NULL);
  compressor(25);
  hold(0, 4 * 3600, false);
  ck_assert_str_eq(
      told, "has not started for 2 h 46 min; usually pauses at most 55 min\n");
  hold(158, 540, false);
  ck_assert_str_eq(
      told, "has not started for 2 h 46 min; usually pauses at most 55 min\n"
            "has started again\n");
}
END_TEST

START_TEST(before_twenty_runs_nothing_is_unusual) {
  setup("freezer", NULL, NULL);
  compressor(15);
  hold(0, 10 * 3600, false);
  ck_assert_str_eq(told, "");
}
END_TEST

START_TEST(an_expected_start_needs_no_learning) {
  setup("freezer", "ExpectEvery", "6h");
  hold(0, 7 * 3600, false);
  ck_assert_str_eq(told, "has not started for 6 h; expected every 6 h\n");
}
END_TEST

START_TEST(a_plug_that_was_away_accuses_nobody) {
  setup("freezer", NULL, NULL);
  compressor(25);
  hold(0, 600, false);
  at += 5 * 3600;
  hold(0, 1800, true);
  ck_assert_str_eq(told, "");
}
END_TEST

/* In a few minutes it cannot have run. */
START_TEST(a_plug_that_is_lost_now_and_then_hides_no_fault) {
  setup("freezer", NULL, NULL);
  compressor(25);
  for (unsigned i = 0; i < 10; i++) {
    hold(0, 1200, i > 0);
    at += 300;
  }
  ck_assert_str_eq(
      told, "has not started for 2 h 46 min; usually pauses at most 55 min\n");
  setup("freezer", NULL, NULL);
  compressor(25);
  for (unsigned i = 0; i < 20; i++) {
    hold(0, 1200, i > 0);
    at += 600; /* as long as a run */
  }
  ck_assert_str_eq(told, "");
}
END_TEST

/* Its plug was lost in a run, which ended whenever it did. */
START_TEST(nor_does_one_that_was_away_since_a_run) {
  setup("freezer", NULL, NULL);
  compressor(25);
  at += 2 * 86400;
  hold(0, 1800, true);
  ck_assert_str_eq(told, "");
  ck_assert_uint_eq(w.runs.seen, 24);
  hold(158, 540, false);
  hold(0, 600, false);
  ck_assert_uint_eq(w.runs.seen, 25);
  ck_assert_double_le(history_largest(&w.pauses, 30), 3400);
  hold(0, 4 * 3600, false); /* it is watched again */
  ck_assert_str_eq(
      told, "has not started for 2 h 46 min; usually pauses at most 55 min\n");
}
END_TEST

START_TEST(a_fridge_that_runs_on_says_what_is_usual) {
  setup("fridge", NULL, NULL);
  for (unsigned i = 0; i < 25; i++) {
    hold(0, 2400, false);
    hold(90, 1860, false);
  }
  hold(0, 2400, false);
  hold(90, 3 * 3600, false);
  ck_assert_str_eq(told, "has run 1 h 33 min; usually at most 31 min\n");
}
END_TEST

START_TEST(a_machine_left_on_is_told_by_its_limit) {
  setup("heater", "MaxDuration", "2h");
  hold(0, 600, false);
  hold(1500, 3 * 3600, false);
  ck_assert_str_eq(told, "has run 2 h; at most 2 h is allowed\n");
}
END_TEST

static void fill(TCase *tc) {
  tcase_add_test(tc, a_freezer_that_works_is_silent);
  tcase_add_test(tc, a_freezer_that_does_not_start_is_told_once_and_over);
  tcase_add_test(tc, before_twenty_runs_nothing_is_unusual);
  tcase_add_test(tc, an_expected_start_needs_no_learning);
  tcase_add_test(tc, a_plug_that_was_away_accuses_nobody);
  tcase_add_test(tc, a_plug_that_is_lost_now_and_then_hides_no_fault);
  tcase_add_test(tc, nor_does_one_that_was_away_since_a_run);
  tcase_add_test(tc, a_fridge_that_runs_on_says_what_is_usual);
  tcase_add_test(tc, a_machine_left_on_is_told_by_its_limit);
}

int main(void) { return suite_run("watch", fill); }
