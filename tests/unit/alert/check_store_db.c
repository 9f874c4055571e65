/* SPDX-License-Identifier: MIT */
/* Statements that are kept prepared. */
#include <config.h>

#include "alert/store/store_db.h"

#include "../support/suite.h"
#include "base/log.h"

#include <math.h>

#include <stdio.h>
#include <string.h>

enum { FEW = 20 };

static unsigned lines;

static void count_lines(void *arg, enum log_level level, const char *text) {
  (void)arg;
  (void)level;
  lines += strstr(text, "too many statements") != NULL;
}

/* A statement's text is its key by address, so each has to stay. */
static char texts[DB_STATEMENTS + FEW][48];

static const char *statement(int n) {
  snprintf(texts[n], sizeof(texts[n]), "SELECT n, %d FROM t ORDER BY n", n);
  return texts[n];
}

/* More statements than there is room for end nobody's loop over rows. */
START_TEST(a_loop_survives_more_statements_than_are_kept) {
  struct db db = {0};
  sqlite3_stmt *outer;
  int rows = 0;
  int refused = 0;

  buf_init(&db.journal, 1000);
  log_set_sink(count_lines, NULL);
  lines = 0;
  ck_assert_int_eq(sqlite3_open(":memory:", &db.handle), SQLITE_OK);
  ck_assert_int_eq(db_exec(db.handle, "CREATE TABLE t (n INTEGER);"
                                      "INSERT INTO t VALUES (1), (2), (3)"),
                   SQLITE_OK);
  outer = db_ask(&db, "SELECT n FROM t ORDER BY n", DB_NOTHING);
  ck_assert_ptr_nonnull(outer);
  while (db_step(&db, outer)) {
    ck_assert_int_eq(sqlite3_column_int(outer, 0), ++rows);
    for (int i = 0; rows == 1 && i < DB_STATEMENTS + FEW; i++) {
      sqlite3_stmt *inner = db_ask(&db, statement(i), DB_NOTHING);

      refused += inner == NULL;
      if (inner == NULL)
        continue;
      ck_assert(db_step(&db, inner));
      ck_assert_int_eq(sqlite3_column_int(inner, 1), i);
      db_done(inner);
    }
  }
  db_done(outer);
  ck_assert_int_eq(rows, 3);
  ck_assert_int_eq(refused, FEW + 1);
  ck_assert_uint_eq(lines, FEW + 1);
  db_cache_drop(&db);
  sqlite3_close(db.handle);
  buf_free(&db.journal);
}
END_TEST

/* What is bound has a type that the compiler has seen: an int does not become
 * half of an int64_t. */
START_TEST(values_are_bound_by_their_type) {
  struct db db = {0};
  int small = -1;
  sqlite3_stmt *stmt;

  buf_init(&db.journal, 1000);
  ck_assert_int_eq(sqlite3_open(":memory:", &db.handle), SQLITE_OK);
  stmt = db_ask(&db, "SELECT ?1, ?2, ?3, ?4",
                DB_BIND(db_i(small), db_d((double)NAN), db_t(NULL), db_t("x")));
  ck_assert_ptr_nonnull(stmt);
  ck_assert(db_step(&db, stmt));
  ck_assert_int_eq(sqlite3_column_int64(stmt, 0), -1);
  ck_assert_int_eq(sqlite3_column_type(stmt, 1), SQLITE_NULL);
  ck_assert_int_eq(sqlite3_column_type(stmt, 2), SQLITE_NULL);
  ck_assert_str_eq((const char *)sqlite3_column_text(stmt, 3), "x");
  db_done(stmt);
  db_cache_drop(&db);
  sqlite3_close(db.handle);
  buf_free(&db.journal);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_test(t, a_loop_survives_more_statements_than_are_kept);
  tcase_add_test(t, values_are_bound_by_their_type);
}

int main(void) { return suite_run("store db", fill); }
