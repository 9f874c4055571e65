/* SPDX-License-Identifier: MIT */
/* Opening a ledger for changes, and names: see ledger_edit.h. */
#include <config.h>

#include "energy/ledger/ledger_edit.h"

#include "energy/ledger/ledger_schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BUSY_MS = 10000 };

/* Who counted no later than so long before the newest counts still. */
static const int64_t IN_USE_S = 3600;

static sqlite3 *refuse(sqlite3 *db, char why[LEDGER_EDIT_WHY], const char *path,
                       const char *what) {
  snprintf(why, LEDGER_EDIT_WHY, "%s: %s", path, what);
  sqlite3_close(db);
  return NULL;
}

static sqlite3 *open_path(const char *path, char why[LEDGER_EDIT_WHY]) {
  sqlite3 *db = NULL;
  struct stat what;
  int64_t version;
  int rc;

  if (stat(path, &what) < 0) {
    snprintf(why, LEDGER_EDIT_WHY, "%s: %m", path);
    return NULL;
  }
  rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                       NULL);
  if (rc != SQLITE_OK)
    return refuse(db, why, path, sqlite3_errstr(rc));
  sqlite3_busy_timeout(db, BUSY_MS);
  version = ledger_schema_of(db, &rc);
  if (rc != SQLITE_OK)
    return refuse(db, why, path, sqlite3_errmsg(db));
  if (version != ledger_schema_version())
    return refuse(db, why, path,
                  version > ledger_schema_version()
                      ? "written by a newer version"
                      : "written by an older version: start collectd once, "
                        "which renews it");
  if (sqlite3_db_readonly(db, "main") == 1)
    return refuse(db, why, path, "may not be written to");
  return db;
}

sqlite3 *ledger_edit_open(const char *directory, char why[LEDGER_EDIT_WHY]) {
  char *path = NULL;
  sqlite3 *db = NULL;

  if (asprintf(&path, "%s/energy.db", directory) < 0) {
    snprintf(why, LEDGER_EDIT_WHY, "out of memory");
    return NULL;
  }
  db = open_path(path, why);
  free(path);
  return db;
}

int64_t ledger_edit_revision(sqlite3 *db, int *rc) {
  sqlite3_stmt *stmt = NULL;
  int64_t revision = 0;

  *rc = sqlite3_prepare_v2(db, "SELECT value FROM meta WHERE key = 'revision'",
                           -1, &stmt, NULL);
  if (*rc == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW)
    revision = sqlite3_column_int64(stmt, 0);
  *rc = sqlite3_finalize(stmt);
  return revision;
}

int ledger_edit_count(sqlite3 *db) {
  return sqlite3_exec(db,
                      "INSERT INTO meta VALUES('revision', 1) ON CONFLICT DO "
                      "UPDATE SET value = value + 1",
                      NULL, NULL, NULL);
}

/* -- names -- */

/* ?1 device, ?2 plug or NULL, ?3 and ?4 the new ones. */
static sqlite3_stmt *prepare(sqlite3 *db, const char *sql,
                             const struct ledger_rename *how) {
  sqlite3_stmt *stmt = NULL;

  if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
    return NULL;
  (void)sqlite3_bind_text(stmt, 1, how->device, -1, SQLITE_STATIC);
  (void)sqlite3_bind_text(stmt, 2, how->plug, -1, SQLITE_STATIC);
  (void)sqlite3_bind_text(stmt, 3, how->new_device, -1, SQLITE_STATIC);
  (void)sqlite3_bind_text(stmt, 4, how->new_plug, -1, SQLITE_STATIC);
  (void)sqlite3_bind_int64(stmt, 5, IN_USE_S * 1000000);
  return stmt;
}

/* The first number of the first row; -1 on failure. */
static int64_t number_of(sqlite3 *db, const char *sql,
                         const struct ledger_rename *how) {
  sqlite3_stmt *stmt = prepare(db, sql, how);
  int64_t number = -1;

  if (stmt != NULL && sqlite3_step(stmt) == SQLITE_ROW)
    number = sqlite3_column_int64(stmt, 0);
  sqlite3_finalize(stmt);
  return number;
}

#define MATCHES "a.device = ?1 AND (?2 IS NULL OR a.plug = ?2)"

static bool look_up(sqlite3 *db, const struct ledger_rename *how,
                    struct ledger_renamed *r) {
  sqlite3_stmt *stmt = prepare(
      db,
      "SELECT total(d.mwh), total(d.cost_micro), min(d.local_date), "
      "max(d.local_date) FROM account a LEFT JOIN day d ON d.account = a.id "
      "WHERE " MATCHES,
      how);
  bool good = stmt != NULL && sqlite3_step(stmt) == SQLITE_ROW;

  if (good) {
    r->mwh = (int64_t)sqlite3_column_double(stmt, 0);
    r->cost = (int64_t)sqlite3_column_double(stmt, 1);
    r->first = sqlite3_column_int(stmt, 2);
    r->last = sqlite3_column_int(stmt, 3);
  }
  sqlite3_finalize(stmt);
  return good;
}

static bool run(sqlite3 *db, const char *sql, const struct ledger_rename *how) {
  sqlite3_stmt *stmt = prepare(db, sql, how);
  bool good = stmt != NULL && sqlite3_step(stmt) == SQLITE_DONE;

  sqlite3_finalize(stmt);
  return good;
}

/* watt_hours of a name that is joined must not jump by what the other one had
 * counted: who draws its rate would see energy nobody used. */
static bool apply(sqlite3 *db, const struct ledger_rename *how) {
  return run(db,
             "UPDATE account AS a SET counted_mwh = 0, takes_total = 0 "
             "WHERE " MATCHES
             " AND EXISTS (SELECT 1 FROM account b WHERE b.device = ?3 "
             "AND b.plug = coalesce(?4, a.plug))",
             how) &&
         run(db,
             "UPDATE account AS a SET device = ?3, plug = coalesce(?4, plug) "
             "WHERE " MATCHES,
             how) &&
         ledger_edit_count(db) == SQLITE_OK;
}

static enum ledger_rename_result rename_in(sqlite3 *db,
                                           const struct ledger_rename *how,
                                           struct ledger_renamed *r) {
  int64_t accounts =
      number_of(db, "SELECT count(*) FROM account a WHERE " MATCHES, how);
  int64_t used = number_of(
      db,
      "SELECT count(*) FROM account a JOIN state s ON s.account = a.id "
      "WHERE " MATCHES
      " AND s.last_utc_us > (SELECT max(last_utc_us) FROM state) - ?5",
      how);
  int64_t taken = number_of(
      db,
      "SELECT count(*) FROM account a WHERE " MATCHES " AND EXISTS (SELECT 1 "
      "FROM account b WHERE b.device = ?3 AND b.plug = coalesce(?4, a.plug))",
      how);

  if (accounts < 0 || used < 0 || taken < 0 || !look_up(db, how, r))
    return LEDGER_RENAME_FAILED;
  r->accounts = (size_t)accounts;
  r->joins = taken > 0;
  if (accounts == 0)
    return LEDGER_RENAME_UNKNOWN;
  if (used > 0)
    return LEDGER_RENAME_IN_USE;
  if (how->apply && !apply(db, how))
    return LEDGER_RENAME_FAILED;
  return LEDGER_RENAME_OK;
}

enum ledger_rename_result ledger_rename(sqlite3 *db,
                                        const struct ledger_rename *how,
                                        struct ledger_renamed *result) {
  enum ledger_rename_result done = LEDGER_RENAME_FAILED;

  *result = (struct ledger_renamed){0};
  if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK)
    done = rename_in(db, how, result);
  if (done == LEDGER_RENAME_OK &&
      sqlite3_exec(db, how->apply ? "COMMIT" : "ROLLBACK", NULL, NULL, NULL) !=
          SQLITE_OK)
    done = LEDGER_RENAME_FAILED;
  if (done == LEDGER_RENAME_FAILED)
    snprintf(result->why, sizeof(result->why), "%s", sqlite3_errmsg(db));
  if (sqlite3_get_autocommit(db) == 0)
    (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
  return done;
}
