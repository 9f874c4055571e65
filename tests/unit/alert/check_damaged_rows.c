/* SPDX-License-Identifier: MIT */
/* alerts.db with a value in it that nobody wrote: a damaged page, an editor, a
 * clock of the year 292 million. Each column of each table in turn: it starts,
 * an alert comes and goes, it stops. */
#include <config.h>

#include "../support/alert_story.h"
#include "../support/suite.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const values[] = {
    "NULL",
    "''",
    "-1",
    "9223372036854775807",
    "-9223372036854775807-1",
    "100000000000000", /* ms: a moment, though of the year 5138 */
    "1e308",
    "hex(zeroblob(50000))",
    "zeroblob(300)",
    "'\xff\xfe{[%s%n'",
};

enum { COLUMNS_MAX = 300, NAME = 64 };

struct column {
  char table[NAME];
  char name[NAME];
};

static int take(void *arg, int n, char **texts, char **names) {
  struct column *list = arg;
  size_t i = 0;

  (void)n;
  (void)names;
  while (list[i].table[0] != '\0')
    i++;
  ck_assert_uint_lt(i, COLUMNS_MAX - 1);
  snprintf(list[i].table, NAME, "%s", texts[0]);
  snprintf(list[i].name, NAME, "%s", texts[1]);
  return 0;
}

static char *read_file(const char *path, size_t *len) {
  FILE *f = fopen(path, "r");
  char *bytes = malloc(4 << 20);

  ck_assert_ptr_nonnull(f);
  ck_assert_ptr_nonnull(bytes);
  *len = fread(bytes, 1, 4 << 20, f);
  ck_assert_uint_lt(*len, 4 << 20);
  fclose(f);
  return bytes;
}

static void write_file(const char *path, const char *bytes, size_t len) {
  FILE *f = fopen(path, "w");

  ck_assert_ptr_nonnull(f);
  ck_assert_uint_eq(fwrite(bytes, 1, len, f), len);
  fclose(f);
}

/* false: the table does not take it */
static bool damage(const char *path, const struct column *c,
                   const char *value) {
  char *sql = NULL;
  sqlite3 *db = NULL;
  bool done;

  ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
  ck_assert_int_gt(
      asprintf(&sql, "UPDATE \"%s\" SET \"%s\"=%s", c->table, c->name, value),
      0);
  done = sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK &&
         sqlite3_changes(db) > 0;
  free(sql);
  ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
  return done;
}

static void find_columns(const char *path, struct column *list) {
  sqlite3 *db = NULL;

  ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
  ck_assert_int_eq(
      sqlite3_exec(db,
                   "SELECT m.name,p.name FROM sqlite_master m,"
                   "pragma_table_info(m.name) p WHERE m.type='table' AND "
                   "m.name NOT LIKE 'sqlite%'",
                   take, list, NULL),
      SQLITE_OK);
  ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

START_TEST(whatever_stands_there_people_hear_of_a_new_alert) {
  static struct column columns[COLUMNS_MAX];
  struct house h;
  char path[128];
  char *bytes;
  size_t len;
  unsigned tried = 0;

  memset(columns, 0, sizeof(columns));
  house_open(&h, "two");
  house_play(&h,
             "fail 1900; ack; on Heater; missing power; on Kettle; fail 1900;"
             " +10; ok 90; silence 36000 Fan; on Fan; fail 1900; mail=retry;"
             " on Lamp; fail 1900; event the disk is broken; +3");
  alert_core_free(h.core);
  snprintf(path, sizeof(path), "%s/alerts.db", h.directory);
  bytes = read_file(path, &len);
  find_columns(path, columns);
  for (const struct column *c = columns; c->table[0] != '\0'; c++) {
    write_file(path, bytes, len);
    if (!damage(path, c, values[_i]))
      continue;
    tried++;
    h.heard[0] = '\0';
    h.outcome[0] = h.outcome[1] = SEND_SENT;
    house_begin(&h);
    house_play(&h, "+130; on New; fail 1900; +60; ok 90; +130");
    ck_assert_msg(strstr(h.heard, "mail:firing") != NULL,
                  "%s.%s=%s: heard \"%s\"", c->table, c->name, values[_i],
                  h.heard);
    alert_core_free(h.core);
  }
  ck_assert_uint_gt(tried, 20);
  free(bytes);
  write_file(path, "", 0);
  house_begin(&h);
  house_close(&h);
}
END_TEST

/* Moments of what waits, beyond what two can be apart, while it is running:
 * the repair at a start does not see them. */
static const struct {
  const char *column, *value;
} moments[] = {
    {"created", "-9223372036854775807-1"},
    {"created", "9223372036854775807"},
    {"not_before", "-9223372036854775807-1"},
    {"not_before", "9223372036854775807"},
    {"group_due", "-9223372036854775807-1"},
    {"group_due", "9223372036854775807"},
};

START_TEST(a_moment_of_the_queue_overflows_nothing) {
  struct column column = {.table = "outbox"};
  struct house h;
  char path[128];

  snprintf(column.name, NAME, "%s", moments[_i].column);
  house_open(&h, "two");
  snprintf(path, sizeof(path), "%s/alerts.db", h.directory);
  house_play(&h, "mail=retry; fail 1900; on Lamp; fail 1900; +1");
  ck_assert(damage(path, &column, moments[_i].value));
  h.heard[0] = '\0';
  house_play(&h, "mail=sent; +1200; on New; fail 1900; +130; ok 90; +130");
  ck_assert_msg(strstr(h.heard, "mail:firing") != NULL, "%s=%s: heard \"%s\"",
                column.name, moments[_i].value, h.heard);
  ck_assert_msg(strstr(h.heard, "mail:resolved") != NULL, "%s=%s: heard \"%s\"",
                column.name, moments[_i].value, h.heard);
  house_close(&h);
}
END_TEST

static void fill(TCase *t) {
  tcase_set_timeout(t, 300);
  tcase_add_loop_test(t, a_moment_of_the_queue_overflows_nothing, 0,
                      sizeof(moments) / sizeof(moments[0]));
  tcase_add_loop_test(t, whatever_stands_there_people_hear_of_a_new_alert, 0,
                      sizeof(values) / sizeof(values[0]));
}

int main(void) { return suite_run("damaged rows", fill); }
