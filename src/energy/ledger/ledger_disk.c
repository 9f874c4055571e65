/* SPDX-License-Identifier: MIT */
/* The ledger's file: opening it, and what to do when it is bad. */
#include <config.h>

#include "energy/ledger/ledger_disk.h"

#include "energy/ledger/ledger_disk_internal.h"
#include "energy/ledger/ledger_note_file.h"
#include "energy/ledger/ledger_prices.h"
#include "energy/ledger/ledger_reprice.h"
#include "energy/ledger/ledger_schema.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { BUSY_MS = 2000 };

struct ledger_disk *ledger_disk_create(struct ledger *l,
                                       const char *directory) {
  struct ledger_disk *d = calloc(1, sizeof(*d));

  if (d == NULL)
    return NULL;
  d->ledger = l;
  d->directory = strdup(directory);
  if (d->directory == NULL ||
      asprintf(&d->path, "%s/energy.db", directory) < 0) {
    d->path = NULL;
    ledger_disk_free(d);
    return NULL;
  }
  return d;
}

static void shut(struct ledger_disk *d) {
  sqlite3_close_v2(d->db);
  d->db = NULL;
}

void ledger_disk_free(struct ledger_disk *d) {
  if (d == NULL)
    return;
  shut(d);
  free(d->directory);
  free(d->path);
  free(d);
}

const char *ledger_disk_path(const struct ledger_disk *d) { return d->path; }

static ino_t inode_of(const char *path) {
  struct stat what;

  return stat(path, &what) == 0 ? what.st_ino : 0;
}

static bool is_damaged(int rc) {
  return (rc & 0xff) == SQLITE_CORRUPT || (rc & 0xff) == SQLITE_NOTADB;
}

static int exec(sqlite3 *db, const char *sql) {
  return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

/* A directory of our own is made, its parents are the daemon's. */
static void make_directory(const char *path) {
  if (mkdir(path, 0750) < 0 && errno == ENOENT) {
    char *parent = strdup(path);
    char *slash = parent != NULL ? strrchr(parent, '/') : NULL;

    if (slash != NULL && slash != parent) {
      *slash = '\0';
      (void)mkdir(parent, 0755);
      (void)mkdir(path, 0750);
    }
    free(parent);
  }
}

/* A SQLite code; *fresh: it has just been made. */
static int open_file(struct ledger_disk *d, bool *fresh, bool *newer) {
  int64_t version;
  int rc;

  make_directory(d->directory);
  rc = sqlite3_open_v2(
      d->path, &d->db,
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
  if (rc != SQLITE_OK)
    return rc;
  sqlite3_busy_timeout(d->db, BUSY_MS);
  version = ledger_schema_of(d->db, &rc);
  if (rc != SQLITE_OK)
    return rc;
  *newer = version > ledger_schema_version();
  if (*newer)
    return SQLITE_OK;
  rc = exec(d->db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  *fresh = version == 0;
  if (*fresh)
    d->revision = 0;
  if (rc == SQLITE_OK)
    rc = ledger_schema_apply(d->db, version);
  if (rc == SQLITE_OK)
    rc = ledger_note_file_prepare(d->db);
  d->inode = inode_of(d->path);
  return rc;
}

static void set_aside(struct ledger_disk *d) {
  static const char *const ends[] = {"", "-wal", "-shm"};

  shut(d);
  for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
    char *from = NULL;
    char *to = NULL;

    if (asprintf(&from, "%s%s", d->path, ends[i]) >= 0 &&
        asprintf(&to, "%s.corrupt-%lld%s", d->path, (long long)time(NULL),
                 ends[i]) >= 0)
      (void)rename(from, to);
    free(from);
    free(to);
  }
}

static enum ledger_disk_result failed(struct ledger_disk *d, int rc,
                                      char why[LEDGER_DISK_WHY]) {
  snprintf(why, LEDGER_DISK_WHY, "%s: %s", d->path,
           d->db != NULL && sqlite3_errcode(d->db) != SQLITE_OK
               ? sqlite3_errmsg(d->db)
               : sqlite3_errstr(rc));
  shut(d);
  return LEDGER_DISK_FAILED;
}

/* Opens it; a damaged one is set aside and begun anew. */
static enum ledger_disk_result open_any(struct ledger_disk *d,
                                        char why[LEDGER_DISK_WHY]) {
  bool fresh = false;
  bool newer = false;
  bool damaged;
  int rc = open_file(d, &fresh, &newer);

  damaged = is_damaged(rc);
  if (damaged) {
    snprintf(why, LEDGER_DISK_WHY,
             "%s is damaged; it is kept beside and begun anew", d->path);
    set_aside(d);
    rc = open_file(d, &fresh, &newer);
  }
  if (rc != SQLITE_OK)
    return failed(d, rc, why);
  if (newer) {
    snprintf(why, LEDGER_DISK_WHY, "%s was written by a newer version",
             d->path);
    shut(d);
    return LEDGER_DISK_NEWER;
  }
  return fresh ? LEDGER_DISK_FRESH : LEDGER_DISK_OK;
}

/* Costs in two currencies cannot be summed: with tariffs in another one than
 * before, energy is counted and not priced. A SQLite code. */
static int check_currency(struct ledger_disk *d, char why[LEDGER_DISK_WHY]) {
  sqlite3_stmt *stmt = NULL;
  struct ledger *l = d->ledger;
  int rc = sqlite3_prepare_v2(
      d->db, "SELECT value FROM meta WHERE key = 'currency'", -1, &stmt, NULL);

  pthread_mutex_lock(&l->lock);
  if (rc == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW) {
    const char *then = (const char *)sqlite3_column_text(stmt, 0);
    const char *now = tariffs_currency(&l->tariffs);

    if (then != NULL && now[0] != '\0' && strcmp(then, now) != 0) {
      snprintf(why, LEDGER_DISK_WHY,
               "<Tariff>: option Currency \"%s\": the ledger holds costs in "
               "%.8s, which cannot be summed with others: energy is counted "
               "and not priced (kasactl energy currency)",
               now, then);
      tariffs_free(&l->tariffs);
    }
  }
  pthread_mutex_unlock(&l->lock);
  sqlite3_finalize(stmt);
  return rc;
}

/* Nobody else uses the tariffs yet. */
static int fill_prices(struct ledger_disk *d) {
  int rc;

  pthread_mutex_lock(&d->ledger->lock);
  rc = ledger_prices_fill(d->db, &d->ledger->tariffs);
  pthread_mutex_unlock(&d->ledger->lock);
  return rc;
}

enum ledger_disk_result ledger_disk_load(struct ledger_disk *d,
                                         char why[LEDGER_DISK_WHY]) {
  enum ledger_disk_result result;

  why[0] = '\0';
  result = open_any(d, why);
  if (result == LEDGER_DISK_OK) {
    int rc = ledger_disk_read(d);

    if (rc == SQLITE_OK)
      rc = check_currency(d, why);
    if (rc == SQLITE_OK)
      rc = fill_prices(d);
    if (rc == SQLITE_OK)
      rc = ledger_note_file_read(d->db, d->ledger);
    if (is_damaged(rc)) {
      ledger_disk_forget(d->ledger);
      set_aside(d);
      result = open_any(d, why);
      snprintf(why, LEDGER_DISK_WHY,
               "%s is damaged; it is kept beside and begun anew", d->path);
    } else if (rc != SQLITE_OK) {
      ledger_disk_forget(d->ledger);
      result = failed(d, rc, why);
    }
  }
  d->newer = result == LEDGER_DISK_NEWER;
  d->unread = result == LEDGER_DISK_FAILED;
  return result;
}

static int write_all(struct ledger_disk *d) {
  int rc = ledger_disk_write(d);

  return rc == SQLITE_OK ? ledger_note_file_write(d->db, d->ledger) : rc;
}

static void all_is_new(struct ledger_disk *d) {
  ledger_disk_all_is_new(d);
  ledger_note_file_all_is_new(d->ledger);
}

enum ledger_disk_result ledger_disk_save(struct ledger_disk *d,
                                         char why[LEDGER_DISK_WHY]) {
  enum ledger_disk_result result = LEDGER_DISK_OK;
  int rc;

  why[0] = '\0';
  if (d->newer)
    return LEDGER_DISK_NEWER;
  if (d->db != NULL && inode_of(d->path) != d->inode) {
    snprintf(why, LEDGER_DISK_WHY, "%s was taken away while in use", d->path);
    shut(d);
  }
  if (d->db == NULL) {
    char other[LEDGER_DISK_WHY] = ""; /* what came first is told */

    result = open_any(d, why[0] != '\0' ? other : why);
    if (result == LEDGER_DISK_FAILED || result == LEDGER_DISK_NEWER)
      return result;
    rc = d->unread && result == LEDGER_DISK_OK ? ledger_disk_adopt(d)
                                               : SQLITE_OK;
    if (rc != SQLITE_OK)
      return failed(d, rc, why);
    d->unread = false;
    ledger_disk_settle_doubt(d);
    all_is_new(d);
  }
  rc = write_all(d);
  if (is_damaged(rc)) {
    set_aside(d);
    result = open_any(d, why);
    snprintf(why, LEDGER_DISK_WHY,
             "%s is damaged; it is kept beside and begun anew", d->path);
    if (result == LEDGER_DISK_FAILED)
      return result;
    all_is_new(d);
    rc = write_all(d);
  }
  return rc == SQLITE_OK ? result : failed(d, rc, why);
}

enum ledger_disk_result ledger_disk_price(struct ledger_disk *d,
                                          char why[LEDGER_DISK_WHY]) {
  struct ledger_reprice how = {.tariffs = &d->ledger->tariffs,
                               .first = INT_MIN,
                               .unpriced_only = true,
                               .apply = true};
  size_t changed;
  int rc;

  why[0] = '\0';
  if (d->newer || d->db == NULL || how.tariffs->num == 0)
    return LEDGER_DISK_OK;
  how.last = calendar_local_of((int64_t)time(NULL) * CALENDAR_SECOND).day;
  rc = ledger_reprice(d->db, &how, NULL, NULL, &changed);
  return rc == SQLITE_OK ? LEDGER_DISK_OK : failed(d, rc, why);
}

enum ledger_disk_result ledger_disk_prices(struct ledger_disk *d,
                                           const char *url,
                                           const struct price_series *series,
                                           char why[LEDGER_DISK_WHY]) {
  int rc;

  why[0] = '\0';
  pthread_mutex_lock(&d->ledger->lock);
  (void)ledger_prices_join(&d->ledger->tariffs, url, series);
  pthread_mutex_unlock(&d->ledger->lock);
  if (d->newer || d->db == NULL)
    return LEDGER_DISK_OK;
  rc = exec(d->db, "BEGIN IMMEDIATE");
  if (rc == SQLITE_OK)
    rc = ledger_prices_write(d->db, url, series,
                             (int64_t)time(NULL) * CALENDAR_SECOND);
  if (rc == SQLITE_OK)
    rc = exec(d->db, "COMMIT");
  return rc == SQLITE_OK ? LEDGER_DISK_OK : failed(d, rc, why);
}
