/* SPDX-License-Identifier: MIT */
/* The growing buffer: what fits, what does not, who owns the memory. */
#include <config.h>

#include "base/buf.h"

#include "../support/suite.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

static const struct {
  const char *what;
  size_t max;
  const char *first, *second;
  int err; /* of adding the second */
  const char *after;
} appends[] = {
    {"both fit", 16, "one ", "two", 0, "one two"},
    {"exactly to the ceiling", 6, "abc", "def", 0, "abcdef"},
    {"one byte beyond the ceiling", 5, "abc", "def", -EMSGSIZE, "abc"},
    {"nothing fits under a ceiling of nothing", 0, "", "x", -EMSGSIZE, ""},
    {"nothing can always be added", 3, "abc", "", 0, "abc"},
};

START_TEST(a_failed_append_changes_nothing) {
  struct buf b;

  buf_init(&b, appends[_i].max);
  ck_assert_int_eq(buf_adds(&b, appends[_i].first), 0);
  ck_assert_msg(buf_adds(&b, appends[_i].second) == appends[_i].err, "%s",
                appends[_i].what);
  ck_assert_str_eq(b.data, appends[_i].after);
  ck_assert_uint_eq(b.len, strlen(appends[_i].after));
  buf_free(&b);
}
END_TEST

START_TEST(formatted_text_obeys_the_ceiling_too) {
  struct buf b;

  buf_init(&b, 8);
  ck_assert_int_eq(buf_addf(&b, "%s-%d", "ab", 123), 0);
  ck_assert_str_eq(b.data, "ab-123");
  ck_assert_int_eq(buf_addf(&b, "%d", 456), -EMSGSIZE);
  ck_assert_str_eq(b.data, "ab-123");
  ck_assert_int_eq(buf_addf(&b, "%d", 45), 0);
  ck_assert_str_eq(b.data, "ab-12345");
  buf_free(&b);
}
END_TEST

START_TEST(the_first_failure_stays_and_nothing_follows_it) {
  struct buf b;

  buf_init(&b, 8);
  buf_puts(&b, "abcd");
  buf_putf(&b, "%d", 12);
  ck_assert_int_eq(buf_error(&b), 0);
  buf_puts(&b, "xyz"); /* one too many */
  buf_puts(&b, "x");   /* would fit, but behind a hole */
  ck_assert_int_eq(buf_error(&b), -EMSGSIZE);
  ck_assert_str_eq(b.data, "abcd12");
  buf_clear(&b);
  buf_put_result(&b, -EINVAL);
  buf_put_result(&b, -ENOMEM);
  buf_puts(&b, "a");
  ck_assert_int_eq(buf_error(&b), -EINVAL);
  ck_assert_str_eq(b.data, "");
  buf_free(&b);
}
END_TEST

START_TEST(it_grows_byte_by_byte_and_stays_terminated) {
  struct buf b;

  buf_init(&b, 100000);
  for (unsigned i = 0; i < 100000; i++) {
    char c = (char)('a' + i % 26);

    ck_assert_int_eq(buf_add(&b, &c, 1), 0);
    ck_assert(b.data[b.len] == '\0' && b.capacity > b.len);
  }
  for (unsigned i = 0; i < 100000; i++)
    ck_assert(b.data[i] == (char)('a' + i % 26));
  ck_assert_int_eq(buf_adds(&b, "x"), -EMSGSIZE);
  buf_free(&b);
}
END_TEST

START_TEST(impossible_reservations_are_refused) {
  struct buf b;

  buf_init(&b, 1024);
  ck_assert_int_eq(buf_adds(&b, "abc"), 0);
  ck_assert_int_eq(buf_reserve(&b, SIZE_MAX), -EMSGSIZE);
  ck_assert_int_eq(buf_reserve(&b, SIZE_MAX - 3), -EMSGSIZE);
  ck_assert_str_eq(b.data, "abc");
  buf_free(&b);
}
END_TEST

START_TEST(taken_memory_is_the_callers) {
  struct buf b;
  char *taken;

  buf_init(&b, 10);
  ck_assert_ptr_null(buf_take(&b));
  ck_assert_int_eq(buf_adds(&b, "mine"), 0);
  taken = buf_take(&b);
  ck_assert_str_eq(taken, "mine");
  ck_assert_ptr_null(b.data);
  ck_assert_int_eq(buf_adds(&b, "0123456789"), 0); /* the ceiling stays */
  ck_assert_int_eq(buf_adds(&b, "0"), -EMSGSIZE);
  ck_assert_str_eq(taken, "mine");
  buf_clear(&b);
  ck_assert_str_eq(b.data, "");
  ck_assert_int_eq(buf_adds(&b, "again"), 0);
  ck_assert_str_eq(b.data, "again");
  free(taken);
  buf_free(&b);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_loop_test(t, a_failed_append_changes_nothing, 0, ROWS(appends));
  tcase_add_test(t, the_first_failure_stays_and_nothing_follows_it);
  tcase_add_test(t, formatted_text_obeys_the_ceiling_too);
  tcase_add_test(t, it_grows_byte_by_byte_and_stays_terminated);
  tcase_add_test(t, impossible_reservations_are_refused);
  tcase_add_test(t, taken_memory_is_the_callers);
}

int main(void) { return suite_run("buf", fill); }
