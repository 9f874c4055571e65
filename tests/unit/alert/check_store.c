/* SPDX-License-Identifier: MIT */
/* What survives: restarts, corruption, a full disk, a file taken away. */
#include <config.h>

#include "alert/store/store.h"
#include "alert/store/store_alert.h"
#include "alert/store/store_group.h"
#include "alert/store/store_history.h"
#include "alert/store/store_meta.h"
#include "alert/store/store_notification_log.h"
#include "alert/store/store_outbox.h"
#include "alert/store/store_upkeep.h"

#include "../support/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
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
  ck_assert_int_eq(store_outbox_next(s, "mail", 2000, ROWS_ALL, &got), 0);
  ck_assert_int_eq(got.alert_id, b.id);
  outbox_row_free(&got);
  ck_assert_int_eq(store_outbox_next(s, "mail", 6000, ROWS_ALL, &got), 0);
  ck_assert_str_eq(got.title, "title");
  ck_assert_int_eq(got.alert_id, a.id);
  ck_assert_int_eq(got.not_before, 5000);
  outbox_row_free(&got);
  ck_assert_int_eq(store_outbox_next(s, "other", 6000, ROWS_ALL, &got),
                   -ENOENT);
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
  ck_assert_int_eq(store_outbox_next(s, "mail", 6000, ROWS_ALL, &got), 0);
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

/* As the version before wrote it: schema 1, an alert that is open and told,
 * a message in the queue, one in mid-air, one done. */
static const char version_1[] =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE alert(id INTEGER PRIMARY KEY AUTOINCREMENT, fp TEXT NOT NULL,"
    " episode TEXT NOT NULL UNIQUE, class INT, host TEXT, plugin TEXT, pi TEXT,"
    " type TEXT, ti TEXT, device TEXT, level INT, severity INT,"
    " state INT NOT NULL, flags INT, since INT, seen INT, state_due INT,"
    " resolved_at INT, value REAL, limit_ REAL, direction INT, unit TEXT,"
    " ds TEXT, text TEXT, count INT, flap_n INT DEFAULT 0,"
    " flap_from INT DEFAULT 0, ack_by TEXT, ack_at INT, ack_until INT,"
    " ack_level INT, extra TEXT NOT NULL);"
    "CREATE UNIQUE INDEX alert_open ON alert(fp) WHERE state < 3;"
    "CREATE INDEX alert_closed ON alert(resolved_at) WHERE state >= 3;"
    "CREATE TABLE member(alert_id INT NOT NULL REFERENCES alert(id)"
    " ON DELETE CASCADE, series TEXT NOT NULL, missing_since INT, back_at INT,"
    " PRIMARY KEY(alert_id, series)) WITHOUT ROWID;"
    "CREATE TABLE route_state(alert_id INT NOT NULL REFERENCES alert(id)"
    " ON DELETE CASCADE, route TEXT NOT NULL, group_key TEXT, flush_due INT,"
    " repeat_due INT, step INT, step_due INT, suppressed_by TEXT,"
    " suppressed_n INT, PRIMARY KEY(alert_id, route)) WITHOUT ROWID;"
    "CREATE TABLE told(alert_id INT NOT NULL REFERENCES alert(id)"
    " ON DELETE CASCADE, channel TEXT NOT NULL, announced INT, last_at INT,"
    " last_level INT, provider_ref TEXT, root_ref TEXT, key_hash TEXT,"
    " thread_root TEXT, previous TEXT, seq INT,"
    " PRIMARY KEY(alert_id, channel)) WITHOUT ROWID;"
    "CREATE TABLE outbox(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " channel TEXT NOT NULL, alert_id INT REFERENCES alert(id)"
    " ON DELETE SET NULL, kind INT, reason INT, place INT, created INT,"
    " not_before INT, attempts INT, state INT NOT NULL,"
    " delivery_id TEXT NOT NULL UNIQUE, msg_id TEXT, ambiguous INT,"
    " shrink INT, quiet INT, fell_back INT, level INT, route TEXT,"
    " recipient TEXT, fallback_for TEXT, title TEXT, body TEXT, extra TEXT,"
    " last_error TEXT);"
    "CREATE INDEX outbox_due ON outbox(channel, place, id) WHERE state = 0;"
    "CREATE INDEX outbox_alert ON outbox(alert_id, channel, state);"
    "CREATE INDEX outbox_state ON outbox(state, created);"
    "CREATE TABLE channel(name TEXT PRIMARY KEY, not_before INT, failures INT,"
    " refusals INT, breaker INT, disabled_reason TEXT, quota_left INT,"
    " tokens REAL, tokens_at INT, evicted INT) WITHOUT ROWID;"
    "CREATE TABLE silence(id INTEGER PRIMARY KEY, matchers TEXT, starts INT,"
    " ends INT, until_resolved INT, created_by TEXT, reason TEXT);"
    "CREATE TABLE history(id INTEGER PRIMARY KEY, at INT, alert_id INT,"
    " what TEXT, channel TEXT, detail TEXT);"
    "CREATE INDEX history_at ON history(at);"
    "CREATE TABLE daily(day TEXT, device TEXT, wh REAL, cost REAL, peak_w REAL,"
    " peak_at INT, offline_s INT, PRIMARY KEY(day, device)) WITHOUT ROWID;"
    "PRAGMA user_version = 1;"
    "INSERT INTO alert(id, fp, episode, state, since, extra) VALUES(7, 'f7',"
    " 'f7-1000', 1, 1000000, '{\"class\":0,\"host\":\"nas\",\"plugin\":"
    "\"kasa\",\"plugin_instance\":\"Freezer\",\"type\":\"power\","
    "\"device\":\"Freezer\",\"level\":4,\"severity\":2,\"state\":1,"
    "\"value\":1900,\"since\":1000000}');"
    "INSERT INTO told(alert_id, channel, announced, last_at, last_level,"
    " thread_root) VALUES(7, 'mail', 1, 1000500, 4, '<root@nas>');"
    "INSERT INTO route_state(alert_id, route, repeat_due)"
    " VALUES(7, 'all', 4600000);"
    "INSERT INTO outbox(id, channel, alert_id, kind, reason, place, created,"
    " not_before, attempts, state, delivery_id, title, body, extra) VALUES"
    " (1, 'mail', 7, 0, 0, 1, 1000000, 0, 1, 2, 'd1', 'told', 'b', '{}'),"
    " (2, 'mail', 7, 2, 3, 2, 2000000, 0, 1, 1, 'd2', 'in the air', 'b', '{}'),"
    " (3, 'mail', 7, 1, 1, 3, 3000000, 0, 0, 0, 'd3', 'waits', 'b', '{}');"
    "INSERT INTO meta VALUES('wall_high', 3000000);";

static void write_sql(const char *sql) {
  char path[128];
  sqlite3 *db = NULL;

  snprintf(path, sizeof(path), "%s/alerts.db", directory);
  ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
  ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
  ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

START_TEST(the_file_of_the_version_before_goes_on) {
  struct store *s;
  struct alert a;
  struct notification_log told;
  struct outbox_row row;
  int64_t high = 0;

  write_sql(version_1);
  s = open_as(STORE_CONTINUED);
  ck_assert_int_eq(count_open(s), 1);
  ck_assert_int_eq(store_alert_get(s, 7, &a), 0);
  ck_assert_str_eq(a.device, "Freezer");
  ck_assert_double_eq(a.value, 1900);
  ck_assert_int_eq(a.level, LEVEL_CRITICAL);
  ck_assert_int_eq(a.state, ALERT_FIRING);
  store_notification_log_get(s, 7, "mail", &told);
  ck_assert(told.announced);
  ck_assert_str_eq(told.thread_root, "<root@nas>");
  ck_assert_int_eq(store_repeat_get(s, 7, "all"), 4600000);
  store_meta_get(s, "wall_high", &high);
  ck_assert_int_eq(high, 3000000);
  ck_assert_int_eq(store_begin(s), 0);
  ck_assert_int_eq(store_outbox_recover(s), 0);
  ck_assert_int_eq(store_outbox_next(s, "mail", 9000000, ROWS_ALL, &row), 0);
  ck_assert_str_eq(row.title, "in the air");
  ck_assert(row.ambiguous);
  row.state = ROW_SENT;
  ck_assert_int_eq(store_outbox_save(s, &row), 0);
  outbox_row_free(&row);
  ck_assert_int_eq(store_outbox_next(s, "mail", 9000000, ROWS_ALL, &row), 0);
  ck_assert_str_eq(row.title, "waits");
  ck_assert_str_eq(row.group_key, ""); /* from before there were groups */
  ck_assert_int_eq(row.group_due, 0);
  outbox_row_free(&row);
  row = row_of(9, "mail", 7);
  row.created = 8000000;
  snprintf(row.group_key, sizeof(row.group_key), "key");
  row.group_due = 9500000;
  ck_assert_int_eq(store_outbox_add(s, &row), 0);
  ck_assert_int_eq(store_group_due(s, "mail", "key", false), 9500000);
  ck_assert_int_eq(store_group_waits(s, "mail", 7, 9000000), 9500000);
  ck_assert_int_eq(store_shift(s, 1000), 0);
  ck_assert_int_eq(store_group_due(s, "mail", "key", false), 9501000);
  ck_assert(!store_group_known(s, "mail", "another"));
  ck_assert(store_group_known(s, "mail", "key"));
  a.state = ALERT_RESOLVED;
  ck_assert_int_eq(store_alert_save(s, &a, 0), 0);
  ck_assert_int_eq(store_commit(s), 0);
  ck_assert_int_eq(count_open(s), 0);
  store_close(s);
}
END_TEST

/* A name that no channel can have: from a damaged or edited file. */
START_TEST(a_row_with_an_endless_channel_is_given_up) {
  static const char *const names[] = {"mail"};
  struct store *s;

  write_sql(version_1);
  write_sql("UPDATE outbox SET channel = printf('%.300c', 'x') WHERE id = 3");
  s = open_as(STORE_CONTINUED);
  ck_assert_int_eq(store_begin(s), 0);
  ck_assert_int_eq(store_outbox_orphans(s, names, 1), 1);
  ck_assert_int_eq(store_commit(s), 0);
  store_close(s);
}
END_TEST

START_TEST(a_channel_name_of_64_bytes_is_kept_whole) {
  struct store *s = open_as(STORE_FRESH);
  const char *name =
      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  struct outbox_row r = row_of(1, name, 0);
  struct outbox_row got;

  ck_assert_uint_eq(strlen(name), 64);
  ck_assert_int_eq(store_begin(s), 0);
  ck_assert_int_eq(store_outbox_add(s, &r), 0);
  ck_assert_int_eq(store_outbox_next(s, name, 6000, ROWS_ALL, &got), 0);
  ck_assert_str_eq(got.channel, name);
  outbox_row_free(&got);
  ck_assert_int_eq(store_outbox_orphans(s, &name, 1), 0);
  ck_assert_int_eq(store_commit(s), 0);
  store_close(s);
}
END_TEST

START_TEST(a_directory_with_too_long_a_name_is_refused) {
  char path[700];
  enum store_opened opened;
  char why[200];
  struct store *s;
  size_t used = (size_t)snprintf(path, sizeof(path), "%s/", directory);

  while (used < 600)
    used += (size_t)snprintf(path + used, sizeof(path) - used, "%s",
                             "a-folder-of-some-length/");
  s = store_open(path, NULL, NULL, &opened, why, sizeof(why));
  ck_assert_ptr_nonnull(s);
  ck_assert_int_eq(opened, STORE_UNAVAILABLE);
  ck_assert_msg(strstr(why, "too long") != NULL, "%s", why);
  path[511] = '\0'; /* where it used to be cut */
  ck_assert_int_ne(access(path, F_OK), 0);
  store_close(s);
}
END_TEST

START_TEST(links_laid_in_the_directory_are_not_followed) {
  static const char *const names[] = {"ballast", "lock"};

  for (size_t i = 0; i < ROWS(names); i++) {
    char victim[128];
    char link[128];
    struct stat st;
    enum store_opened opened;
    struct store *s;
    int fd;

    snprintf(victim, sizeof(victim), "%s/victim-of-%s", directory, names[i]);
    snprintf(link, sizeof(link), "%s/%s", directory, names[i]);
    unlink(link);
    fd = open(victim, O_WRONLY | O_CREAT, 0600);
    ck_assert_int_eq(write(fd, "mine", 4), 4);
    close(fd);
    ck_assert_int_eq(symlink(victim, link), 0);
    s = store_open(directory, NULL, NULL, &opened, NULL, 0);
    ck_assert_ptr_nonnull(s);
    store_close(s);
    ck_assert_int_eq(stat(victim, &st), 0);
    ck_assert_int_eq(st.st_size, 4);
    unlink(victim);
    s = store_open(directory, NULL, NULL, &opened, NULL, 0);
    store_close(s);
    ck_assert_int_ne(access(victim, F_OK), 0); /* nor made */
    unlink(link);
  }
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
  tcase_add_test(t, the_file_of_the_version_before_goes_on);
  tcase_add_test(t, a_row_with_an_endless_channel_is_given_up);
  tcase_add_test(t, a_channel_name_of_64_bytes_is_kept_whole);
  tcase_add_test(t, a_directory_with_too_long_a_name_is_refused);
  tcase_add_test(t, links_laid_in_the_directory_are_not_followed);
  tcase_add_test(t, pruning_goes_in_slices_and_spares_the_open);
}

int main(void) { return suite_run("store", fill); }
