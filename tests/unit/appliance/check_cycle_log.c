/* SPDX-License-Identifier: MIT */
/* What is kept of finished cycles. */
#include <config.h>

#include "appliance/cycle_log.h"

#include "../support/suite.h"

#include <math.h>
#include <string.h>

static char *add(char *log, double end, double seconds, double kwh,
                 double cost) {
  char *more = cycle_log_add(
      log, &(struct cycle_log_entry){
               .end = end, .seconds = seconds, .kwh = kwh, .cost = cost});

  ck_assert_ptr_nonnull(more);
  free(log);
  return more;
}

START_TEST(test_kept) {
  char *log = add(NULL, 1000, 100, 0.85, 0.26);
  const char *at;
  struct cycle_log_entry e;

  log = add(log, 2000, 100, 0.5, NAN);
  /* the same again, as of a daemon that was killed before it had told it */
  log = add(log, 2003, 101, 0.55, 0.2);
  at = log;
  ck_assert(cycle_log_next(&at, &e));
  ck_assert_double_eq(e.end, 1000);
  ck_assert_double_eq(e.seconds, 100);
  ck_assert_double_eq_tol(e.kwh, 0.85, 1e-9);
  ck_assert_double_eq_tol(e.cost, 0.26, 1e-9);
  ck_assert(cycle_log_next(&at, &e));
  ck_assert_double_eq(e.end, 2003);
  ck_assert_double_eq_tol(e.cost, 0.2, 1e-9);
  ck_assert(!cycle_log_next(&at, &e));
  log = add(log, 3000, 1, 0.1, NAN);
  ck_assert_ptr_nonnull(strstr(log, "3000 1 0.100000 -\n"));
  at = strstr(log, "3000");
  ck_assert(cycle_log_next(&at, &e));
  ck_assert(isnan(e.cost));
  free(log);
}
END_TEST

START_TEST(test_bounded) {
  char *log = NULL;
  const char *at;
  struct cycle_log_entry e;
  unsigned n = 0;
  double last = 0;

  for (int i = 1; i <= 1600; i++)
    log = add(log, 1795000000.0 + i * 1000, 600, 1.25, 0.5);
  ck_assert_uint_le(strlen(log), CYCLE_LOG_MAX);
  at = log;
  while (cycle_log_next(&at, &e)) {
    ck_assert_double_gt(e.end, last);
    last = e.end;
    n++;
  }
  ck_assert_uint_gt(n, 1000);
  ck_assert_double_eq(last, 1795000000.0 + 1600 * 1000);
  free(log);
}
END_TEST

START_TEST(test_strange) {
  const char *at = "nonsense\n1 2\n\n5 1 0.5 -";
  struct cycle_log_entry e;
  char *log;

  ck_assert(cycle_log_next(&at, &e));
  ck_assert_double_eq(e.end, 5);
  ck_assert(!cycle_log_next(&at, &e));
  log = add(NULL, NAN, 1, 1, 1);
  ck_assert_str_eq(log, "");
  free(log);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_test(t, test_kept);
  tcase_add_test(t, test_bounded);
  tcase_add_test(t, test_strange);
}

int main(void) { return suite_run("cycle_log", fill); }
