/* SPDX-License-Identifier: MIT */
/* Statements and transactions: see store_db.h. */
#include <config.h>

#include "alert/store/store_db.h"

#include "base/log.h"

#include <errno.h>
#include <math.h>
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

void db_cache_drop(struct db *db) {
  for (size_t i = 0; i < db->cached; i++)
    sqlite3_finalize(db->cache[i].stmt);
  db->cached = 0;
}

int db_exec(sqlite3 *db, const char *sql) {
  return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

/* -- statements ----------------------------------------------------------- */

static sqlite3_stmt *prepared(struct db *db, const char *sql) {
  sqlite3_stmt *stmt = NULL;
  int rc;

  for (size_t i = 0; i < db->cached; i++)
    if (db->cache[i].sql == sql)
      return db->cache[i].stmt;
  if (db->cached == DB_STATEMENTS) { /* more of them than the code has */
    log_say(LOG_LEVEL_ERROR, "store: too many statements");
    return NULL;
  }
  rc = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt,
                          NULL);
  if (rc != SQLITE_OK) {
    if (disk_failed(rc))
      db->bad_read = rc;
    else
      log_say(LOG_LEVEL_ERROR, "store: %s", sqlite3_errmsg(db->handle));
    return NULL;
  }
  db->cache[db->cached].sql = sql;
  db->cache[db->cached++].stmt = stmt;
  return stmt;
}

static void bind(sqlite3_stmt *stmt, const struct db_value *values,
                 size_t num) {
  for (size_t i = 0; i < num; i++) {
    const struct db_value *v = &values[i];
    int at = (int)i + 1;

    switch (v->type) {
    case DB_INTEGER:
      sqlite3_bind_int64(stmt, at, v->integer);
      break;
    case DB_REAL:
      if (isnan(v->real))
        sqlite3_bind_null(stmt, at);
      else
        sqlite3_bind_double(stmt, at, v->real);
      break;
    case DB_TEXT:
      sqlite3_bind_text(stmt, at, v->text, -1, SQLITE_TRANSIENT);
      break;
    }
  }
}

static void journal_add(struct db *db, sqlite3_stmt *stmt) {
  char *sql;

  if (!db->journals)
    return;
  sql = sqlite3_expanded_sql(stmt);
  if (sql == NULL || buf_adds(&db->journal, sql) < 0 ||
      buf_adds(&db->journal, ";\n") < 0)
    db->journal_broken = true;
  sqlite3_free(sql);
}

int db_run(struct db *db, const char *sql, const struct db_value *values,
           size_t num) {
  sqlite3_stmt *stmt;
  int rc;

  if (!db->in_transaction)
    return -EINVAL;
  stmt = prepared(db, sql);
  if (stmt == NULL && db->bad_read != 0) {
    rc = db->bad_read;
    db->bad_read = 0;
    rc = db->failed(db->failed_arg, rc);
    stmt = rc == SQLITE_OK ? prepared(db, sql) : NULL;
  }
  if (stmt == NULL)
    return -EIO;
  bind(stmt, values, num);
  journal_add(db, stmt);
  rc = sqlite3_step(stmt);
  sqlite3_reset(stmt);
  sqlite3_clear_bindings(stmt);
  if (disk_failed(rc)) /* the journal holds this statement too */
    rc = db->failed(db->failed_arg, rc);
  return db_error(rc);
}

sqlite3_stmt *db_ask(struct db *db, const char *sql,
                     const struct db_value *values, size_t num) {
  sqlite3_stmt *stmt = prepared(db, sql);

  if (stmt == NULL)
    return NULL;
  bind(stmt, values, num);
  return stmt;
}

bool db_step(struct db *db, sqlite3_stmt *stmt) {
  int rc = stmt != NULL ? sqlite3_step(stmt) : SQLITE_DONE;

  if (disk_failed(rc))
    db->bad_read = rc;
  return rc == SQLITE_ROW;
}

void db_done(sqlite3_stmt *stmt) {
  if (stmt == NULL)
    return;
  sqlite3_reset(stmt);
  sqlite3_clear_bindings(stmt);
}

int64_t db_number(struct db *db, sqlite3_stmt *stmt, int64_t other) {
  int64_t number = other;

  if (db_step(db, stmt) && sqlite3_column_type(stmt, 0) != SQLITE_NULL)
    number = sqlite3_column_int64(stmt, 0);
  db_done(stmt);
  return number;
}

void db_text(sqlite3_stmt *stmt, int column, char *out, size_t size) {
  const unsigned char *text = sqlite3_column_text(stmt, column);

  snprintf(out, size, "%s", text != NULL ? (const char *)text : "");
}

/* -- transactions --------------------------------------------------------- */

int db_begin(struct db *db) {
  int rc;

  if (db->bad_read != 0) {
    rc = db->bad_read;
    db->bad_read = 0;
    rc = db->failed(db->failed_arg, rc);
    if (rc != SQLITE_OK)
      return db_error(rc);
  }
  buf_clear(&db->journal);
  db->journal_broken = false;
  rc = db_exec(db->handle, "BEGIN IMMEDIATE");
  if (disk_failed(rc)) {
    db->in_transaction = true; /* so that one is open afterwards */
    rc = db->failed(db->failed_arg, rc);
  }
  db->in_transaction = rc == SQLITE_OK;
  return db_error(rc);
}

int db_commit(struct db *db) {
  int rc = db_exec(db->handle, "COMMIT");

  if (disk_failed(rc)) {
    rc = db->failed(db->failed_arg, rc);
    if (rc == SQLITE_OK)
      rc = db_exec(db->handle, "COMMIT");
    if (disk_failed(rc)) { /* the ballast was not enough */
      rc = db->failed(db->failed_arg, rc);
      if (rc == SQLITE_OK)
        rc = db_exec(db->handle, "COMMIT");
    }
  }
  if (rc != SQLITE_OK && !sqlite3_get_autocommit(db->handle))
    db_exec(db->handle, "ROLLBACK");
  db->in_transaction = false;
  buf_clear(&db->journal);
  if (db->journal.capacity > 1024 * 1024)
    buf_free(&db->journal);
  return db_error(rc);
}

void db_rollback(struct db *db) {
  if (!sqlite3_get_autocommit(db->handle))
    db_exec(db->handle, "ROLLBACK");
  db->in_transaction = false;
  buf_clear(&db->journal);
}
