/* SPDX-License-Identifier: MIT */
/* What a plug takes at least, day by day. */
#include <config.h>

#include "appliance/low_power.h"

#include "../support/suite.h"

#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400, FIRST = 20000 };

static struct low_power p;
static double at;
static char *log_text;

static void setup(void) {
  p = (struct low_power){0};
  at = 0;
  log_text = NULL;
}

static void teardown(void) { free(log_text); }

static void hold(double watts, double seconds, double interval) {
  for (double end = at + seconds; at < end; at += interval) {
    struct low_power_day over;

    if (low_power_add(&p, at, watts, FIRST + (int)(at / DAY_S), 3 * interval,
                      &over)) {
      char *longer = low_power_log(log_text, &over);

      ck_assert_ptr_nonnull(longer);
      free(log_text);
      log_text = longer;
    }
  }
}

/* The day's line; negative watts: there is none. */
static struct low_power_day logged(int day) {
  const char *text = log_text != NULL ? log_text : "";
  struct low_power_day d;

  while (low_power_next(&text, &d))
    if (d.day == day)
      return d;
  return (struct low_power_day){.watts = -1};
}

START_TEST(the_lowest_five_minutes_of_a_day_that_was_seen) {
  struct low_power_day d;

  hold(60, 40000, 15);
  hold(0, 30, 15); /* a moment off is not five minutes */
  hold(60, 10000, 15);
  hold(2.5, 600, 15);
  hold(60, DAY_S, 15);
  d = logged(FIRST);
  ck_assert_double_eq_tol(d.watts, 2.5, 1e-3);
  ck_assert(low_power_is_known(&d));
}
END_TEST

START_TEST(polled_every_five_minutes_it_is_known_too) {
  hold(60, 40000, 300);
  hold(3, 900, 300);
  hold(60, DAY_S, 300);
  ck_assert_double_eq_tol(logged(FIRST).watts, 3, 1e-3);
}
END_TEST

START_TEST(a_day_that_was_hardly_seen_says_nothing) {
  struct low_power_day d;

  hold(60, 20000, 15);
  at = DAY_S - 600;
  hold(5, 1200, 15);
  d = logged(FIRST);
  ck_assert_double_ge(d.watts, 0);
  ck_assert(!low_power_is_known(&d));
}
END_TEST

START_TEST(a_gap_is_no_low_power) {
  hold(60, 40000, 15);
  hold(1, 15, 15);
  at += 900;
  hold(1, 15, 15);
  hold(60, DAY_S, 15);
  ck_assert_double_gt(logged(FIRST).watts, 50);
}
END_TEST

START_TEST(the_log_is_bounded_and_has_each_day_once) {
  const struct low_power_day again = {FIRST + 59, 1, DAY_S};
  const char *text;
  char *twice;
  struct low_power_day d;
  unsigned num = 0;

  hold(7, 61.0 * DAY_S, 60);
  twice = low_power_log(log_text, &again);
  free(log_text);
  log_text = twice;
  text = log_text;
  while (low_power_next(&text, &d))
    num++;
  ck_assert_uint_eq(num, LOW_POWER_DAYS);
  ck_assert_double_eq(logged(FIRST + 59).watts, 1);
  ck_assert_double_eq(logged(FIRST + 58).watts, 7);
}
END_TEST

START_TEST(lines_that_are_none_are_passed_over) {
  const char *text = "nonsense\n\n1 2\n20000 nan 5\n-1 2 3\n20001 2.5 80000";
  struct low_power_day d;

  ck_assert(low_power_next(&text, &d));
  ck_assert_int_eq(d.day, FIRST + 1);
  ck_assert(!low_power_next(&text, &d));
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, the_lowest_five_minutes_of_a_day_that_was_seen);
  tcase_add_test(t, polled_every_five_minutes_it_is_known_too);
  tcase_add_test(t, a_day_that_was_hardly_seen_says_nothing);
  tcase_add_test(t, a_gap_is_no_low_power);
  tcase_add_test(t, the_log_is_bounded_and_has_each_day_once);
  tcase_add_test(t, lines_that_are_none_are_passed_over);
}

int main(void) { return suite_run("low power", fill); }
