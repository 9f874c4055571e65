/* SPDX-License-Identifier: MIT */
/* What survives: restarts, corruption, a full disk, a file taken away. */
#include <config.h>

#include "alert/store/store.h"

#include "../support/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[64];

static void folder_make(void) {
  snprintf(directory, sizeof(directory), "/tmp/check_store_XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(directory));
}

static void folder_drop(void) {
  char command[128];
  snprintf(command, sizeof(command), "rm -r %s", directory);
  ck_assert_int_eq(system(command), 0);
}

static struct store *open_as(enum store_opened expected) {
  enum store_opened opened;
  char why[200];
  struct store *s =
      store_open(directory, NULL, NULL, &opened, why, sizeof(why));

  ck_assert_ptr_nonnull(s);
  ck_assert_msg(opened == expected, "opened as %d: %s", (int)opened, why);
  return s;
}

static struct alert alert_of(int n) {
  struct alert a;

  alert_init(&a);
  snprintf(a.fingerprint, sizeof(a.fingerprint), "%032d", n);
  snprintf(a.device, sizeof(a.device), "Plug %d", n);
  a.state = ALERT_FIRING;
  a.since = 1000000;
  a.value = 1620.5;
  snprintf(a.meta[0].key, sizeof(a.meta[0].key), "rack");
  snprintf(a.meta[0].value, sizeof(a.meta[0].value), "7");
  return a;
}

static void save(struct store *s, struct alert *a) {
  ck_assert_int_eq(store_begin(s), 0);
  ck_assert_int_eq(store_alert_save(s, a, 42), 0);
  ck_assert_int_eq(store_commit(s), 0);
}

static void count_one(void *arg, const struct alert *a, int64_t due) {
  (void)a;
  (void)due;
  ++*(int *)arg;
}

static int count_open(struct store *s) {
  int n = 0;
  store_alert_each_open(s, count_one, &n);
  return n;
}

static struct outbox_row row_of(int n, const char *channel, int64_t alert) {
  struct outbox_row r = {.kind = MESSAGE_OPEN,
                         .alert_id = alert,
                         .level = LEVEL_CRITICAL,
                         .created = 1000,
                         .title = "title",
                         .body = "body",
                         .snapshot = "{}"};
  snprintf(r.delivery_id, sizeof(r.delivery_id), "%032d", n);
  snprintf(r.channel, sizeof(r.channel), "%s", channel);
  return r;
}

START_TEST(an_alert_comes_back_as_it_was) {
  struct store *s = open_as(STORE_FRESH);
  struct alert a = alert_of(1);
  struct alert b;
  struct stat st;
  char path[128];

  save(s, &a);
  store_close(s);
  s = open_as(STORE_CONTINUED);
  ck_assert_int_eq(store_alert_get(s, a.id, &b), 0);
  ck_assert_str_eq(b.device, "Plug 1");
  ck_assert_str_eq(b.meta[0].value, "7");
  ck_assert_double_eq(b.value, 1620.5);
  ck_assert(b.limit != b.limit); /* NaN */
  ck_assert_int_eq(count_open(s), 1);
  snprintf(path, sizeof(path), "%s/alerts.db", directory);
  ck_assert_int_eq(stat(path, &st), 0);
  ck_assert_int_eq(st.st_mode & 0777, 0600);
  store_close(s);
}
END_TEST

START_TEST(what_was_not_committed_never_was) {
  struct store *s = open_as(STORE_FRESH);
  struct alert a = alert_of(1);

  ck_assert_int_eq(store_begin(s), 0);
  ck_assert_int_eq(store_alert_save(s, &a, 0), 0);
  store_close(s);
  s = open_as(STORE_CONTINUED);
  ck_assert_int_eq(count_open(s), 0);
  store_close(s);
}
END_TEST

START_TEST(two_episodes_of_one_second_have_two_names) {
  struct store *s = open_as(STORE_FRESH);
  struct alert a = alert_of(1);
  struct alert b = alert_of(1);

  save(s, &a);
  a.state = ALERT_RESOLVED;
  save(s, &a);
  save(s, &b);
  ck_assert_str_ne(a.episode, b.episode);
  store_close(s);
}
END_TEST

START_TEST(rows_of_one_alert_stay_in_order) {
  struct store *s = open_as(STORE_FRESH);
  struct alert a = alert_of(1);
  struct alert b = alert_of(2);
  struct outbox_row r;
  struct outbox_row got;

  save(s, &a);
  save(s, &b);
  ck_assert_int_eq(store_begin(s), 0);
  r = row_of(1, "mail", a.id);
  r.not_before = 5000; /* waits */
  ck_assert_int_eq(store_outbox_add(s, &r), 0);
  r = row_of(2, "mail", a.id);
  ck_assert_int_eq(store_outbox_add(s, &r), 0);
  r = row_of(3, "mail", b.id);
  ck_assert_int_eq(store_outbox_add(s, &r), 0);
  ck_assert_int_eq(store_commit(s), 0);
  /* the second of a must not overtake the first; b may */
  ck_assert_int_eq(store_outbox_next(s, "mail", 2000, &got), 0);
  ck_assert_int_eq(got.alert_id, b.id);
  outbox_row_free(&got);
  ck_assert_int_eq(store_outbox_next(s, "mail", 6000, &got), 0);
  ck_assert_str_eq(got.title, "title");
  ck_assert_int_eq(got.alert_id, a.id);
  ck_assert_int_eq(got.not_before, 5000);
  outbox_row_free(&got);
  ck_assert_int_eq(store_outbox_next(s, "other", 6000, &got), -ENOENT);
  store_close(s);
}
END_TEST

START_TEST(what_was_in_mid_air_is_queued_again_as_ambiguous) {
  struct store *s = open_as(STORE_FRESH);
  struct outbox_row r = row_of(1, "mail", 0);
  struct outbox_row got;

  ck_assert_int_eq(store_begin(s), 0);
  ck_assert_int_eq(store_outbox_add(s, &r), 0);
  r.state = ROW_SENDING;
  ck_assert_int_eq(store_outbox_save(s, &r), 0);
  ck_assert_int_eq(store_outbox_recover(s), 0);
  ck_assert_int_eq(store_commit(s), 0);
  ck_assert_int_eq(store_outbox_next(s, "mail", 6000, &got), 0);
  ck_assert(got.ambiguous);
  outbox_row_free(&got);
  store_close(s);
}
END_TEST

START_TEST(queued_rows_of_a_removed_channel_are_given_up) {
  static const char *const names[] = {"mail"};
  struct store *s = open_as(STORE_FRESH);
  struct outbox_row r = row_of(1, "mail", 0);
  int64_t oldest;

  ck_assert_int_eq(store_begin(s), 0);
  ck_assert_int_eq(store_outbox_add(s, &r), 0);
  r = row_of(2, "gone", 0);
  ck_assert_int_eq(store_outbox_add(s, &r), 0);
  ck_assert_int_eq(store_outbox_orphans(s, names, 1), 1);
  ck_assert_int_eq(store_commit(s), 0);
  ck_assert_int_eq(store_outbox_count(s, NULL, &oldest), 1);
  store_close(s);
}
END_TEST

static void spoil(const char *name) {
  char path[128];
  int fd;
  snprintf(path, sizeof(path), "%s/%s", directory, name);
  fd = open(path, O_RDWR | O_CREAT, 0600);
  ck_assert_int_ge(fd, 0);
  for (int i = 0; i < 400; i++)
    ck_assert_int_eq(write(fd, "garbage, not a database", 23), 23);
  close(fd);
}

START_TEST(a_broken_file_is_set_aside) {
  struct store *s;
  struct alert a = alert_of(1);

  spoil("alerts.db");
  s = open_as(STORE_SET_ASIDE);
  save(s, &a);
  store_close(s);
  s = open_as(STORE_CONTINUED);
  ck_assert_int_eq(count_open(s), 1);
  store_close(s);
}
END_TEST

START_TEST(a_second_process_does_not_touch_it) {
  struct store *s = open_as(STORE_FRESH);
  struct store *other = open_as(STORE_UNAVAILABLE);
  struct alert a = alert_of(1);

  ck_assert_int_eq(store_condition(other), STORE_IN_MEMORY);
  save(other, &a);
  ck_assert(!store_heal(other));
  ck_assert_int_eq(count_open(s), 0);
  store_close(other);
  store_close(s);
}
END_TEST

START_TEST(no_folder_means_memory) {
  struct store *s;
  struct alert a = alert_of(1);
  char saved[64];

  memcpy(saved, directory, sizeof(saved));
  snprintf(directory, sizeof(directory), "/proc/nothing/here");
  s = open_as(STORE_UNAVAILABLE);
  save(s, &a);
  ck_assert_int_eq(count_open(s), 1);
  store_close(s);
  memcpy(directory, saved, sizeof(saved));
}
END_TEST

/* Fills until the disk is "full", first into the ballast's place, then in
 * memory; nothing is lost, and all of it is on disk once there is room. */
START_TEST(a_full_disk_loses_nothing) {
  struct store *s = open_as(STORE_FRESH);
  char ballast[128];
  int n = 0;

  snprintf(ballast, sizeof(ballast), "%s/ballast", directory);
  ck_assert_int_eq(access(ballast, F_OK), 0);
  store_limit_pages(s, 60);
  for (; n < 300; n++) {
    struct alert a = alert_of(n);
    snprintf(a.text, sizeof(a.text), "%0200d", n);
    ck_assert_int_eq(store_begin(s), 0);
    ck_assert_int_eq(store_alert_save(s, &a, 0), 0);
    ck_assert_int_eq(store_history_add(s, n, a.id, "opened", "", a.text), 0);
    ck_assert_int_eq(store_commit(s), 0);
    ck_assert_int_eq(a.id, n + 1);
  }
  ck_assert_int_eq(store_condition(s), STORE_IN_MEMORY);
  ck_assert_int_ne(access(ballast, F_OK), 0);
  ck_assert_int_eq(count_open(s), n);
  ck_assert(strstr(store_trouble(s), "full") != NULL);
  store_limit_pages(s, 0);
  ck_assert(store_heal(s));
  ck_assert_int_eq(store_condition(s), STORE_ON_DISK);
  ck_assert_int_eq(access(ballast, F_OK), 0);
  ck_assert_int_eq(count_open(s), n);
  store_close(s);
  s = open_as(STORE_CONTINUED);
  ck_assert_int_eq(count_open(s), n);
  store_close(s);
}
END_TEST

static bool not_long(void *arg) { return ++*(int *)arg < 5; }

START_TEST(a_file_in_use_is_waited_for) {
  struct store *s = open_as(STORE_FRESH);
  struct store *other;
  enum store_opened opened;
  int asked = 0;

  other = store_open(directory, not_long, &asked, &opened, NULL, 0);
  ck_assert_int_eq(asked, 5);
  ck_assert_int_eq(opened, STORE_UNAVAILABLE);
  store_close(other);
  store_close(s);
}
END_TEST

START_TEST(a_backup_put_in_the_files_place_is_not_overwritten) {
  struct store *s = open_as(STORE_FRESH);
  struct alert a = alert_of(1);
  char command[300];

  save(s, &a);
  snprintf(command, sizeof(command),
           "cd %s && echo backup > other && mv other alerts.db", directory);
  ck_assert_int_eq(system(command), 0);
  ck_assert(store_gone(s));
  ck_assert(store_heal(s));
  ck_assert(!store_gone(s));
  store_close(s);
  snprintf(command, sizeof(command), "grep -q backup %s/alerts.db.aside-*",
           directory);
  ck_assert_int_eq(system(command), 0);
  s = open_as(STORE_CONTINUED);
  ck_assert_int_eq(count_open(s), 1);
  store_close(s);
}
END_TEST

START_TEST(a_removed_file_is_written_anew) {
  struct store *s = open_as(STORE_FRESH);
  struct alert a = alert_of(1);
  char command[160];

  save(s, &a);
  snprintf(command, sizeof(command), "rm %s/alerts.db*", directory);
  ck_assert_int_eq(system(command), 0);
  ck_assert(store_gone(s));
  ck_assert(store_heal(s));
  ck_assert(!store_gone(s));
  store_close(s);
  s = open_as(STORE_CONTINUED);
  ck_assert_int_eq(count_open(s), 1);
  store_close(s);
}
END_TEST

START_TEST(a_newer_programs_file_is_left_alone) {
  struct store *s = open_as(STORE_FRESH);
  char command[200];

  store_close(s);
  snprintf(command, sizeof(command),
           "sqlite3 %s/alerts.db 'PRAGMA user_version=99'", directory);
  if (system(command) != 0)
    return; /* no sqlite3 command here */
  s = open_as(STORE_SET_ASIDE);
  store_close(s);
  snprintf(command, sizeof(command), "ls %s/alerts.db.newer-* >/dev/null",
           directory);
  ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(pruning_goes_in_slices_and_spares_the_open) {
  struct store *s = open_as(STORE_FRESH);
  int rounds = 0;
  int gone;

  for (int i = 0; i < 50; i++) {
    struct alert a = alert_of(i);
    if (i > 0) {
      a.state = ALERT_RESOLVED;
      a.resolved_at = 2000;
    }
    save(s, &a);
    ck_assert_int_eq(store_begin(s), 0);
    ck_assert_int_eq(store_history_add(s, 2000, a.id, "x", "", ""), 0);
    ck_assert_int_eq(store_commit(s), 0);
  }
  do {
    ck_assert_int_eq(store_begin(s), 0);
    gone = store_prune(s, 3000, 20);
    ck_assert_int_eq(store_commit(s), 0);
    rounds++;
  } while (gone > 0);
  ck_assert_int_ge(rounds, 3);
  ck_assert_int_eq(count_open(s), 1);
  store_close(s);
}
END_TEST

static void fill(TCase *t) {
  tcase_set_timeout(t, 60);
  tcase_add_checked_fixture(t, folder_make, folder_drop);
  tcase_add_test(t, an_alert_comes_back_as_it_was);
  tcase_add_test(t, what_was_not_committed_never_was);
  tcase_add_test(t, two_episodes_of_one_second_have_two_names);
  tcase_add_test(t, rows_of_one_alert_stay_in_order);
  tcase_add_test(t, what_was_in_mid_air_is_queued_again_as_ambiguous);
  tcase_add_test(t, queued_rows_of_a_removed_channel_are_given_up);
  tcase_add_test(t, a_broken_file_is_set_aside);
  tcase_add_test(t, a_second_process_does_not_touch_it);
  tcase_add_test(t, no_folder_means_memory);
  tcase_add_test(t, a_full_disk_loses_nothing);
  tcase_add_test(t, a_file_in_use_is_waited_for);
  tcase_add_test(t, a_backup_put_in_the_files_place_is_not_overwritten);
  tcase_add_test(t, a_removed_file_is_written_anew);
  tcase_add_test(t, a_newer_programs_file_is_left_alone);
  tcase_add_test(t, pruning_goes_in_slices_and_spares_the_open);
}

int main(void) { return suite_run("store", fill); }
