/* SPDX-License-Identifier: MIT */
/* What collectd's threshold plugin says of a value: the sentences are those it
 * was heard to write. */
#include <config.h>

#include "alert/model/threshold.h"

#include "../support/suite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define HEAD "Host tester, plugin kasa (instance Fridge) type power"

static const struct threshold both = {
    .warning_min = 20,
    .warning_max = 1500,
    .failure_min = 5,
    .failure_max = 2000,
    .data_source = "value",
};

static const struct {
  double value;
  enum severity verdict;
  const char *text;
} rows[] = {
    {2001, SEVERITY_FAILURE,
     HEAD ": Data source \"value\" is currently 2001.000000. That is above the "
          "failure threshold of 2000.000000."},
    {1501, SEVERITY_WARNING,
     HEAD ": Data source \"value\" is currently 1501.000000. That is above the "
          "warning threshold of 1500.000000."},
    {1500, SEVERITY_OKAY,
     HEAD ": All data sources are within range again. Current value of "
          "\"value\" is 1500.000000."},
    {10, SEVERITY_WARNING,
     HEAD ": Data source \"value\" is currently 10.000000. That is below the "
          "warning threshold of 20.000000."},
    {4, SEVERITY_FAILURE,
     HEAD ": Data source \"value\" is currently 4.000000. That is below the "
          "failure threshold of 5.000000."},
};

static struct event fridge(enum severity severity, double value) {
  struct event ev;

  event_init(&ev);
  ev.severity = severity;
  ev.value = value;
  snprintf(ev.host, sizeof(ev.host), "tester");
  snprintf(ev.plugin, sizeof(ev.plugin), "kasa");
  snprintf(ev.plugin_instance, sizeof(ev.plugin_instance), "Fridge");
  snprintf(ev.type, sizeof(ev.type), "power");
  return ev;
}

START_TEST(value_gets_its_verdict_and_sentence) {
  struct event ev = fridge(rows[_i].verdict, rows[_i].value);

  ck_assert_int_eq(threshold_speak(&ev, &both, 1), rows[_i].verdict);
  ck_assert_str_eq(ev.text, rows[_i].text);
  ck_assert(ev.has_value);
  ck_assert_double_eq(ev.failure_max, 2000);
  event_classify(&ev, true);
  ck_assert_int_eq(ev.class, ALERT_RANGE);
}
END_TEST

START_TEST(another_severity_than_asked_changes_nothing) {
  struct event ev = fridge(SEVERITY_FAILURE, 1600);

  ck_assert_int_eq(threshold_speak(&ev, &both, 1), SEVERITY_WARNING);
  ck_assert_str_eq(ev.text, "");
  ck_assert(!ev.has_value);
}
END_TEST

START_TEST(the_worst_of_several_counts) {
  struct threshold all[2] = {both, both};
  struct event ev = fridge(SEVERITY_FAILURE, 1600);

  all[1].failure_max = 1550;
  ck_assert_int_eq(threshold_speak(&ev, all, 2), SEVERITY_FAILURE);
  ck_assert_ptr_nonnull(strstr(ev.text, "failure threshold of 1550"));
}
END_TEST

START_TEST(what_cannot_be_told_is_not_told) {
  struct threshold odd = both;
  struct event ev = fridge(SEVERITY_FAILURE, 2001);

  ck_assert_int_eq(threshold_speak(&ev, NULL, 0), SEVERITY_NONE);
  odd.odd = true;
  ck_assert_int_eq(threshold_speak(&ev, &odd, 1), SEVERITY_NONE);
  ev.value = NAN;
  ck_assert_int_eq(threshold_speak(&ev, &both, 1), SEVERITY_NONE);
  ck_assert_str_eq(ev.text, "");
}
END_TEST

START_TEST(unset_bounds_are_never_crossed) {
  struct threshold t = {NAN, NAN, NAN, 100, "rx", false};
  struct event ev = fridge(SEVERITY_OKAY, -1e9);

  snprintf(ev.type_instance, sizeof(ev.type_instance), "plain");
  ck_assert_int_eq(threshold_speak(&ev, &t, 1), SEVERITY_OKAY);
  ck_assert_str_eq(ev.data_source, "rx");
  ck_assert_ptr_nonnull(strstr(ev.text, "type power (instance plain): All"));
}
END_TEST

static void fill(TCase *t) {
  tcase_add_loop_test(t, value_gets_its_verdict_and_sentence, 0, ROWS(rows));
  tcase_add_test(t, another_severity_than_asked_changes_nothing);
  tcase_add_test(t, the_worst_of_several_counts);
  tcase_add_test(t, what_cannot_be_told_is_not_told);
  tcase_add_test(t, unset_bounds_are_never_crossed);
}

int main(void) { return suite_run("threshold", fill); }
