/* SPDX-License-Identifier: MIT */
/* The store's inside: one SQLite connection that survives its disk. For
 * store_*.c only. */
#ifndef ALERT_STORE_STORE_DB_H
#define ALERT_STORE_STORE_DB_H

#include "alert/store/store.h"
#include "base/buf.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { STORE_STATEMENTS = 96 };

struct store {
  sqlite3 *db; /* the file's or the one in memory */
  struct {
    const char *sql; /* a literal; its address is the key */
    sqlite3_stmt *stmt;
  } cache[STORE_STATEMENTS];
  size_t cached;
  bool in_transaction;
  struct buf journal; /* what the open transaction wrote, as SQL */
  bool journal_broken;
  int bad_read; /* SQLite code of a read that failed; 0 = none */
  enum store_condition condition;
  char trouble[200];
  bool detached; /* the file was never ours */
  int lock_fd;
  ino_t inode, log_inode; /* of the file and its -wal; 0 = not known */
  int page_limit;
  char directory[512];
  char path[560];
  char ballast[560];
};

/* SQLite's code as a negative errno. */
int db_error(int rc);

/* Runs one writing statement inside the open transaction. sql must be a string
 * with static storage. types names the arguments: i int64_t, t text (NULL
 * allowed), d double (NaN becomes NULL). 0 or -errno. */
int db_run(struct store *store, const char *sql, const char *types, ...);

/* A reading statement with its arguments bound, to be stepped with db_step()
 * and ended with db_done(); NULL on error. */
sqlite3_stmt *db_ask(struct store *store, const char *sql, const char *types,
                     ...);
/* True for a row. */
bool db_step(struct store *store, sqlite3_stmt *stmt);
void db_done(sqlite3_stmt *stmt);

/* The one number a query gives, or other. */
int64_t db_number(struct store *store, sqlite3_stmt *stmt, int64_t other);

/* A text column copied to a field, "" for NULL. */
void db_text(sqlite3_stmt *stmt, int column, char *out, size_t size);

/* Runs plain SQL: a SQLite code. */
int db_exec(sqlite3 *db, const char *sql);
/* Forgets the prepared statements, before the connection changes. */
void db_cache_drop(struct store *store);

/* store_file.c: the disk failed with this SQLite code. Afterwards the same
 * transaction is open again, on the file thanks to the ballast, or in memory:
 * SQLITE_OK, else the error that remains. */
int store_fail_over(struct store *store, int rc);

/* store_schema.c: brings an open connection to the newest schema: 0 or a
 * SQLite code; SQLITE_SCHEMA when a newer program wrote it. */
int schema_apply(sqlite3 *db);

#endif
