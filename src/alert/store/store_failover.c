/* SPDX-License-Identifier: MIT */
/* See store_failover.h. */
#include <config.h>

#include "alert/store/store_failover.h"

#include "alert/store/store_file.h"
#include "alert/store/store_schema.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int copy_all(sqlite3 *to, sqlite3 *from) {
  sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
  int rc;

  if (backup == NULL)
    return sqlite3_errcode(to);
  rc = sqlite3_backup_step(backup, -1);
  sqlite3_backup_finish(backup);
  return rc == SQLITE_DONE ? SQLITE_OK : rc == SQLITE_OK ? SQLITE_IOERR : rc;
}

static int memory_open(sqlite3 **out) {
  int rc = sqlite3_open_v2(
      ":memory:", out,
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);

  if (rc != SQLITE_OK) {
    sqlite3_close(*out);
    *out = NULL;
  }
  return rc;
}

/* Table by table what can still be read of a damaged file. */
static void salvage(sqlite3 *to, sqlite3 *from) {
  static const char *const tables[] = {"meta",    "alert",       "member",
                                       "told",    "route_state", "outbox",
                                       "channel", "event"};

  for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
    sqlite3_stmt *get = NULL;
    sqlite3_stmt *put = NULL;
    char sql[1024];
    size_t used;
    int columns;

    snprintf(sql, sizeof(sql), "SELECT * FROM %s", tables[t]);
    if (sqlite3_prepare_v2(from, sql, -1, &get, NULL) != SQLITE_OK)
      continue;
    columns = sqlite3_column_count(get);
    used = (size_t)snprintf(sql, sizeof(sql),
                            "INSERT OR IGNORE INTO %s VALUES(", tables[t]);
    for (int c = 0; c < columns && used + 4 < sizeof(sql); c++)
      used += (size_t)snprintf(sql + used, sizeof(sql) - used, "%s",
                               c + 1 < columns ? "?," : "?)");
    if (sqlite3_prepare_v2(to, sql, -1, &put, NULL) == SQLITE_OK)
      while (sqlite3_step(get) == SQLITE_ROW) {
        for (int c = 0; c < columns; c++)
          sqlite3_bind_value(put, c + 1, sqlite3_column_value(get, c));
        sqlite3_step(put);
        sqlite3_reset(put);
      }
    sqlite3_finalize(put);
    sqlite3_finalize(get);
  }
}

static int replay(struct store *s, sqlite3 *db) {
  int rc = db_exec(db, "BEGIN IMMEDIATE");

  if (rc == SQLITE_OK && s->db.journal.len > 0)
    rc = db_exec(db, s->db.journal.data);
  if (rc != SQLITE_OK && !sqlite3_get_autocommit(db))
    db_exec(db, "ROLLBACK");
  return rc;
}

int store_move_to_memory(struct store *s, int rc) {
  sqlite3 *memory = NULL;
  int err = memory_open(&memory);

  if (err != SQLITE_OK)
    return err;
  err = store_file_damaged(rc) ? rc : copy_all(memory, s->db.handle);
  if (err != SQLITE_OK) {
    /* a half-made copy is no use: begin anew, take what can be read */
    sqlite3_close(memory);
    memory = NULL;
    err = memory_open(&memory);
    if (err == SQLITE_OK)
      err = schema_apply(memory);
    if (err != SQLITE_OK) {
      sqlite3_close(memory);
      return err;
    }
    salvage(memory, s->db.handle);
  }
  db_exec(memory, "PRAGMA foreign_keys = ON");
  db_cache_drop(&s->db);
  sqlite3_close_v2(s->db.handle);
  s->db.handle = memory;
  if (store_file_damaged(rc))
    store_file_set_aside(s, "corrupt");
  s->condition = STORE_IN_MEMORY;
  s->db.journals = false;
  return SQLITE_OK;
}

/* The disk failed with rc: afterwards the same transaction is open again, on
 * the file thanks to the ballast, or in memory. */
int store_fail_over(void *store, int rc) {
  struct store *s = store;
  bool in_transaction = s->db.in_transaction;
  int err;

  store_file_trouble(s, "state cannot be written", rc);
  if (s->condition == STORE_IN_MEMORY)
    return rc;
  for (size_t i = 0; i < s->db.cached; i++)
    sqlite3_reset(s->db.cache[i].stmt);
  if (!sqlite3_get_autocommit(s->db.handle))
    db_exec(s->db.handle, "ROLLBACK");
  if ((rc & 0xff) == SQLITE_FULL && store_ballast_there(s)) {
    unlink(s->ballast);
    s->condition = STORE_NO_BALLAST;
    if (!in_transaction || replay(s, s->db.handle) == SQLITE_OK)
      return SQLITE_OK;
  }
  err = store_move_to_memory(s, rc);
  if (err == SQLITE_OK && in_transaction)
    err = s->db.journal_broken ? db_exec(s->db.handle, "BEGIN IMMEDIATE")
                               : replay(s, s->db.handle);
  return err;
}

/* The disk can be read but not written: what an older run left goes on in
 * memory. True when all of it could be read. */
static bool read_older(struct store *s) {
  char uri[3 * sizeof(s->path) + 32];
  size_t used = (size_t)snprintf(uri, sizeof(uri), "file:");
  /* with its log if SQLite can read that, else as the file stands */
  static const char *const modes[] = {"?mode=ro", "?immutable=1"};
  bool done = false;

  for (const char *p = s->path; *p != '\0'; p++)
    used += (size_t)snprintf(uri + used, sizeof(uri) - used,
                             strchr("%?#", *p) != NULL ? "%%%02X" : "%c", *p);
  for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]) && !done; i++) {
    sqlite3 *file = NULL;

    snprintf(uri + used, sizeof(uri) - used, "%s", modes[i]);
    done = sqlite3_open_v2(uri, &file,
                           SQLITE_OPEN_READONLY | SQLITE_OPEN_URI |
                               SQLITE_OPEN_NOMUTEX,
                           NULL) == SQLITE_OK &&
           store_file_check_whole(file) == SQLITE_OK &&
           copy_all(s->db.handle, file) == SQLITE_OK;
    sqlite3_close(file);
  }
  return done;
}

/* The file is out of reach: 0, or a SQLite code when memory is out, too. */
int store_begin_in_memory(struct store *s) {
  int rc = memory_open(&s->db.handle);

  s->condition = STORE_IN_MEMORY;
  s->db.journals = false;
  s->detached = true;
  if (rc == SQLITE_OK && s->lock_fd >= 0 && access(s->path, R_OK) == 0)
    s->detached = !read_older(s);
  if (rc == SQLITE_OK)
    rc = schema_apply(s->db.handle);
  if (rc == SQLITE_OK)
    rc = db_exec(s->db.handle, "PRAGMA foreign_keys = ON");
  return rc;
}

bool store_back_to_disk(struct store *s) {
  sqlite3 *file = NULL;
  int rc;

  if (s->detached) {
    if (store_file_directory_make(s->directory) < 0 ||
        (s->lock_fd < 0 && store_file_lock(s) < 0))
      return false;
    if (access(s->path, F_OK) == 0)
      store_file_set_aside(s,
                           "aside"); /* an older run's, which we never read */
  }
  rc = store_file_open(s, &file);
  if (store_file_damaged(rc)) {
    store_file_set_aside(s, "corrupt");
    rc = store_file_open(s, &file);
  }
  if (rc == SQLITE_OK)
    rc = copy_all(file, s->db.handle);
  if (rc == SQLITE_OK)
    rc = db_exec(file, "BEGIN IMMEDIATE; INSERT OR REPLACE INTO meta VALUES("
                       "'healed', 1); COMMIT");
  if (rc != SQLITE_OK) {
    store_file_trouble(s, "state cannot be written", rc);
    sqlite3_close_v2(file);
    return false;
  }
  db_cache_drop(&s->db);
  sqlite3_close_v2(s->db.handle);
  s->db.handle = file;
  s->db.journals = true;
  s->detached = false;
  store_file_known(s);
  return true;
}
