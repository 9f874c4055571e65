/* SPDX-License-Identifier: MIT */
/* The thread that keeps a ledger, and what others do to its file meanwhile:
 * nothing that was counted is lost, nothing is mixed, everything is said
 * once. */
#include <config.h>

#include "energy/ledger/ledger_writer.h"

#include "base/log.h"
#include "energy/ledger/ledger_query.h"
#include "energy/ledger/ledger_schema.h"

#include "../support/suite.h"

#include <math.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINES = 32, METERS = 2, PATIENCE = 1000 };

static const char *const names[METERS] = {"Washer", "Freezer"};
static const char *const identities[METERS] = {"50C7BF000001", "50C7BF000002"};

static struct {
  pthread_mutex_t lock;
  char text[LINES][256];
  int num;
} lines = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct ledger *ledger;
static struct ledger_writer *writer;
static char directory[32], path[64], spare[64];
static struct ledger_meter *meters[METERS];
static struct counter counters[METERS];
static double used_wh[METERS]; /* what the meters show */
static int64_t now_us;

static void take_line(void *arg, enum log_level level, const char *text) {
  (void)arg;
  (void)level;
  pthread_mutex_lock(&lines.lock);
  if (lines.num < LINES)
    snprintf(lines.text[lines.num++], sizeof(lines.text[0]), "%s", text);
  pthread_mutex_unlock(&lines.lock);
}

static int lines_with(const char *part) {
  int num = 0;

  pthread_mutex_lock(&lines.lock);
  for (int i = 0; i < lines.num; i++)
    num += strstr(lines.text[i], part) != NULL ? 1 : 0;
  pthread_mutex_unlock(&lines.lock);
  return num;
}

static void wait_for(const char *part) {
  for (int i = 0; lines_with(part) == 0; i++) {
    ck_assert_msg(i < PATIENCE, "nobody said \"%s\"", part);
    usleep(10000);
  }
}

/* -- the file, as others see it -- */

static sqlite3 *open_db(const char *file) {
  sqlite3 *db = NULL;

  ck_assert_int_eq(sqlite3_open(file, &db), SQLITE_OK);
  sqlite3_busy_timeout(db, 5000);
  return db;
}

static void sql(const char *file, const char *text) {
  sqlite3 *db = open_db(file);

  ck_assert_msg(sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK, "%s: %s",
                text, sqlite3_errmsg(db));
  sqlite3_close(db);
}

static int64_t number(const char *text) {
  sqlite3 *db = open_db(path);
  sqlite3_stmt *stmt = NULL;
  int64_t found = -1;

  if (sqlite3_prepare_v2(db, text, -1, &stmt, NULL) == SQLITE_OK &&
      sqlite3_step(stmt) == SQLITE_ROW)
    found = sqlite3_column_int64(stmt, 0);
  sqlite3_finalize(stmt);
  sqlite3_close(db);
  return found;
}

static int64_t batch(void) {
  return number("SELECT value FROM meta WHERE key = 'batch'");
}

static void copy_to_spare(void) {
  char text[128];

  unlink(spare);
  snprintf(text, sizeof(text), "VACUUM INTO '%s'", spare);
  sql(path, text);
}

static void set_version(const char *file, int64_t version) {
  char text[64];

  snprintf(text, sizeof(text), "PRAGMA user_version = %lld",
           (long long)version);
  sql(file, text);
}

/* -- a disk that keeps one waiting -- */

static struct {
  pthread_mutex_t lock;
  pthread_cond_t opened;
  bool shut;
  sqlite3_vfs *disk, slow;
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER,
          .opened = PTHREAD_COND_INITIALIZER};

static int open_slowly(sqlite3_vfs *vfs, const char *name, sqlite3_file *file,
                       int flags, int *out) {
  (void)vfs;
  pthread_mutex_lock(&gate.lock);
  while (gate.shut)
    pthread_cond_wait(&gate.opened, &gate.lock);
  pthread_mutex_unlock(&gate.lock);
  return gate.disk->xOpen(gate.disk, name, file, flags, out);
}

static void shut_gate(bool shut) {
  if (gate.disk == NULL) {
    gate.disk = sqlite3_vfs_find(NULL);
    gate.slow = *gate.disk;
    gate.slow.zName = "slow";
    gate.slow.xOpen = open_slowly;
    ck_assert_int_eq(sqlite3_vfs_register(&gate.slow, 1), SQLITE_OK);
  }
  pthread_mutex_lock(&gate.lock);
  gate.shut = shut;
  pthread_cond_broadcast(&gate.opened);
  pthread_mutex_unlock(&gate.lock);
}

/* -- the daemon -- */

static void daemon_begins(void) {
  struct ledger_options options = {.billing_day = 1};

  memset(meters, 0, sizeof(meters));
  memset(counters, 0, sizeof(counters));
  ledger = ledger_create(&options);
  writer = ledger_writer_start(ledger, directory);
  ck_assert_ptr_nonnull(writer);
}

static void daemon_starts(void) {
  daemon_begins();
  ck_assert(ledger_writer_wait(writer, 60));
}

static void daemon_ends(void) {
  ledger_writer_stop(writer);
  ledger_free(ledger);
}

/* Ten minutes later meter i has used wh more and is looked at. */
static void use_of(int i, double wh) {
  struct ledger_now now = {now_us, now_us};

  used_wh[i] += wh;
  if (meters[i] == NULL) {
    meters[i] = ledger_meter(ledger, identities[i], 0, "HS110", false,
                             &counters[i], now);
    ck_assert_ptr_nonnull(meters[i]);
    ledger_name(ledger, meters[i], names[i], "");
  }
  counter_add_total(&counters[i], used_wh[i], (uint64_t)now_us);
  ledger_book(ledger, meters[i], &counters[i], counters[i].from_us, 0, now);
}

static void look(double washer_wh, double freezer_wh) {
  now_us += 600 * CALENDAR_SECOND;
  use_of(0, washer_wh);
  use_of(1, freezer_wh);
}

static void save(void) {
  int64_t before = batch();

  ledger_writer_hurry(writer);
  for (int i = 0; batch() <= before; i++) {
    ck_assert_msg(i < PATIENCE, "nothing was written");
    usleep(10000);
  }
}

static void check_meter(int i, double wh) {
  char why[LEDGER_QUERY_WHY];
  struct ledger_query *q = ledger_query_open(directory, why);
  struct ledger_sum s;
  int day = calendar_local_of(now_us).day;

  ck_assert_msg(q != NULL, "%s", why);
  ck_assert(ledger_query_sum(q, names[i], "", day - 1, day, &s, why));
  ledger_query_close(q);
  ck_assert_msg(s.mwh == llround(wh * 1e3), "%s: %lld mWh, not %g Wh", names[i],
                (long long)s.mwh, wh);
}

/* What the file holds, after another start, and what the two count to. */
static void check_file(double washer_wh, double freezer_wh) {
  struct ledger_values v;

  check_meter(0, washer_wh);
  check_meter(1, freezer_wh);
  daemon_starts();
  look(0, 0);
  ledger_values_of(ledger, meters[0], (struct ledger_now){now_us, now_us}, &v);
  ck_assert_int_eq(v.counted_mwh, llround((5000 + washer_wh) * 1e3));
  ledger_values_of(ledger, meters[1], (struct ledger_now){now_us, now_us}, &v);
  ck_assert_int_eq(v.counted_mwh, llround((7000 + freezer_wh) * 1e3));
  ledger_values_total(ledger, (struct ledger_now){now_us, now_us}, &v);
  ck_assert_int_eq(v.counted_mwh, llround((washer_wh + freezer_wh) * 1e3));
  daemon_ends();
  ck_assert_int_eq(lines_with("damaged"), 0);
}

/* A daemon that has seen 100 and 30 Wh, which are on disk. */
static void begin(void) {
  setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
  tzset();
  snprintf(directory, sizeof(directory), "/tmp/check_writer.XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(directory));
  snprintf(path, sizeof(path), "%s/energy.db", directory);
  snprintf(spare, sizeof(spare), "%s/spare.db", directory);
  lines.num = 0;
  log_set_sink(take_line, NULL);
  ck_assert(calendar_parse_moment("2026-01-15T12:00:00+01:00", &now_us));
  used_wh[0] = 5000;
  used_wh[1] = 7000;
  daemon_starts();
  look(0, 0);
  look(100, 30);
  save();
}

static void clean(void) {
  static const char *const ends[] = {"", "-wal", "-shm"};
  char file[80];

  for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
    snprintf(file, sizeof(file), "%s%s", path, ends[i]);
    unlink(file);
    snprintf(file, sizeof(file), "%s%s", spare, ends[i]);
    unlink(file);
  }
  ck_assert_int_eq(rmdir(directory), 0);
  log_set_sink(NULL, NULL);
}

START_TEST(a_newer_file_is_left_alone_until_it_is_one_of_ours_again) {
  int64_t before;

  begin();
  daemon_ends();
  before = batch();
  set_version(path, 99);
  daemon_starts();
  wait_for("newer version");
  look(10, 1);
  ledger_writer_hurry(writer);
  look(10, 1);
  ledger_writer_hurry(writer);
  set_version(path, ledger_schema_version());
  ledger_writer_hurry(writer);
  wait_for("on disk again");
  ck_assert_int_eq(lines_with("newer version"), 1);
  ck_assert_int_gt(batch(), before);
  look(10, 1);
  daemon_ends();
  check_file(130, 33);
  clean();
}
END_TEST

START_TEST(a_newer_file_may_end_the_day) {
  int64_t before;

  begin();
  daemon_ends();
  before = batch();
  set_version(path, 99);
  daemon_starts();
  look(10, 1);
  ledger_writer_hurry(writer);
  look(10, 1);
  daemon_ends();
  ck_assert_int_eq(lines_with("kept in memory only"), 1);
  ck_assert_int_eq(lines_with("newer version"), 1);
  ck_assert_int_eq(batch(), before);
  clean();
}
END_TEST

START_TEST(a_newer_file_in_its_place_is_not_written) {
  begin();
  sql(spare, "CREATE TABLE theirs(x); PRAGMA user_version = 99");
  ck_assert_int_eq(rename(spare, path), 0);
  look(10, 1);
  ledger_writer_hurry(writer);
  wait_for("newer version");
  ck_assert_int_eq(lines_with("taken away"), 0);
  ck_assert_int_eq(number("SELECT count(*) FROM sqlite_master"), 1);
  look(10, 1);
  ledger_writer_hurry(writer);
  ck_assert_int_eq(unlink(path), 0);
  ledger_writer_hurry(writer);
  wait_for("on disk again");
  ck_assert_int_eq(lines_with("newer version"), 1);
  daemon_ends();
  check_file(120, 32);
  clean();
}
END_TEST

/* Ours is never made inside of it. */
START_TEST(a_database_of_another_program_is_left_alone) {
  begin();
  daemon_ends();
  ck_assert_int_eq(unlink(path), 0);
  sql(path, "CREATE TABLE theirs(x)");
  daemon_starts();
  look(6, 4);
  look(10, 1);
  wait_for("database of another program");
  ck_assert_int_eq(number("SELECT count(*) FROM sqlite_master"), 1);
  ck_assert_int_eq(unlink(path), 0);
  ledger_writer_hurry(writer);
  wait_for("on disk again");
  daemon_ends();
  check_meter(0, 10); /* it began anew */
  clean();
}
END_TEST

/* Somebody else writes to it for a while. */
START_TEST(a_file_that_is_locked_is_written_later) {
  sqlite3 *other;

  begin();
  other = open_db(path);
  ck_assert_int_eq(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL),
                   SQLITE_OK);
  look(10, 1);
  ledger_writer_hurry(writer);
  wait_for("database is locked");
  look(10, 1);
  sqlite3_close(other);
  ledger_writer_hurry(writer);
  wait_for("on disk again");
  daemon_ends();
  check_file(120, 32);
  clean();
}
END_TEST

START_TEST(a_file_that_became_newer_is_not_written_on) {
  int64_t before;

  begin();
  before = batch();
  set_version(path, 99);
  look(10, 1);
  ledger_writer_hurry(writer);
  wait_for("newer version");
  look(10, 1);
  daemon_ends();
  ck_assert_int_eq(batch(), before);
  ck_assert_int_eq(lines_with("newer version"), 1);
  clean();
}
END_TEST

/* As the daemon would have made it, had the freezer answered first. */
static void make_other_numbers(void) {
  sql(spare, "UPDATE meter SET id = 3 - id + 100; UPDATE meter SET id = id - "
             "100; UPDATE account SET id = 3 - id + 100, meter = 3 - meter;"
             "UPDATE account SET id = id - 100;"
             "UPDATE slot SET account = 3 - account + 100;"
             "UPDATE slot SET account = account - 100;"
             "UPDATE day SET account = 3 - account + 100 WHERE account > 0;"
             "UPDATE day SET account = account - 100 WHERE account > 0;"
             "UPDATE state SET meter = 3 - meter + 100, account = 3 - account "
             "WHERE meter > 0;"
             "UPDATE state SET meter = meter - 100 WHERE meter > 0");
}

/* A copy of the 100 and 30 Wh comes back when 50 and 5 more are written, and 10
 * and 1 wait. */
static void restore(void (*change)(void)) {
  begin();
  copy_to_spare();
  if (change != NULL)
    change();
  for (int i = 0; i < 9; i++) /* slots are closed meanwhile */
    look(5, 0.5);
  save();
  look(5, 0.5);
  save();
  look(10, 1);
}

START_TEST(a_copy_of_an_hour_ago_goes_on) {
  restore(NULL);
  ck_assert_int_eq(rename(spare, path), 0);
  ledger_writer_hurry(writer);
  wait_for("was replaced by another one");
  ck_assert_int_eq(lines_with("taken away"), 0);
  look(10, 1);
  daemon_ends();
  check_file(170, 37);
  ck_assert_int_eq(lines_with("was replaced"), 1);
  clean();
}
END_TEST

START_TEST(meters_with_other_numbers_are_not_mixed) {
  restore(make_other_numbers);
  ck_assert_int_eq(rename(spare, path), 0);
  ledger_writer_hurry(writer);
  wait_for("was replaced by another one");
  look(10, 1);
  daemon_ends();
  check_file(170, 37);
  clean();
}
END_TEST

START_TEST(a_copy_may_be_played_back_into_the_open_file) {
  sqlite3 *from;
  sqlite3 *to;
  sqlite3_backup *b;

  restore(make_other_numbers);
  from = open_db(spare);
  to = open_db(path);
  b = sqlite3_backup_init(to, "main", from, "main");
  ck_assert_ptr_nonnull(b);
  ck_assert_int_eq(sqlite3_backup_step(b, -1), SQLITE_DONE);
  sqlite3_backup_finish(b);
  sqlite3_close(from);
  sqlite3_close(to);
  ledger_writer_hurry(writer);
  wait_for("was replaced by another one");
  look(10, 1);
  daemon_ends();
  check_file(170, 37);
  clean();
}
END_TEST

/* A file of before a meter was there. */
static void forget_washer(void) {
  sql(spare, "DELETE FROM day WHERE account = 1; DELETE FROM slot WHERE "
             "account = 1; DELETE FROM state WHERE meter = 1; DELETE FROM "
             "account WHERE id = 1; DELETE FROM meter WHERE id = 1;"
             "UPDATE state SET counted_mwh = 30000 WHERE meter = 0");
}

START_TEST(a_copy_that_lacks_a_meter_gets_its_days) {
  restore(forget_washer);
  ck_assert_int_eq(rename(spare, path), 0);
  ledger_writer_hurry(writer);
  wait_for("was replaced by another one");
  look(10, 1);
  daemon_ends();
  check_file(170, 37);
  clean();
}
END_TEST

START_TEST(what_was_taken_away_is_made_again_from_memory) {
  begin();
  ck_assert_int_eq(unlink(path), 0);
  look(10, 1);
  ledger_writer_hurry(writer);
  wait_for("taken away");
  look(10, 1);
  daemon_ends();
  check_file(120, 32);
  ck_assert_int_eq(lines_with("taken away"), 1);
  clean();
}
END_TEST

/* Nobody waits for it for ever: what is counted meanwhile is added to it when
 * it has been read at last, and what was used while the daemon was away. */
START_TEST(a_file_that_is_read_slowly_is_gone_on_from) {
  begin();
  daemon_ends();
  shut_gate(true);
  daemon_begins();
  ck_assert(!ledger_writer_wait(writer, 0.05));
  look(6, 4);
  look(10, 20);
  shut_gate(false);
  wait_for("is on disk again");
  ck_assert_int_eq(lines_with("taken away") + lines_with("replaced"), 0);
  look(5, 5);
  save();
  daemon_ends();
  check_file(121, 59);
  clean();
}
END_TEST

/* Who stops meanwhile waits for nothing, and leaves the file as it was. */
START_TEST(a_daemon_may_end_before_its_file_is_read) {
  int64_t before;

  begin();
  daemon_ends();
  before = batch();
  shut_gate(true);
  daemon_begins();
  ledger_writer_no_wait(writer);
  ck_assert(ledger_writer_wait(writer, 60));
  shut_gate(false);
  daemon_ends();
  ck_assert_int_eq(batch(), before);
  check_file(100, 30);
  clean();
}
END_TEST

static void fill(TCase *t) {
  tcase_add_test(t, a_newer_file_is_left_alone_until_it_is_one_of_ours_again);
  tcase_add_test(t, a_newer_file_may_end_the_day);
  tcase_add_test(t, a_newer_file_in_its_place_is_not_written);
  tcase_add_test(t, a_database_of_another_program_is_left_alone);
  tcase_add_test(t, a_file_that_is_locked_is_written_later);
  tcase_add_test(t, a_file_that_became_newer_is_not_written_on);
  tcase_add_test(t, a_copy_of_an_hour_ago_goes_on);
  tcase_add_test(t, meters_with_other_numbers_are_not_mixed);
  tcase_add_test(t, a_copy_may_be_played_back_into_the_open_file);
  tcase_add_test(t, a_copy_that_lacks_a_meter_gets_its_days);
  tcase_add_test(t, what_was_taken_away_is_made_again_from_memory);
  tcase_add_test(t, a_file_that_is_read_slowly_is_gone_on_from);
  tcase_add_test(t, a_daemon_may_end_before_its_file_is_read);
}

int main(void) { return suite_run("ledger writer", fill); }
