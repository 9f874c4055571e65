/* SPDX-License-Identifier: MIT */
/* One SQLite connection: prepared statements, values bound by type, and a
 * journal of what the open transaction wrote, so that another connection can
 * go on where this one's disk failed. */
#ifndef ALERT_STORE_STORE_DB_H
#define ALERT_STORE_STORE_DB_H

#include "base/buf.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DB_STATEMENTS = 96 };

struct db {
  sqlite3 *handle; /* the file's or the one in memory */
  struct {
    const char *sql; /* a literal; its address is the key */
    sqlite3_stmt *stmt;
  } cache[DB_STATEMENTS];
  size_t cached;
  bool in_transaction;
  bool journals;      /* there is somewhere else to go on */
  struct buf journal; /* what the open transaction wrote, as SQL */
  bool journal_broken;
  int bad_read; /* SQLite code of a read that failed; 0 = none */
  /* The disk failed with this SQLite code. Afterwards the same transaction is
   * open again, on another connection perhaps: SQLITE_OK, else the error that
   * remains. */
  int (*failed)(void *arg, int rc);
  void *failed_arg;
};

/* One value of a statement, by type. */
struct db_value {
  enum { DB_INTEGER, DB_REAL, DB_TEXT } type;
  int64_t integer;
  double real;      /* NaN becomes NULL */
  const char *text; /* NULL allowed */
};

static inline struct db_value db_i(int64_t value) {
  return (struct db_value){.type = DB_INTEGER, .integer = value};
}
static inline struct db_value db_d(double value) {
  return (struct db_value){.type = DB_REAL, .real = value};
}
static inline struct db_value db_t(const char *value) {
  return (struct db_value){.type = DB_TEXT, .text = value};
}

/* The last two arguments of db_run() and db_ask():
 *   db_run(db, sql, DB_BIND(db_i(id), db_t(name))) */
#define DB_BIND(...)                                                           \
  (const struct db_value[]){__VA_ARGS__},                                      \
      sizeof((const struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value)
#define DB_NOTHING NULL, 0

/* SQLite's code as a negative errno. */
int db_error(int rc);

/* Runs one writing statement inside the open transaction. sql must be a string
 * with static storage. 0 or -errno. */
int db_run(struct db *db, const char *sql, const struct db_value *values,
           size_t num);

/* A reading statement with its values bound, to be stepped with db_step() and
 * ended with db_done(); NULL on error. */
sqlite3_stmt *db_ask(struct db *db, const char *sql,
                     const struct db_value *values, size_t num);
/* True for a row. */
bool db_step(struct db *db, sqlite3_stmt *stmt);
void db_done(sqlite3_stmt *stmt);

/* The one number a query gives, or other. */
int64_t db_number(struct db *db, sqlite3_stmt *stmt, int64_t other);

/* A text column copied to a field, "" for NULL. */
void db_text(sqlite3_stmt *stmt, int column, char *out, size_t size);

/* Runs plain SQL: a SQLite code. */
int db_exec(sqlite3 *handle, const char *sql);
/* Forgets the prepared statements, before the connection changes. */
void db_cache_drop(struct db *db);

int db_begin(struct db *db);
int db_commit(struct db *db);
void db_rollback(struct db *db);

#endif
