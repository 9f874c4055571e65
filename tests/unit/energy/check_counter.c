/* SPDX-License-Identifier: MIT */
/* Energy that never falls: resets, glitches, gaps, power over time. */
#include <config.h>

#include "energy/counter.h"

#include "../support/suite.h"

#include <math.h>

static const uint64_t SECOND = 1000000;

static const struct {
  const char *what;
  double totals[4]; /* Wh, one minute apart */
  double wh;        /* counted in the end */
  unsigned gaps;
} series[] = {
    {"begins at the device's own total", {100, 100, 100, 100}, 100, 0},
    {"grows with it", {100, 110, 115.5, 120}, 120, 0},
    {"after a reset goes on with what is shown", {5000, 5010, 3, 8}, 5018, 0},
    {"after a reset to nothing", {5000, 5010, 0, 5}, 5015, 0},
    {"a short glitch to zero counts nothing", {5000, 0, 5000, 5001}, 5001, 0},
    {"a short glitch upwards counts nothing",
     {5000, 900000, 5000, 5001},
     5001,
     1},
    {"a slip of one unit down counts nothing",
     {5000, 4999, 5000, 5001},
     5001,
     0},
    {"a digit that flickers counts nothing", {60, 59, 60, 59}, 60, 0},
    {"a roll-back goes on from there", {40000, 39950, 39951, 39953}, 40003, 0},
    {"a roll-back that was none", {40000, 39990, 40000, 40001}, 40001, 0},
    {"what cannot be stays: a new base", {1000, 90000, 90003, 90006}, 1003, 2},
    {"a bad value is made up for", {43839, 20, 43840, 43869}, 43869, 0},
    {"at a meter that steps in tens", {0, 20, 20, 40}, 40, 0},
};

START_TEST(totals_become_a_counter_that_never_falls) {
  struct counter c = {0};
  double before = 0;

  for (unsigned i = 0; i < 4; i++) {
    double grown = counter_add_total(&c, series[_i].totals[i], i * 60 * SECOND);

    ck_assert_msg(c.wh >= before, "%s: fell", series[_i].what);
    if (i > 0)
      ck_assert_msg(fabs(c.wh - before - grown) < 1e-9, "%s: growth",
                    series[_i].what);
    before = c.wh;
  }
  ck_assert_msg(fabs(c.wh - series[_i].wh) < 1e-9, "%s: %g Wh", series[_i].what,
                c.wh);
  ck_assert_msg(c.gaps == series[_i].gaps, "%s: %u gaps", series[_i].what,
                c.gaps);
}
END_TEST

START_TEST(energy_used_while_nobody_looked_counts) {
  struct counter c = {0};

  counter_add_total(&c, 1000, 0);
  ck_assert_double_eq(counter_add_total(&c, 25000, 3600 * 10 * SECOND), 24000);
  ck_assert_uint_eq(c.gaps, 0);
}
END_TEST

static const struct {
  const char *what;
  struct {
    double watts, at; /* s */
  } points[4];
  double wh;
  unsigned gaps;
} lines[] = {
    {"one value says nothing yet", {{1000, 0}}, 0, 0},
    {"a constant hour", {{60, 0}, {60, 1200}, {60, 2400}, {60, 3600}}, 60, 0},
    {"a ramp is a trapezoid", {{0, 0}, {120, 1200}}, 20, 0},
    {"a long silence is left out",
     {{60, 0}, {60, 1200}, {60, 9000}, {60, 10200}},
     40,
     1},
};

START_TEST(power_is_integrated_over_time) {
  struct counter c = {0};

  for (unsigned i = 0; i < 4 && (i == 0 || lines[_i].points[i].at > 0); i++)
    counter_add_power(&c, lines[_i].points[i].watts,
                      (uint64_t)lines[_i].points[i].at * SECOND, 1300 * SECOND);
  ck_assert_msg(fabs(c.wh - lines[_i].wh) < 1e-9, "%s: %g Wh", lines[_i].what,
                c.wh);
  ck_assert_msg(c.gaps == lines[_i].gaps, "%s: %u gaps", lines[_i].what,
                c.gaps);
}
END_TEST

START_TEST(a_total_that_appears_later_takes_over_without_a_jump) {
  struct counter c = {0};

  counter_add_power(&c, 3600, 0, 100 * SECOND);
  counter_add_power(&c, 3600, 10 * SECOND, 100 * SECOND);
  ck_assert_double_eq_tol(c.wh, 10, 1e-9);
  ck_assert_double_eq(counter_add_total(&c, 70000, 20 * SECOND), 0);
  ck_assert_double_eq(counter_add_total(&c, 70001, 30 * SECOND), 1);
  ck_assert_double_eq_tol(c.wh, 11, 1e-9);
}
END_TEST

START_TEST(another_source_goes_on_where_the_old_one_was) {
  struct counter c = {0};

  counter_change_source(&c); /* nothing there yet */
  counter_add_total(&c, 70000, 10 * SECOND);
  counter_change_source(&c);
  ck_assert_double_eq(counter_add_power(&c, 3600, 20 * SECOND, 60 * SECOND), 0);
  ck_assert_double_eq(counter_add_power(&c, 3600, 30 * SECOND, 60 * SECOND),
                      10);
  ck_assert_double_eq_tol(c.wh, 70010, 1e-9);
  counter_change_source(&c);
  ck_assert_double_eq(counter_add_total(&c, 5, 40 * SECOND), 0);
  ck_assert_double_eq(counter_add_total(&c, 6, 50 * SECOND), 1);
  ck_assert_double_eq_tol(c.wh, 70011, 1e-9);
  ck_assert_uint_eq(c.gaps, 0);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_loop_test(t, totals_become_a_counter_that_never_falls, 0,
                      ROWS(series));
  tcase_add_test(t, energy_used_while_nobody_looked_counts);
  tcase_add_loop_test(t, power_is_integrated_over_time, 0, ROWS(lines));
  tcase_add_test(t, a_total_that_appears_later_takes_over_without_a_jump);
  tcase_add_test(t, another_source_goes_on_where_the_old_one_was);
}

int main(void) { return suite_run("counter", fill); }
