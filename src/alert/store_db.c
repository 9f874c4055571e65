/* Statements, transactions, and going on when the disk does not: see
 * store_db.h. */
#include <config.h>

#include "alert/store_db.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BALLAST_BYTES = 256 * 1024, JOURNAL_MAX = 256 * 1024 * 1024 };

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

static bool damaged(int rc) {
  return (rc & 0xff) == SQLITE_CORRUPT || (rc & 0xff) == SQLITE_NOTADB;
}

static void note_trouble(struct store *s, const char *what, int rc) {
  snprintf(s->trouble, sizeof(s->trouble), "%.120s: %s", what,
           sqlite3_errstr(rc));
}

static void cache_drop(struct store *s) {
  for (size_t i = 0; i < s->cached; i++)
    sqlite3_finalize(s->cache[i].stmt);
  s->cached = 0;
}

static int exec(sqlite3 *db, const char *sql) {
  return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static void limit_apply(const struct store *s, sqlite3 *db) {
  char sql[64];

  if (s->page_limit <= 0)
    return;
  snprintf(sql, sizeof(sql), "PRAGMA max_page_count = %d", s->page_limit);
  exec(db, sql);
}

/* -- the file ------------------------------------------------------------- */

static void ballast_make(struct store *s) {
  static const char zeros[4096];
  struct stat st;
  int fd;
  bool fine = true;

  if (stat(s->ballast, &st) == 0 && st.st_size >= BALLAST_BYTES)
    return;
  fd = open(s->ballast, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0)
    return;
  for (int i = 0; i < BALLAST_BYTES && fine; i += (int)sizeof(zeros))
    fine = write(fd, zeros, sizeof(zeros)) == (ssize_t)sizeof(zeros);
  if (fsync(fd) < 0)
    fine = false;
  close(fd);
  if (!fine)
    unlink(s->ballast);
}

static bool ballast_there(const struct store *s) {
  return access(s->ballast, F_OK) == 0;
}

static int check_whole(sqlite3 *db) {
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &stmt, NULL);

  if (rc == SQLITE_OK) {
    rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW) {
      const unsigned char *text = sqlite3_column_text(stmt, 0);
      rc = text != NULL && strcmp((const char *)text, "ok") == 0
               ? SQLITE_OK
               : SQLITE_CORRUPT;
    }
  }
  sqlite3_finalize(stmt);
  return rc;
}

static int file_open(struct store *s, sqlite3 **out) {
  static const char setup[] = "PRAGMA busy_timeout = 5000;"
                              "PRAGMA journal_mode = WAL;"
                              "PRAGMA synchronous = FULL;"
                              "PRAGMA cache_size = -8192;"
                              "PRAGMA foreign_keys = ON;";
  sqlite3 *db = NULL;
  int fd = open(s->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  int rc;

  if (fd >= 0)
    close(fd); /* only to give it its mode; SQLite would make it 0644 */
  rc = sqlite3_open_v2(s->path, &db,
                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
  if (rc == SQLITE_OK)
    rc = exec(db, setup);
  if (rc == SQLITE_OK)
    rc = check_whole(db);
  limit_apply(s, db);
  if (rc == SQLITE_OK)
    rc = schema_apply(db);
  if (rc != SQLITE_OK) {
    sqlite3_close(db);
    return rc;
  }
  *out = db;
  return SQLITE_OK;
}

static void file_known(struct store *s) {
  struct stat st;

  s->inode = stat(s->path, &st) == 0 ? st.st_ino : 0;
}

static void set_aside(const struct store *s, const char *word) {
  static const char *const parts[] = {"", "-wal", "-shm"};
  uint64_t now = clock_wall_us() / 1000000;

  for (size_t i = 0; i < 3; i++) {
    char from[600];
    char to[660];

    snprintf(from, sizeof(from), "%s%s", s->path, parts[i]);
    snprintf(to, sizeof(to), "%s.%s-%" PRIu64 "%s", s->path, word, now,
             parts[i]);
    rename(from, to);
  }
}

/* -- memory --------------------------------------------------------------- */

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
  static const char *const tables[] = {
      "meta", "alert", "member", "told", "route_state", "outbox", "channel"};

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
  int rc = exec(db, "BEGIN IMMEDIATE");

  if (rc == SQLITE_OK && s->journal.len > 0)
    rc = exec(db, s->journal.data);
  if (rc != SQLITE_OK && !sqlite3_get_autocommit(db))
    exec(db, "ROLLBACK");
  return rc;
}

static int move_to_memory(struct store *s, int rc) {
  sqlite3 *memory = NULL;
  int err = memory_open(&memory);

  if (err != SQLITE_OK)
    return err;
  err = damaged(rc) ? rc : copy_all(memory, s->db);
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
    salvage(memory, s->db);
  }
  exec(memory, "PRAGMA foreign_keys = ON");
  cache_drop(s);
  sqlite3_close_v2(s->db);
  s->db = memory;
  if (damaged(rc))
    set_aside(s, "corrupt");
  s->condition = STORE_IN_MEMORY;
  return SQLITE_OK;
}

/* The disk failed with rc: afterwards the same transaction is open again, on
 * the file thanks to the ballast, or in memory. */
static int fail_over(struct store *s, int rc) {
  bool in_transaction = s->in_transaction;
  int err;

  note_trouble(s, "state cannot be written", rc);
  if (s->condition == STORE_IN_MEMORY)
    return rc;
  for (size_t i = 0; i < s->cached; i++)
    sqlite3_reset(s->cache[i].stmt);
  if (!sqlite3_get_autocommit(s->db))
    exec(s->db, "ROLLBACK");
  if ((rc & 0xff) == SQLITE_FULL && ballast_there(s)) {
    unlink(s->ballast);
    s->condition = STORE_NO_BALLAST;
    if (!in_transaction || replay(s, s->db) == SQLITE_OK)
      return SQLITE_OK;
  }
  err = move_to_memory(s, rc);
  if (err == SQLITE_OK && in_transaction)
    err = s->journal_broken ? exec(s->db, "BEGIN IMMEDIATE") : replay(s, s->db);
  return err;
}

/* -- statements ----------------------------------------------------------- */

static sqlite3_stmt *prepared(struct store *s, const char *sql) {
  sqlite3_stmt *stmt = NULL;
  int rc;

  for (size_t i = 0; i < s->cached; i++)
    if (s->cache[i].sql == sql)
      return s->cache[i].stmt;
  if (s->cached == STORE_STATEMENTS)
    cache_drop(s);
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
    rc = fail_over(s, rc);
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
    rc = fail_over(s, rc);
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
    rc = fail_over(s, rc);
    if (rc != SQLITE_OK)
      return db_error(rc);
  }
  buf_clear(&s->journal);
  s->journal_broken = false;
  rc = exec(s->db, "BEGIN IMMEDIATE");
  if (disk_failed(rc)) {
    s->in_transaction = true; /* so that one is open afterwards */
    rc = fail_over(s, rc);
  }
  s->in_transaction = rc == SQLITE_OK;
  return db_error(rc);
}

int store_commit(struct store *s) {
  int rc = exec(s->db, "COMMIT");

  if (disk_failed(rc)) {
    rc = fail_over(s, rc);
    if (rc == SQLITE_OK)
      rc = exec(s->db, "COMMIT");
    if (disk_failed(rc)) { /* the ballast was not enough */
      rc = fail_over(s, rc);
      if (rc == SQLITE_OK)
        rc = exec(s->db, "COMMIT");
    }
  }
  if (rc != SQLITE_OK && !sqlite3_get_autocommit(s->db))
    exec(s->db, "ROLLBACK");
  s->in_transaction = false;
  buf_clear(&s->journal);
  if (s->journal.capacity > 1024 * 1024)
    buf_free(&s->journal);
  return db_error(rc);
}

void store_rollback(struct store *s) {
  if (!sqlite3_get_autocommit(s->db))
    exec(s->db, "ROLLBACK");
  s->in_transaction = false;
  buf_clear(&s->journal);
}

int64_t store_changes(const struct store *s) {
  return sqlite3_total_changes(s->db);
}

/* -- life ----------------------------------------------------------------- */

static int lock_take(struct store *s) {
  char path[560];
  int fd;

  snprintf(path, sizeof(path), "%s/lock", s->directory);
  fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return -errno;
  if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
    int err = -errno;
    close(fd);
    return err;
  }
  s->lock_fd = fd;
  return 0;
}

static int directory_make(const char *directory) {
  char path[512];

  snprintf(path, sizeof(path), "%s", directory);
  for (char *p = path + 1; *p != '\0'; p++)
    if (*p == '/') {
      *p = '\0';
      mkdir(path, 0755);
      *p = '/';
    }
  return mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

/* Opens what is there, setting a broken one aside. */
static int file_begin(struct store *s, enum store_opened *opened) {
  bool existed = access(s->path, F_OK) == 0;
  int rc = file_open(s, &s->db);

  *opened = existed ? STORE_CONTINUED : STORE_FRESH;
  if (existed && (damaged(rc) || rc == SQLITE_SCHEMA)) {
    note_trouble(s, "the old state could not be read", rc);
    set_aside(s, rc == SQLITE_SCHEMA ? "newer" : "corrupt");
    *opened = STORE_SET_ASIDE;
    rc = file_open(s, &s->db);
  }
  return rc;
}

struct store *store_open(const char *directory, enum store_opened *opened,
                         char *why, size_t why_size) {
  struct store *s = calloc(1, sizeof(*s));
  int err;
  int rc = SQLITE_CANTOPEN;

  if (s == NULL)
    return NULL;
  buf_init(&s->journal, JOURNAL_MAX);
  s->lock_fd = -1;
  snprintf(s->directory, sizeof(s->directory), "%s", directory);
  snprintf(s->path, sizeof(s->path), "%s/alerts.db", s->directory);
  snprintf(s->ballast, sizeof(s->ballast), "%s/ballast", s->directory);
  err = directory_make(s->directory);
  if (err == 0)
    err = lock_take(s);
  if (err < 0)
    snprintf(s->trouble, sizeof(s->trouble), "%.120s: %s", s->directory,
             err == -EWOULDBLOCK ? "in use by another process"
                                 : strerror(-err));
  else
    rc = file_begin(s, opened);
  if (rc == SQLITE_OK) {
    file_known(s);
    ballast_make(s);
  } else {
    if (err == 0)
      note_trouble(s, s->path, rc);
    s->detached = true;
    s->condition = STORE_IN_MEMORY;
    *opened = STORE_UNAVAILABLE;
    rc = memory_open(&s->db);
    if (rc == SQLITE_OK)
      rc = schema_apply(s->db);
    if (rc == SQLITE_OK)
      rc = exec(s->db, "PRAGMA foreign_keys = ON");
  }
  if (why != NULL && why_size > 0)
    snprintf(why, why_size, "%s", s->trouble);
  if (rc != SQLITE_OK) {
    store_close(s);
    return NULL;
  }
  return s;
}

void store_close(struct store *s) {
  if (s == NULL)
    return;
  if (s->db != NULL && s->in_transaction)
    store_rollback(s);
  cache_drop(s);
  sqlite3_close_v2(s->db);
  if (s->lock_fd >= 0)
    close(s->lock_fd);
  buf_free(&s->journal);
  free(s);
}

enum store_condition store_condition(const struct store *s) {
  return s->condition;
}

const char *store_trouble(const struct store *s) { return s->trouble; }

void store_limit_pages(struct store *s, int pages) {
  s->page_limit = pages > 0 ? pages : 1073741823;
  limit_apply(s, s->db);
}

/* Somebody removed or replaced the file under us: the open handle still reads,
 * but nothing written there would be found again. */
static bool file_gone(const struct store *s) {
  struct stat st;

  return stat(s->path, &st) < 0 ? errno == ENOENT : st.st_ino != s->inode;
}

static bool back_to_disk(struct store *s) {
  sqlite3 *file = NULL;
  int rc;

  if (s->detached) {
    if (directory_make(s->directory) < 0 ||
        (s->lock_fd < 0 && lock_take(s) < 0))
      return false;
    if (access(s->path, F_OK) == 0)
      set_aside(s, "aside"); /* an older run's, which we never read */
  }
  rc = file_open(s, &file);
  if (damaged(rc)) {
    set_aside(s, "corrupt");
    rc = file_open(s, &file);
  }
  if (rc == SQLITE_OK)
    rc = copy_all(file, s->db);
  if (rc == SQLITE_OK)
    rc = exec(file, "BEGIN IMMEDIATE; INSERT OR REPLACE INTO meta VALUES("
                    "'healed', 1); COMMIT");
  if (rc != SQLITE_OK) {
    note_trouble(s, "state cannot be written", rc);
    sqlite3_close_v2(file);
    return false;
  }
  cache_drop(s);
  sqlite3_close_v2(s->db);
  s->db = file;
  s->detached = false;
  file_known(s);
  return true;
}

bool store_heal(struct store *s) {
  if (s->in_transaction)
    return s->condition == STORE_ON_DISK;
  if (s->condition != STORE_IN_MEMORY && file_gone(s)) {
    snprintf(s->trouble, sizeof(s->trouble), "the database file was removed");
    if (move_to_memory(s, SQLITE_OK) != SQLITE_OK)
      return false;
  }
  if (s->condition == STORE_IN_MEMORY && !back_to_disk(s))
    return false;
  ballast_make(s);
  s->condition = ballast_there(s) ? STORE_ON_DISK : STORE_NO_BALLAST;
  return s->condition == STORE_ON_DISK;
}
