/* SPDX-License-Identifier: MIT */
/* notify_kasa.so when its engine cannot start. */
#include "collectd.h"
#include "plugin.h"

#include "../support/collectd_mock.h"
#include "../support/suite.h"

#include <sys/resource.h>

START_TEST(what_came_before_a_failed_start_is_logged) {
  notification_t early = {.severity = NOTIF_FAILURE,
                          .host = "tester",
                          .plugin = "kasa",
                          .message = "the freezer is off"};
  notification_t late = {.severity = NOTIF_FAILURE,
                         .host = "tester",
                         .plugin = "kasa",
                         .message = "the freezer is still off"};
  struct rlimit before;
  struct rlimit none;

  module_register();
  ck_assert_int_eq(collectd_mock.notify(&early, NULL), 0);
  ck_assert(!collectd_mock_logged("the freezer is off"));
  getrlimit(RLIMIT_NOFILE, &before);
  none = before;
  none.rlim_cur = 0; /* no descriptor for the engine */
  setrlimit(RLIMIT_NOFILE, &none);
  ck_assert_int_eq(collectd_mock.init(), -1);
  setrlimit(RLIMIT_NOFILE, &before);
  ck_assert(collectd_mock_logged("notify_kasa plugin: version " KASA_VERSION));
  ck_assert(collectd_mock_logged("the freezer is off"));
  collectd_mock.notify(&late, NULL);
  ck_assert(collectd_mock_logged("the freezer is still off"));
  ck_assert_int_eq(collectd_mock.shutdown(), 0);
}
END_TEST

static void fill(TCase *tcase) {
  tcase_add_test(tcase, what_came_before_a_failed_start_is_logged);
}

int main(void) { return suite_run("notify_kasa", fill); }
