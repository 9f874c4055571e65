/* SPDX-License-Identifier: MIT */
/* The main() that every unit test shares: one suite, one case, run it. */
#ifndef TESTS_UNIT_SUPPORT_SUITE_H
#define TESTS_UNIT_SUPPORT_SUITE_H

#include <check.h>
#include <stdlib.h>

/* check's macros compare by converting. */
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"

static inline int suite_run(const char *name, void (*fill)(TCase *)) {
  Suite *suite = suite_create(name);
  TCase *tcase = tcase_create(name);
  SRunner *runner;
  int failed;

  tcase_set_timeout(tcase, 300); /* under valgrind, on a busy machine */
  fill(tcase);
  suite_add_tcase(suite, tcase);
  runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* As ck_assert_msg(), for what is asserted a million times: that one writes its
 * place into a file also where all is well. */
#define assert_often(holds, ...)                                               \
  do {                                                                         \
    if (!(holds))                                                              \
      ck_abort_msg(__VA_ARGS__);                                               \
  } while (0)

#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

#endif
