/* SPDX-License-Identifier: MIT */
/* Secrets: from where they come, and that no text shows them. */
#include <config.h>

#include "alert/channel/secret.h"

#include "../support/suite.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[] = "/tmp/check_secret.XXXXXX";
static char logged[1024];
static char reported[1024];

static void on_log(void *arg, enum log_level level, const char *text) {
  (void)arg;
  (void)level;
  snprintf(logged, sizeof(logged), "%s", text);
}

static void on_report(void *arg, const char *text) {
  (void)arg;
  snprintf(reported, sizeof(reported), "%s", text);
}

static void setup(void) {
  memcpy(path + strlen(path) - 6, "XXXXXX", 6);
  close(mkstemp(path));
  logged[0] = reported[0] = '\0';
  log_set_sink(on_log, NULL);
}

static void teardown(void) {
  unlink(path);
  log_set_sink(NULL, NULL);
}

static void write_file(const void *bytes, size_t len, mode_t mode) {
  FILE *f = fopen(path, "w");
  fwrite(bytes, 1, len, f);
  fclose(f);
  chmod(path, mode);
}

static int load(struct secret *s) {
  struct option_reporter reporter = {.say = on_report};
  return secret_load(s, "<Channel \"x\">", "Token", &reporter);
}

static struct secret from_file(void) {
  return (struct secret){.file = strdup(path)};
}

START_TEST(a_file_gives_its_line_without_the_line_end) {
  static const char *const contents[] = {"s3cret", "s3cret\n", "s3cret\r\n",
                                         "s3cret \t\n\n"};
  for (size_t i = 0; i < 4; i++) {
    struct secret s = from_file();
    write_file(contents[i], strlen(contents[i]), 0640);
    ck_assert_int_eq(load(&s), 0);
    ck_assert_str_eq(s.value, "s3cret");
    ck_assert_str_eq(logged, "");
    secret_free(&s);
    secret_free(&s);
  }
}
END_TEST

START_TEST(a_file_others_may_read_warns) {
  static const mode_t modes[] = {0644, 0604, 0660, 0641, 0777};
  for (size_t i = 0; i < 5; i++) {
    struct secret s = from_file();
    write_file("s3cret\n", 7, modes[i]);
    ck_assert_int_eq(load(&s), 0);
    ck_assert_ptr_nonnull(strstr(logged, "has mode"));
    ck_assert_ptr_null(strstr(logged, "s3cret"));
    secret_free(&s);
  }
}
END_TEST

START_TEST(a_file_without_one_clean_line_is_refused) {
  static const struct {
    const char *bytes;
    size_t len;
  } rows[] = {{"", 0}, {"\n\n", 2}, {"a\nb", 3}, {"a\0b", 3}, {"a\x1b", 2}};
  for (size_t i = 0; i < 5; i++) {
    struct secret s = from_file();
    write_file(rows[i].bytes, rows[i].len, 0600);
    ck_assert_int_eq(load(&s), -EINVAL);
    ck_assert_ptr_null(s.value);
    ck_assert_ptr_nonnull(strstr(reported, "TokenFile"));
    secret_free(&s);
  }
}
END_TEST

START_TEST(a_folder_and_a_device_are_no_secrets) {
  struct secret s = {.file = strdup("/")};
  ck_assert_int_eq(load(&s), -EINVAL);
  secret_free(&s);
  s.file = strdup("/dev/zero");
  ck_assert_int_eq(load(&s), -EINVAL);
  secret_free(&s);
}
END_TEST

START_TEST(inline_works_and_warns_without_saying_it) {
  struct secret s = {.text = strdup("s3cret")};
  ck_assert_int_eq(load(&s), 0);
  ck_assert_str_eq(s.value, "s3cret");
  ck_assert_ptr_nonnull(strstr(logged, "TokenFile"));
  ck_assert_ptr_null(strstr(logged, "s3cret"));
  secret_free(&s);
}
END_TEST

START_TEST(both_ways_at_once_are_a_mistake) {
  struct secret s = {.text = strdup("a"), .file = strdup(path)};
  ck_assert_int_eq(load(&s), -EINVAL);
  secret_free(&s);
}
END_TEST

START_TEST(rereading_tells_only_of_a_new_value) {
  struct secret s = from_file();
  write_file("first\n", 6, 0600);
  ck_assert_int_eq(load(&s), 0);
  ck_assert(!secret_reread(&s));
  write_file("", 0, 0600);
  ck_assert(!secret_reread(&s));
  ck_assert_str_eq(s.value, "first");
  write_file("second\n", 7, 0600);
  ck_assert(secret_reread(&s));
  ck_assert_str_eq(s.value, "second");
  unlink(path);
  ck_assert(!secret_reread(&s));
  secret_free(&s);
}
END_TEST

static const struct {
  const char *secret;
  const char *text;
  const char *masked;
} masks[] = {
    {"s3cret", "it is s3cret, s3cret!", "it is ***, ***!"},
    {"s3cret", "s3cre", "s3cre"},
    {"s3cret", "S3CRET", "***"},
    {"a/b+c=", "sent a%2Fb%2Bc%3D and a%2fb%2bc%3d", "sent *** and ***"},
    {"user:password", "Basic dXNlcjpwYXNzd29yZA==", "Basic ***ZA=="},
    {"abc", "abc stays: too short", "abc stays: too short"},
    {"aaaa", "aaaaaaaa", "******"},
    {"s3cret", "", ""},
};

START_TEST(a_secret_is_masked_in_every_form) {
  char text[128];
  struct secret s = {.value = strdup(masks[_i].secret)};
  const struct secret *list[] = {NULL, &s};

  snprintf(text, sizeof(text), "%s", masks[_i].text);
  secret_mask(list, 2, text);
  ck_assert_str_eq(text, masks[_i].masked);
  secret_free(&s);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, a_file_gives_its_line_without_the_line_end);
  tcase_add_test(t, a_file_others_may_read_warns);
  tcase_add_test(t, a_file_without_one_clean_line_is_refused);
  tcase_add_test(t, a_folder_and_a_device_are_no_secrets);
  tcase_add_test(t, inline_works_and_warns_without_saying_it);
  tcase_add_test(t, both_ways_at_once_are_a_mistake);
  tcase_add_test(t, rereading_tells_only_of_a_new_value);
  tcase_add_loop_test(t, a_secret_is_masked_in_every_form, 0, ROWS(masks));
}

int main(void) { return suite_run("secret", fill); }
