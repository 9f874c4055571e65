/* SPDX-License-Identifier: MIT */
/* kasa.so when its engine cannot start, or gives up. */
#include "collectd.h"
#include "plugin.h"

#include "../support/collectd_mock.h"
#include "../support/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

static void configure(void) {
  oconfig_value_t no = {.type = OCONFIG_TYPE_BOOLEAN, .value.boolean = 0};
  oconfig_item_t child = {.key = "Discovery", .values = &no, .values_num = 1};
  oconfig_value_t name = {.type = OCONFIG_TYPE_STRING, .value.string = "kasa"};
  oconfig_item_t block = {.key = "Plugin",
                          .values = &name,
                          .values_num = 1,
                          .children = &child,
                          .children_num = 1};

  module_register();
  child.parent = &block;
  ck_assert_int_eq(collectd_mock.config(&block), 0);
}

START_TEST(says_its_version) {
  configure();
  ck_assert_int_eq(collectd_mock.init(), 0);
  ck_assert(collectd_mock_logged("kasa plugin: version " KASA_VERSION));
  ck_assert_int_eq(collectd_mock.read(NULL), 0);
  ck_assert_int_eq(collectd_mock.shutdown(), 0);
}
END_TEST

START_TEST(why_no_thread_is_said) {
  configure();
  collectd_mock.thread_error = EAGAIN;
  errno = 0;
  ck_assert_int_eq(collectd_mock.init(), -1);
  ck_assert(collectd_mock_logged(strerror(EAGAIN)));
  ck_assert(!collectd_mock_logged("Success"));
  ck_assert_int_eq(collectd_mock.shutdown(), 0);
}
END_TEST

/* Puts something else in the place of every epoll descriptor. */
static unsigned break_epoll(void) {
  int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  unsigned broken = 0;

  for (int fd = 3; fd < 256; fd++) {
    char path[64];
    char what[64] = "";

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (readlink(path, what, sizeof(what) - 1) > 0 &&
        strstr(what, "eventpoll") != NULL && dup2(null, fd) == fd)
      broken++;
  }
  close(null);
  return broken;
}

START_TEST(reads_fail_once_the_engine_has_given_up) {
  const struct timespec pause = {.tv_nsec = 5000000};
  int status = 0;

  configure();
  ck_assert_int_eq(collectd_mock.init(), 0);
  ck_assert_uint_gt(break_epoll(), 0);
  for (int i = 0; i < 4000 && status == 0; i++) {
    status = collectd_mock.read(NULL);
    nanosleep(&pause, NULL);
  }
  ck_assert_int_eq(status, -1);
  ck_assert(collectd_mock_logged("waiting for devices failed"));
  ck_assert_int_eq(collectd_mock.shutdown(), 0);
}
END_TEST

static void fill(TCase *tcase) {
  tcase_add_test(tcase, says_its_version);
  tcase_add_test(tcase, why_no_thread_is_said);
  tcase_add_test(tcase, reads_fail_once_the_engine_has_given_up);
}

/* The plugin keeps its ledger below the current folder: in one of our own. */
int main(void) {
  char folder[] = "/tmp/check_kasa_XXXXXX";
  int status;

  if (mkdtemp(folder) == NULL || chdir(folder) < 0)
    return EXIT_FAILURE;
  status = suite_run("kasa", fill);
  unlink("kasa/energy.db");
  unlink("kasa/energy.db-wal");
  unlink("kasa/energy.db-shm");
  rmdir("kasa");
  if (chdir("/") == 0)
    rmdir(folder);
  return status;
}
