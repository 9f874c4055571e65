/* SPDX-License-Identifier: MIT */
/* Spikes: what lasts and is far above the week, and nothing else. */
#include <config.h>

#include "appliance/spike.h"

#include "../support/suite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct spike s;
static double at;
static char told[2000];

static double every;

static void setup(void) {
  every = 15;
  s = (struct spike){0};
  at = 0;
  told[0] = '\0';
}

static void hold(double watts, double seconds) {
  for (double end = at + seconds; at < end; at += every) {
    char text[SPIKE_TEXT_SIZE];

    if (spike_add(&s, &spike_defaults, at, watts, 10, text) != SPIKE_NOTHING)
      snprintf(told + strlen(told), sizeof(told) - strlen(told), "%s\n", text);
  }
}

static void compressor(unsigned times) {
  for (unsigned i = 0; i < times; i++) {
    hold(0, 3300);
    hold(1600, 15); /* inrush */
    hold(158, 525);
  }
}

START_TEST(a_freezer_with_inrush_is_silent) {
  compressor(200);
  ck_assert_str_eq(told, "");
  ck_assert_double_eq_tol(spike_usual(&s), 158, 7);
}
END_TEST

START_TEST(what_lasts_is_told_once_and_over) {
  compressor(30);
  hold(2820, 600);
  ck_assert_ptr_nonnull(strstr(told, "takes 2820 W; in the last seven days"));
  ck_assert_ptr_null(strstr(told, "again"));
  hold(0, 60);
  ck_assert_ptr_nonnull(strstr(told, "takes 0 W again\n"));
}
END_TEST

START_TEST(thirty_seconds_are_too_short) {
  compressor(30);
  hold(2820, 45); /* three readings over thirty seconds */
  hold(0, 60);
  ck_assert_str_eq(told, "");
}
END_TEST

START_TEST(little_more_of_little_is_none) {
  for (unsigned i = 0; i < 30; i++) {
    hold(0, 600);
    hold(20, 600);
  }
  hold(60, 600); /* three times as much, but only 40 W */
  ck_assert_str_eq(told, "");
}
END_TEST

START_TEST(nothing_is_usual_at_first) {
  hold(0, 60);
  hold(158, 3600);
  hold(2820, 600);
  ck_assert_str_eq(told, "");
  ck_assert(isnan(spike_usual(&s)));
  ck_assert(isnan(spike_deviation(&s, 158)));
}
END_TEST

START_TEST(a_week_of_one_load_makes_it_usual) {
  hold(158, 7 * 86400 + 60);
  ck_assert_double_eq_tol(spike_usual(&s), 158, 7);
  ck_assert_double_eq_tol(spike_deviation(&s, 2 * spike_usual(&s)), 100, 1e-9);
  hold(0, 15);
  ck_assert_double_eq(spike_deviation(&s, 0), 0);
}
END_TEST

START_TEST(after_a_long_absence_it_learns_anew) {
  compressor(30);
  at += 30 * 86400.0;
  hold(0, 15);
  ck_assert(isnan(spike_usual(&s)));
}
END_TEST

/* Twenty turns are no twenty runs, of which the usual could be known. */
START_TEST(a_drum_teaches_nothing) {
  for (unsigned i = 0; i < 100; i++) {
    hold(90, 30);
    hold(2, 30);
  }
  ck_assert(isnan(spike_usual(&s)));
  hold(2000, 900);
  ck_assert_str_eq(told, "");
}
END_TEST

START_TEST(read_every_minute_two_readings_are_no_spike) {
  every = 60;
  for (unsigned i = 0; i < 30; i++) {
    hold(0, 3300);
    hold(158, 600);
  }
  hold(1600, 120);
  hold(158, 600);
  ck_assert_str_eq(told, "");
  hold(1600, 180);
  ck_assert_ptr_nonnull(strstr(told, "takes 1600 W"));
}
END_TEST

/* A machine that is exchanged for a larger one. */
START_TEST(what_stays_becomes_the_usual) {
  compressor(30);
  hold(500, 60);
  ck_assert_ptr_nonnull(strstr(told, "takes 500 W; in the last seven days"));
  told[0] = '\0';
  hold(500, 9 * 86400.0);
  ck_assert_str_eq(told, "still takes 500 W; this is its usual now\n");
  hold(0, 60);
  hold(500, 600);
  ck_assert_str_eq(told, "still takes 500 W; this is its usual now\n");
}
END_TEST

static void fill(TCase *tc) {
  tcase_add_checked_fixture(tc, setup, NULL);
  tcase_add_test(tc, a_freezer_with_inrush_is_silent);
  tcase_add_test(tc, what_lasts_is_told_once_and_over);
  tcase_add_test(tc, thirty_seconds_are_too_short);
  tcase_add_test(tc, little_more_of_little_is_none);
  tcase_add_test(tc, nothing_is_usual_at_first);
  tcase_add_test(tc, a_week_of_one_load_makes_it_usual);
  tcase_add_test(tc, what_stays_becomes_the_usual);
  tcase_add_test(tc, a_drum_teaches_nothing);
  tcase_add_test(tc, read_every_minute_two_readings_are_no_spike);
  tcase_add_test(tc, after_a_long_absence_it_learns_anew);
}

int main(void) { return suite_run("spike", fill); }
