/* SPDX-License-Identifier: MIT */
/* Low descriptors are left to those who can use no others. */
#include <config.h>

#include "base/fd.h"

#include "../support/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <unistd.h>

static void allow(rlim_t files) {
  struct rlimit limit = {.rlim_cur = files, .rlim_max = files};

  ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static int open_at(int fd) {
  ck_assert_int_eq(dup2(STDERR_FILENO, fd), fd);
  return fd;
}

START_TEST(the_first_few_hundred_stay) {
  ck_assert_int_eq(fd_leave_low(open_at(255)), 255);
}
END_TEST

START_TEST(low_ones_move_beyond_select) {
  int moved;

  allow(4096);
  moved = fd_leave_low(open_at(256));
  ck_assert_int_ge(moved, FD_SETSIZE);
  ck_assert_int_eq(fcntl(moved, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  ck_assert_int_eq(fcntl(256, F_GETFD), -1); /* not open any more */
  ck_assert_int_eq(errno, EBADF);
  ck_assert_int_ge(fd_leave_low(open_at(FD_SETSIZE - 1)), FD_SETSIZE);
  ck_assert_int_eq(fd_leave_low(moved), moved);
}
END_TEST

START_TEST(without_room_beyond_they_stay) {
  allow(FD_SETSIZE);
  ck_assert_int_eq(fd_leave_low(open_at(300)), 300);
  ck_assert_int_ge(fcntl(300, F_GETFD), 0);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_test(t, the_first_few_hundred_stay);
  tcase_add_test(t, low_ones_move_beyond_select);
  tcase_add_test(t, without_room_beyond_they_stay);
}

int main(void) { return suite_run("descriptor", fill); }
