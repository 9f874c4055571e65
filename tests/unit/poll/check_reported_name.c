/* SPDX-License-Identifier: MIT */
/* What something was called in its last report. */
#include <config.h>

#include "poll/registry/reported_name.h"

#include "../support/suite.h"

#include <stddef.h>

static struct reported_name r;

static void setup(void) { r = (struct reported_name){0}; }

static void teardown(void) { reported_name_forget(&r); }

START_TEST(what_was_in_no_report_was_called_nothing) {
  ck_assert(!reported_name_is_known(&r));
  ck_assert_ptr_null(reported_name_before(&r, "Lamp"));
  reported_name_changes(&r, "Lamp");
  ck_assert_ptr_null(reported_name_before(&r, "Heater"));
  reported_name_told(&r);
  ck_assert(reported_name_is_known(&r));
}
END_TEST

START_TEST(a_name_that_stays_is_not_kept) {
  reported_name_told(&r);
  ck_assert_ptr_null(reported_name_before(&r, "Lamp"));
  reported_name_told(&r);
  ck_assert_ptr_null(reported_name_before(&r, "Lamp"));
}
END_TEST

/* However often it changes in between, the name of the last report counts. */
START_TEST(the_name_of_the_last_report_is_kept_until_the_next) {
  reported_name_told(&r);
  reported_name_changes(&r, "Lamp");
  ck_assert_str_eq(reported_name_before(&r, "Heater"), "Lamp");
  reported_name_changes(&r, "Heater");
  ck_assert_str_eq(reported_name_before(&r, "Fridge"), "Lamp");
  reported_name_told(&r);
  ck_assert_ptr_null(reported_name_before(&r, "Fridge"));
  reported_name_changes(&r, "Fridge");
  ck_assert_str_eq(reported_name_before(&r, "Lamp"), "Fridge");
}
END_TEST

START_TEST(who_gets_its_name_back_has_not_changed) {
  reported_name_told(&r);
  reported_name_changes(&r, "Lamp");
  reported_name_changes(&r, "Heater");
  ck_assert_ptr_null(reported_name_before(&r, "Lamp"));
}
END_TEST

START_TEST(another_has_not_been_in_a_report) {
  reported_name_told(&r);
  reported_name_changes(&r, "Lamp");
  ck_assert(reported_name_is_known(&r));
  reported_name_forget(&r);
  ck_assert(!reported_name_is_known(&r));
  ck_assert_ptr_null(reported_name_before(&r, "Heater"));
  reported_name_changes(&r, "Heater");
  ck_assert_ptr_null(reported_name_before(&r, "Lamp"));
}
END_TEST

START_TEST(no_name_is_none) {
  reported_name_told(&r);
  reported_name_changes(&r, "");
  ck_assert(!reported_name_is_known(&r));
  ck_assert_ptr_null(reported_name_before(&r, "Lamp"));
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, what_was_in_no_report_was_called_nothing);
  tcase_add_test(t, a_name_that_stays_is_not_kept);
  tcase_add_test(t, the_name_of_the_last_report_is_kept_until_the_next);
  tcase_add_test(t, who_gets_its_name_back_has_not_changed);
  tcase_add_test(t, another_has_not_been_in_a_report);
  tcase_add_test(t, no_name_is_none);
}

int main(void) { return suite_run("reported_name", fill); }
