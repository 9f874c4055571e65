/* SPDX-License-Identifier: MIT */
/* Expect "Mon-Fri" "06:00-10:00": what ran, what did not, and what nobody can
 * know, over weekends, summer time, restarts and a clock that is set. */
#include <config.h>

#include "appliance/appliance.h"
#include "appliance/appliance_state.h"

#include "../support/conf_build.h"
#include "../support/suite.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

static const double HOUR = 3600, DAY = 86400;

static struct appliance_settings s;
static struct appliance a;
static double at, wall, counter;
static bool has_counter;
static char told[2000];

static void hook(void *arg, enum appliance_news news, const char *text) {
  (void)arg;
  if (news != APPLIANCE_FINISHED)
    snprintf(told + strlen(told), sizeof(told) - strlen(told), "%s\n", text);
}

static void expect(const char *days, const char *hours) {
  struct option_reporter reporter = {0};
  struct conf_item *block = conf_new("Appliance");
  struct conf_item *item = put_string(block, "Expect", days);

  ck_assert_int_eq(conf_add_string(item, hours), 0);
  ck_assert_uint_eq(
      appliance_settings_read(&s, block, "<Appliance>", &reporter), 0);
  conf_free(block);
}

/* Friday, 15 January 2027, 09:00 in Berlin less the hour. */
static void setup(const char *days, const char *hours) {
  setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
  tzset();
  expect(days, hours);
  a = (struct appliance){0};
  at = 1000;
  wall = 1800000000 - 9 * HOUR; /* midnight */
  counter = 5000;
  has_counter = true;
  told[0] = '\0';
}

static void hold(double watts, double seconds) {
  for (double end = at + seconds; at < end; at += 30, wall += 30) {
    struct appliance_reading r = {.at = at,
                                  .watts = watts,
                                  .counter_wh = has_counter ? counter : NAN,
                                  .interval_s = 30,
                                  .wall = wall,
                                  .price = NAN};

    appliance_add(&a, &s, NULL, &r, hook, NULL);
    counter += watts * 30 / 3600;
  }
}

static void away(double seconds, double watts) {
  at += seconds;
  wall += seconds;
  counter += watts * seconds / 3600;
}

static void restart(double seconds, double watts) {
  char *text =
      appliance_state_write(&a, (struct appliance_clocks){at - 30, wall - 30});

  ck_assert_ptr_nonnull(text);
  at = 77;
  wall += seconds;
  counter += watts * seconds / 3600;
  a = (struct appliance){0};
  ck_assert(
      appliance_state_read(&a, text, (struct appliance_clocks){at, wall}));
  free(text);
}

START_TEST(what_ran_is_silent_and_what_did_not_is_told_once) {
  setup("Mon-Fri", "06:00-10:00");
  hold(1, 7 * HOUR);
  hold(1000, 600); /* Friday at seven */
  hold(1, 16 * HOUR + 3000);
  ck_assert_str_eq(told, "");
  hold(1, 2 * DAY + 9.9 * HOUR); /* the weekend, and Monday so far */
  ck_assert_str_eq(told, "");
  hold(1, 0.2 * HOUR);
  ck_assert_str_eq(told, "has not run since Fri 07:09; is expected to between "
                         "06:00 and 10:00\n");
  told[0] = '\0';
  hold(1, 3 * DAY); /* not each day again */
  ck_assert_str_eq(told, "");
  hold(1000, 600);
  ck_assert_str_eq(told, "has started again\n");
}
END_TEST

START_TEST(long_ago_has_a_date_and_never_has_none) {
  setup("Fri", "06:00-10:00");
  hold(1, 11 * HOUR);
  ck_assert_str_eq(told,
                   "has not run between 06:00 and 10:00, as is expected\n");
  hold(1000, 600);
  told[0] = '\0';
  hold(1, 7 * DAY);
  ck_assert_str_eq(told, "has not run since 2027-01-15 11:09; is expected to "
                         "between 06:00 and 10:00\n");
}
END_TEST

START_TEST(a_run_across_an_edge_is_a_run) {
  setup("Mon-Fri", "06:00-10:00");
  hold(1, 5 * HOUR);
  hold(1000, 1.1 * HOUR); /* to shortly after six */
  hold(1, 4 * HOUR);
  ck_assert_str_eq(told, "");
  setup("Mon-Fri", "06:00-10:00");
  hold(1, 10 * HOUR - 30);
  hold(1000, HOUR); /* from shortly before ten */
  ck_assert_str_eq(told, "");
}
END_TEST

START_TEST(a_night_belongs_to_the_day_on_which_it_starts) {
  setup("Fri", "22:00-02:00");
  hold(1, DAY + HOUR);
  ck_assert_str_eq(told, "");
  hold(1, 1.5 * HOUR);
  ck_assert_str_eq(told,
                   "has not run between 22:00 and 02:00, as is expected\n");
}
END_TEST

START_TEST(summer_time_moves_the_window) {
  setup("Sun", "06:00-10:00");
  wall += 71 * DAY;          /* Saturday, 27 March */
  hold(1, DAY + 8.9 * HOUR); /* 09:54 in summer time */
  ck_assert_str_eq(told, "");
  hold(1, 0.2 * HOUR);
  ck_assert_str_ne(told, "");
}
END_TEST

/* In the night of 28 March 2027 there is no hour from two to three, in that of
 * 31 October there are two. */
static const struct {
  const char *hours;
  int night;         /* days after 15 January */
  double from, runs; /* hours since midnight when it runs; 0: not at all */
  bool missed;
} nights[] = {
    {"02:00-03:00", 72, 0, 0, false}, /* there is no such window */
    {"02:00-02:30", 72, 0, 0, false},
    {"02:30-03:30", 72, 0, 0, true}, /* half of it is there */
    {"02:30-03:30", 72, 2.1, 0.2, false},
    {"01:30-02:30", 72, 1.6, 0.2, false},
    {"01:30-02:30", 72, 0, 0, true},
    {"02:00-03:00", 289, 0, 0, true},
    {"02:00-03:00", 289, 2.2, 0.2, false}, /* the first two o'clock */
    {"02:00-03:00", 289, 3.2, 0.2, false}, /* and the second */
    {"02:30-04:00", 289, 2.6, 0.2, false},
    {"01:00-02:30", 289, 3.2, 0.2, false},
    {"01:00-02:30", 289, 3.7, 0.2, true},
};

START_TEST(nights_in_which_clocks_change) {
  double runs = nights[_i].runs, from = nights[_i].from;

  setup("Sun", nights[_i].hours);
  wall += nights[_i].night * DAY - (nights[_i].night > 72 ? HOUR : 0) - HOUR;
  hold(1, HOUR + (from > 0 ? from : 1) * HOUR);
  hold(runs > 0 ? 1000 : 1, runs > 0 ? runs * HOUR : 60);
  hold(1, 6 * HOUR);
  if (nights[_i].missed)
    ck_assert_ptr_nonnull(strstr(told, "expected"));
  else
    ck_assert_str_eq(told, "");
}
END_TEST

START_TEST(a_window_that_is_left_out_is_not_the_next_one) {
  setup("Sun", "02:00-03:00");
  wall += 65 * DAY + 12 * HOUR; /* a week before */
  hold(1, 8 * DAY);
  ck_assert_str_eq(told, "");
}
END_TEST

START_TEST(a_window_that_was_not_seen_says_nothing) {
  setup("Mon-Fri", "06:00-10:00");
  has_counter = false;
  hold(1, 7 * HOUR);
  away(1 * HOUR, 0);
  hold(1, 5 * HOUR);
  ck_assert_str_eq(told, "");
  setup("Mon-Fri", "06:00-10:00"); /* begun in the middle */
  wall += 8 * HOUR;
  hold(1, 5 * HOUR);
  ck_assert_str_eq(told, "");
  setup("Mon-Fri", "06:00-10:00");
  has_counter = false;
  hold(1, 7 * HOUR);
  away(600, 0); /* a little is no matter */
  hold(1, 5 * HOUR);
  ck_assert_str_ne(told, "");
}
END_TEST

START_TEST(the_counter_knows_what_was_not_seen) {
  setup("Mon-Fri", "06:00-10:00");
  hold(1, 7 * HOUR);
  away(2 * HOUR, 1);
  hold(1, 5 * HOUR);
  ck_assert_str_ne(told, "");
  setup("Mon-Fri", "06:00-10:00");
  hold(1, 7 * HOUR);
  away(2 * HOUR, 100);
  hold(1, 5 * HOUR);
  ck_assert_str_eq(told, "");
}
END_TEST

START_TEST(a_restart_forgets_neither_the_run_nor_the_window) {
  setup("Mon-Fri", "06:00-10:00");
  hold(1, 7 * HOUR);
  hold(1000, 600);
  hold(1, HOUR);
  restart(60, 1);
  hold(1, 3 * HOUR);
  ck_assert_str_eq(told, "");
  setup("Mon-Fri", "06:00-10:00");
  hold(1, 9 * HOUR);
  restart(2 * HOUR, 1); /* the end of the window, too */
  hold(1, 600);
  ck_assert_str_eq(told,
                   "has not run between 06:00 and 10:00, as is expected\n");
  restart(60, 1);
  hold(1, 4 * DAY);
  ck_assert_str_eq(told,
                   "has not run between 06:00 and 10:00, as is expected\n");
  setup("Mon-Fri", "06:00-10:00");
  hold(1, 9.9 * HOUR);
  restart(DAY, 0); /* Saturday: too late for it */
  hold(1, 600);
  ck_assert_str_eq(told, "");
}
END_TEST

START_TEST(other_settings_begin_anew) {
  setup("Mon-Fri", "06:00-10:00");
  hold(1, 9 * HOUR);
  expect("Mon-Fri", "08:00-09:30");
  hold(1, HOUR);
  ck_assert_str_eq(told, ""); /* the most of it was not watched */
}
END_TEST

START_TEST(a_clock_that_is_set_is_no_window) {
  setup("Mon-Fri", "06:00-10:00");
  wall -= 1000 * DAY; /* no clock of its own */
  hold(1, 600);
  wall += 1000 * DAY + 11 * HOUR;
  hold(1, 600);
  ck_assert_str_eq(told, "");
  setup("Mon-Fri", "06:00-10:00");
  hold(1, 5 * HOUR);
  wall += 5.5 * HOUR;
  hold(1, 600);
  ck_assert_str_eq(told, "");
  wall -= 5 * HOUR; /* and back: the window comes in full */
  hold(1, 5 * HOUR);
  ck_assert_str_eq(told, "");
}
END_TEST

static const char *const wrong[][2] = {
    {"Mon-Fry", "06:00-10:00"},
    {"Mon", "10:00-10:00"},
    {"", "06:00-10:00"},
    {"Mon", "25:00-26:00"},
    {"Mon", "6-8,9:00-11:00"},
    {"Mon", ""},
    {"Mon", "06:00-07:00,08:00-09:00"},
};

START_TEST(what_is_no_window_is_one_line) {
  COMPLAINTS(c);
  struct conf_item *block = conf_new("Appliance");
  struct conf_item *item = put_string(block, "Expect", wrong[_i][0]);

  conf_add_string(item, wrong[_i][1]);
  appliance_settings_read(&s, block, "<Appliance>", &c.reporter);
  conf_free(block);
  ck_assert_uint_eq(c.num, 1);
  ck_assert_ptr_nonnull(strstr(c.last, "option Expect"));
  ck_assert_ptr_nonnull(strstr(c.last, "\"Mon-Fri\" \"06:00-10:00\""));
  ck_assert_uint_eq(s.expect.weekdays, 0);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_test(t, what_ran_is_silent_and_what_did_not_is_told_once);
  tcase_add_test(t, long_ago_has_a_date_and_never_has_none);
  tcase_add_test(t, a_run_across_an_edge_is_a_run);
  tcase_add_test(t, a_night_belongs_to_the_day_on_which_it_starts);
  tcase_add_test(t, summer_time_moves_the_window);
  tcase_add_loop_test(t, nights_in_which_clocks_change, 0, ROWS(nights));
  tcase_add_test(t, a_window_that_is_left_out_is_not_the_next_one);
  tcase_add_test(t, a_window_that_was_not_seen_says_nothing);
  tcase_add_test(t, the_counter_knows_what_was_not_seen);
  tcase_add_test(t, a_restart_forgets_neither_the_run_nor_the_window);
  tcase_add_test(t, other_settings_begin_anew);
  tcase_add_test(t, a_clock_that_is_set_is_no_window);
  tcase_add_loop_test(t, what_is_no_window_is_one_line, 0, ROWS(wrong));
}

int main(void) { return suite_run("expect", fill); }
