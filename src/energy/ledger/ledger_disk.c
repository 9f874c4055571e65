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
#include <unistd.h>

enum { BUSY_MS = 2000, PROGRESS_STEPS = 2000 };

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
  ledger_free(d->read);
  free(d->directory);
  free(d->path);
  free(d);
}

const char *ledger_disk_path(const struct ledger_disk *d) { return d->path; }

static ino_t inode_of(const char *path) {
  struct stat what;

  return stat(path, &what) == 0 ? what.st_ino : 0;
}

static ino_t inode_of_wal(const struct ledger_disk *d) {
  char *path = NULL;
  ino_t inode = 0;

  if (asprintf(&path, "%s-wal", d->path) < 0)
    return 0;
  inode = inode_of(path);
  free(path);
  return inode;
}

/* The file was taken away, and its log stayed: SQLite would play it into
 * whatever is put there instead. */
static void remove_log(struct ledger_disk *d) {
  static const char *const ends[] = {"-wal", "-shm"};

  if (d->wal_inode == 0 || inode_of_wal(d) != d->wal_inode)
    return;
  for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
    char *path = NULL;

    if (asprintf(&path, "%s%s", d->path, ends[i]) >= 0)
      (void)unlink(path);
    free(path);
  }
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

/* Nobody waits any more for what is being read. */
static int is_given_up(void *arg) {
  const struct ledger_disk *d = arg;

  return d->loading && atomic_load(&d->given_up);
}

void ledger_disk_give_up(struct ledger_disk *d) {
  atomic_store(&d->given_up, true);
}

/* Tables, and no version: a database of another program. A SQLite code. */
static int is_foreign(sqlite3 *db, int64_t version, bool *foreign) {
  sqlite3_stmt *stmt = NULL;
  int rc;

  *foreign = false;
  if (version != 0)
    return SQLITE_OK;
  rc = sqlite3_prepare_v2(db, "SELECT count(*) FROM sqlite_master", -1, &stmt,
                          NULL);
  if (rc == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW)
    *foreign = sqlite3_column_int64(stmt, 0) > 0;
  return rc == SQLITE_OK ? sqlite3_finalize(stmt) : rc;
}

/* A SQLite code; *fresh: it has just been made; *newer: not to be used. */
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
  sqlite3_progress_handler(d->db, PROGRESS_STEPS, is_given_up, d);
  version = ledger_schema_of(d->db, &rc);
  if (rc != SQLITE_OK)
    return rc;
  rc = is_foreign(d->db, version, &d->foreign);
  *newer = d->foreign || version > ledger_schema_version();
  if (rc != SQLITE_OK || *newer)
    return rc;
  rc = exec(d->db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  *fresh = version == 0;
  if (*fresh)
    d->revision = 0;
  if (rc == SQLITE_OK)
    rc = ledger_schema_apply(d->db, version);
  if (rc == SQLITE_OK)
    rc = ledger_note_file_prepare(d->db);
  d->inode = inode_of(d->path);
  d->wal_inode = inode_of_wal(d);
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

static enum ledger_disk_result refuse_newer(struct ledger_disk *d,
                                            char why[LEDGER_DISK_WHY]) {
  snprintf(why, LEDGER_DISK_WHY,
           d->foreign ? "%s is a database of another program"
                      : "%s was written by a newer version",
           d->path);
  shut(d);
  return LEDGER_DISK_NEWER;
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
  if (newer)
    return refuse_newer(d, why);
  return fresh ? LEDGER_DISK_FRESH : LEDGER_DISK_OK;
}

/* Costs in memory are in a currency that does not count any more. */
static void unprice(struct ledger *l) {
  struct ledger_entries *p = &l->pending;
  size_t kept = 0;

  for (struct ledger_account *a = l->accounts; a != NULL; a = a->next)
    for (unsigned i = 0; i < a->days_num; i++)
      a->days[i].cost = a->days[i].unpriced_mwh = 0;
  for (size_t i = 0; i < p->num; i++) {
    p->items[i].cost = p->items[i].unpriced_mwh = 0;
    if (p->items[i].account != 0)
      p->items[kept++] = p->items[i];
  }
  p->num = kept;
  l->charges.days_num = 0;
  l->slot.tariff = NULL;
}

/* In which the file has costs; "": there are none. A SQLite code. */
static int read_currency(struct ledger_disk *d, char then[CURRENCY_TEXT]) {
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(
      d->db, "SELECT value FROM meta WHERE key = 'currency'", -1, &stmt, NULL);

  then[0] = '\0';
  if (rc == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW &&
      sqlite3_column_type(stmt, 0) != SQLITE_NULL)
    snprintf(then, CURRENCY_TEXT, "%s",
             (const char *)sqlite3_column_text(stmt, 0));
  sqlite3_finalize(stmt);
  return rc;
}

/* Costs in two currencies cannot be summed: with tariffs in another one than
 * before, energy is counted and not priced; goes_on: the ledger in memory
 * began with another file. The lock is held. */
static void compare_currency(struct ledger *l, const char *then, bool goes_on,
                             char why[LEDGER_DISK_WHY]) {
  const char *now = tariffs_currency(&l->tariffs);

  if (then[0] == '\0' || now[0] == '\0' || strcmp(then, now) == 0)
    return;
  snprintf(why, LEDGER_DISK_WHY,
           "<Tariff>: option Currency \"%s\": the ledger holds costs in %s, "
           "which cannot be summed with others: energy is counted and not "
           "priced (kasactl energy currency)",
           now, then);
  if (goes_on)
    unprice(l);
  tariffs_free(&l->tariffs);
}

static int check_currency(struct ledger_disk *d, char why[LEDGER_DISK_WHY]) {
  char then[CURRENCY_TEXT];
  int rc = read_currency(d, then);

  pthread_mutex_lock(&d->ledger->lock);
  if (rc == SQLITE_OK)
    compare_currency(d->ledger, then, true, why);
  pthread_mutex_unlock(&d->ledger->lock);
  return rc;
}

static int fill_prices(struct ledger_disk *d) {
  return ledger_prices_fill(d->db, &d->ledger->tariffs, &d->ledger->lock);
}

static void make_id(struct ledger_disk *d) {
  unsigned char bytes[(LEDGER_ID_SIZE - 1) / 2];

  sqlite3_randomness(sizeof(bytes), bytes);
  for (size_t i = 0; i < sizeof(bytes); i++)
    snprintf(d->id + 2 * i, 3, "%02x", bytes[i]);
}

/* Everything that is in the file, into a ledger of its own. A SQLite code. */
static int read_all(struct ledger_disk *d) {
  int rc = ledger_disk_read_apart(d, &d->read);

  if (rc == SQLITE_OK)
    rc = read_currency(d, d->currency);
  if (rc == SQLITE_OK)
    rc = fill_prices(d);
  if (rc == SQLITE_OK)
    rc = ledger_note_file_read(d->db, d->read);
  if (rc != SQLITE_OK) {
    ledger_free(d->read);
    d->read = NULL;
  }
  return rc;
}

enum ledger_disk_result ledger_disk_begin_load(struct ledger_disk *d,
                                               char why[LEDGER_DISK_WHY]) {
  enum ledger_disk_result result;

  why[0] = '\0';
  d->loading = true;
  result = open_any(d, why);
  if (result == LEDGER_DISK_OK) {
    int rc = read_all(d);

    if (is_damaged(rc)) {
      set_aside(d);
      result = open_any(d, why);
      snprintf(why, LEDGER_DISK_WHY,
               "%s is damaged; it is kept beside and begun anew", d->path);
    } else if (rc != SQLITE_OK) {
      result = failed(d, rc, why);
    }
  }
  d->loading = false;
  d->unread = result == LEDGER_DISK_FAILED || result == LEDGER_DISK_NEWER;
  if (d->id[0] == '\0')
    make_id(d);
  return result;
}

void ledger_disk_end_load(struct ledger_disk *d, bool in_time,
                          char why[LEDGER_DISK_WHY]) {
  struct ledger *l = d->ledger;

  if (d->read == NULL)
    return;
  if (in_time) {
    pthread_mutex_lock(&l->lock);
    compare_currency(l, d->currency, false, why);
    ledger_disk_move(l, d->read);
    pthread_mutex_unlock(&l->lock);
  } else { /* the next save finds it as one that could not be read */
    d->unread = true;
    shut(d);
  }
  ledger_free(d->read);
  d->read = NULL;
}

enum ledger_disk_result ledger_disk_load(struct ledger_disk *d,
                                         char why[LEDGER_DISK_WHY]) {
  enum ledger_disk_result result = ledger_disk_begin_load(d, why);

  ledger_disk_end_load(d, true, why);
  return result;
}

static int write_all(struct ledger_disk *d, enum ledger_disk_kind *kind) {
  int rc = ledger_disk_write(d, kind);

  return rc == SQLITE_OK && *kind == LEDGER_FILE_OURS
             ? ledger_note_file_write(d->db, d->ledger)
             : rc;
}

/* Goes on in a file that is not as it was left. A SQLite code. */
static int go_on(struct ledger_disk *d, char why[LEDGER_DISK_WHY]) {
  int rc = check_currency(d, why);

  d->in_doubt = false;
  if (rc == SQLITE_OK)
    rc = fill_prices(d);
  if (rc == SQLITE_OK)
    rc = ledger_disk_adopt(d);
  if (rc == SQLITE_OK)
    ledger_note_file_all_is_new(d->ledger);
  return rc;
}

/* Of a file that has just been opened. A SQLite code. */
static int join_file(struct ledger_disk *d, bool fresh,
                     char why[LEDGER_DISK_WHY]) {
  enum ledger_disk_kind kind = LEDGER_FILE_OURS;
  int rc = SQLITE_OK;

  if (fresh)
    d->written = 0;
  else
    rc = ledger_disk_kind_of(d, &kind);
  if (rc == SQLITE_OK && (kind != LEDGER_FILE_OURS || (d->unread && !fresh))) {
    if (!d->unread)
      snprintf(why, LEDGER_DISK_WHY,
               "%s was replaced by another one while in use; it goes on there",
               d->path);
    rc = go_on(d, why);
  } else if (rc == SQLITE_OK) {
    ledger_disk_settle_doubt(d);
    (void)ledger_disk_all_is_new(d);
    ledger_note_file_all_is_new(d->ledger);
  }
  d->unread = d->unread && rc != SQLITE_OK;
  return rc;
}

/* A file that is not the one that is open lies where it should. */
static bool is_taken_away(const struct ledger_disk *d) {
  return d->db != NULL && inode_of(d->path) != d->inode;
}

static enum ledger_disk_result reopen(struct ledger_disk *d,
                                      char why[LEDGER_DISK_WHY]) {
  bool taken_away = is_taken_away(d);
  enum ledger_disk_result result;
  int rc;

  if (taken_away) {
    shut(d);
    remove_log(d);
  }
  result = open_any(d, why);
  if (result == LEDGER_DISK_FAILED || result == LEDGER_DISK_NEWER)
    return result;
  if (taken_away && result == LEDGER_DISK_FRESH && why[0] == '\0')
    snprintf(why, LEDGER_DISK_WHY, "%s was taken away while in use", d->path);
  rc = join_file(d, result == LEDGER_DISK_FRESH, why);
  return rc == SQLITE_OK ? result : failed(d, rc, why);
}

static enum ledger_disk_result begin_anew(struct ledger_disk *d,
                                          enum ledger_disk_kind *kind,
                                          char why[LEDGER_DISK_WHY]) {
  enum ledger_disk_result result;
  int rc;

  set_aside(d);
  result = open_any(d, why);
  if (result == LEDGER_DISK_FAILED || result == LEDGER_DISK_NEWER)
    return result;
  snprintf(why, LEDGER_DISK_WHY,
           "%s is damaged; it is kept beside and begun anew", d->path);
  rc = join_file(d, result == LEDGER_DISK_FRESH, why);
  if (rc == SQLITE_OK)
    rc = write_all(d, kind);
  return rc == SQLITE_OK ? result : failed(d, rc, why);
}

/* What has no price and can have one by now, from a day on. A SQLite code. */
static int price_since(struct ledger_disk *d, int first) {
  struct ledger_reprice how = {.tariffs = &d->ledger->tariffs,
                               .first = first,
                               .unpriced_only = true,
                               .apply = true};
  int64_t newest = (int64_t)time(NULL) * CALENDAR_SECOND;
  size_t changed;

  if (how.tariffs->num == 0)
    return SQLITE_OK;
  pthread_mutex_lock(&d->ledger->lock);
  if (newest < d->ledger->newest_us)
    newest = d->ledger->newest_us;
  pthread_mutex_unlock(&d->ledger->lock);
  how.last = calendar_local_of(newest).day;
  return ledger_reprice(d->db, &how, NULL, NULL, &changed);
}

/* Energy of a gap is priced when all have told of it: when no more has come
 * since the last time. A SQLite code. */
static int price_late(struct ledger_disk *d, enum ledger_disk_kind *kind) {
  struct ledger *l = d->ledger;
  int day;
  int rc;

  pthread_mutex_lock(&l->lock);
  day = l->late_new ? 0 : l->late_day;
  l->late_new = false;
  if (day != 0)
    l->late_day = 0;
  pthread_mutex_unlock(&l->lock);
  if (day == 0)
    return SQLITE_OK;
  rc = price_since(d, day);
  return rc == SQLITE_OK ? write_all(d, kind) : rc; /* which takes it over */
}

enum ledger_disk_result ledger_disk_save(struct ledger_disk *d,
                                         char why[LEDGER_DISK_WHY]) {
  enum ledger_disk_result result = LEDGER_DISK_OK;
  enum ledger_disk_kind kind = LEDGER_FILE_OURS;
  int rc;

  why[0] = '\0';
  if (d->db == NULL || is_taken_away(d))
    result = reopen(d, why);
  if (result == LEDGER_DISK_FAILED || result == LEDGER_DISK_NEWER)
    return result;
  rc = write_all(d, &kind);
  if (rc == SQLITE_OK && kind == LEDGER_FILE_OTHER) { /* in its place */
    rc = join_file(d, false, why);
    if (rc == SQLITE_OK)
      rc = write_all(d, &kind);
  }
  if (rc == SQLITE_OK && kind == LEDGER_FILE_OURS)
    rc = price_late(d, &kind);
  if (is_damaged(rc))
    return begin_anew(d, &kind, why);
  if (rc != SQLITE_OK)
    return failed(d, rc, why);
  return kind == LEDGER_FILE_NEWER ? refuse_newer(d, why) : result;
}

/* Whether it is open and, as far as can be seen, still the same. */
static bool is_ours(struct ledger_disk *d) {
  enum ledger_disk_kind kind;

  return d->db != NULL && !is_taken_away(d) &&
         ledger_disk_kind_of(d, &kind) == SQLITE_OK && kind == LEDGER_FILE_OURS;
}

enum ledger_disk_result ledger_disk_price(struct ledger_disk *d,
                                          char why[LEDGER_DISK_WHY]) {
  int rc;

  why[0] = '\0';
  if (!is_ours(d))
    return LEDGER_DISK_OK;
  rc = price_since(d, INT_MIN);
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
  if (!is_ours(d))
    return LEDGER_DISK_OK;
  rc = exec(d->db, "BEGIN IMMEDIATE");
  if (rc == SQLITE_OK)
    rc = ledger_prices_write(d->db, url, series,
                             (int64_t)time(NULL) * CALENDAR_SECOND);
  if (rc == SQLITE_OK)
    rc = exec(d->db, "COMMIT");
  return rc == SQLITE_OK ? LEDGER_DISK_OK : failed(d, rc, why);
}
