/* SPDX-License-Identifier: MIT */
/* Statements and transactions of the store: see store_db.h. */
#include <config.h>

#include "alert/store/store_db.h"

#include "base/log.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

int db_error(int rc) {
  switch (rc & 0xff) {
  case SQLITE_OK:
  case SQLITE_ROW:
  case SQLITE_DONE:
    return 0;
  case SQLITE_NOMEM:
    return -ENOMEM;
  case SQLITE_FULL:
    return -ENOSPC;
  case SQLITE_READONLY:
    return -EROFS;
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return -EBUSY;
  case SQLITE_CONSTRAINT:
    return -EEXIST;
  default:
    return -EIO;
  }
}

/* Failures of the disk, which another place for the data would not have. */
static bool disk_failed(int rc) {
  switch (rc & 0xff) {
  case SQLITE_FULL:
  case SQLITE_IOERR:
  case SQLITE_READONLY:
  case SQLITE_CANTOPEN:
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB:
  case SQLITE_BUSY:
  case SQLITE_PERM:
  case SQLITE_PROTOCOL:
  case SQLITE_AUTH:
    return true;
  default:
    return false;
  }
}

void db_cache_drop(struct store *s) {
  for (size_t i = 0; i < s->cached; i++)
    sqlite3_finalize(s->cache[i].stmt);
  s->cached = 0;
}

int db_exec(sqlite3 *db, const char *sql) {
  return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

/* -- statements ----------------------------------------------------------- */

static sqlite3_stmt *prepared(struct store *s, const char *sql) {
  sqlite3_stmt *stmt = NULL;
  int rc;

  for (size_t i = 0; i < s->cached; i++)
    if (s->cache[i].sql == sql)
      return s->cache[i].stmt;
  if (s->cached == STORE_STATEMENTS)
    db_cache_drop(s);
  rc = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt,
                          NULL);
  if (rc != SQLITE_OK) {
    if (disk_failed(rc))
      s->bad_read = rc;
    else
      log_say(LOG_LEVEL_ERROR, "store: %s", sqlite3_errmsg(s->db));
    return NULL;
  }
  s->cache[s->cached].sql = sql;
  s->cache[s->cached++].stmt = stmt;
  return stmt;
}

static void bind(sqlite3_stmt *stmt, const char *types, va_list args) {
  for (int i = 0; types[i] != '\0'; i++) {
    const char *text;
    double number;

    switch (types[i]) {
    case 'i':
      sqlite3_bind_int64(stmt, i + 1, va_arg(args, int64_t));
      break;
    case 'd':
      number = va_arg(args, double);
      if (isnan(number))
        sqlite3_bind_null(stmt, i + 1);
      else
        sqlite3_bind_double(stmt, i + 1, number);
      break;
    default:
      text = va_arg(args, const char *);
      sqlite3_bind_text(stmt, i + 1, text, -1, SQLITE_TRANSIENT);
      break;
    }
  }
}

static void journal_add(struct store *s, sqlite3_stmt *stmt) {
  char *sql;

  if (s->condition == STORE_IN_MEMORY)
    return; /* nowhere to fall to */
  sql = sqlite3_expanded_sql(stmt);
  if (sql == NULL || buf_adds(&s->journal, sql) < 0 ||
      buf_adds(&s->journal, ";\n") < 0)
    s->journal_broken = true;
  sqlite3_free(sql);
}

int db_run(struct store *s, const char *sql, const char *types, ...) {
  sqlite3_stmt *stmt;
  va_list args;
  int rc;

  if (!s->in_transaction)
    return -EINVAL;
  stmt = prepared(s, sql);
  if (stmt == NULL && s->bad_read != 0) {
    rc = s->bad_read;
    s->bad_read = 0;
    rc = store_fail_over(s, rc);
    stmt = rc == SQLITE_OK ? prepared(s, sql) : NULL;
  }
  if (stmt == NULL)
    return -EIO;
  va_start(args, types);
  bind(stmt, types, args);
  va_end(args);
  journal_add(s, stmt);
  rc = sqlite3_step(stmt);
  sqlite3_reset(stmt);
  sqlite3_clear_bindings(stmt);
  if (disk_failed(rc)) /* the journal holds this statement too */
    rc = store_fail_over(s, rc);
  return db_error(rc);
}

sqlite3_stmt *db_ask(struct store *s, const char *sql, const char *types, ...) {
  sqlite3_stmt *stmt = prepared(s, sql);
  va_list args;

  if (stmt == NULL)
    return NULL;
  va_start(args, types);
  bind(stmt, types, args);
  va_end(args);
  return stmt;
}

bool db_step(struct store *s, sqlite3_stmt *stmt) {
  int rc = stmt != NULL ? sqlite3_step(stmt) : SQLITE_DONE;

  if (disk_failed(rc))
    s->bad_read = rc;
  return rc == SQLITE_ROW;
}

void db_done(sqlite3_stmt *stmt) {
  if (stmt == NULL)
    return;
  sqlite3_reset(stmt);
  sqlite3_clear_bindings(stmt);
}

int64_t db_number(struct store *s, sqlite3_stmt *stmt, int64_t other) {
  int64_t number = other;

  if (db_step(s, stmt) && sqlite3_column_type(stmt, 0) != SQLITE_NULL)
    number = sqlite3_column_int64(stmt, 0);
  db_done(stmt);
  return number;
}

void db_text(sqlite3_stmt *stmt, int column, char *out, size_t size) {
  const unsigned char *text = sqlite3_column_text(stmt, column);

  snprintf(out, size, "%s", text != NULL ? (const char *)text : "");
}

/* -- transactions --------------------------------------------------------- */

int store_begin(struct store *s) {
  int rc;

  if (s->bad_read != 0) {
    rc = s->bad_read;
    s->bad_read = 0;
    rc = store_fail_over(s, rc);
    if (rc != SQLITE_OK)
      return db_error(rc);
  }
  buf_clear(&s->journal);
  s->journal_broken = false;
  rc = db_exec(s->db, "BEGIN IMMEDIATE");
  if (disk_failed(rc)) {
    s->in_transaction = true; /* so that one is open afterwards */
    rc = store_fail_over(s, rc);
  }
  s->in_transaction = rc == SQLITE_OK;
  return db_error(rc);
}

int store_commit(struct store *s) {
  int rc = db_exec(s->db, "COMMIT");

  if (disk_failed(rc)) {
    rc = store_fail_over(s, rc);
    if (rc == SQLITE_OK)
      rc = db_exec(s->db, "COMMIT");
    if (disk_failed(rc)) { /* the ballast was not enough */
      rc = store_fail_over(s, rc);
      if (rc == SQLITE_OK)
        rc = db_exec(s->db, "COMMIT");
    }
  }
  if (rc != SQLITE_OK && !sqlite3_get_autocommit(s->db))
    db_exec(s->db, "ROLLBACK");
  s->in_transaction = false;
  buf_clear(&s->journal);
  if (s->journal.capacity > 1024 * 1024)
    buf_free(&s->journal);
  return db_error(rc);
}

void store_rollback(struct store *s) {
  if (!sqlite3_get_autocommit(s->db))
    db_exec(s->db, "ROLLBACK");
  s->in_transaction = false;
  buf_clear(&s->journal);
}

int64_t store_changes(const struct store *s) {
  return sqlite3_total_changes(s->db);
}
