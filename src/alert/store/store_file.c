/* SPDX-License-Identifier: MIT */
/* The store's file: opening it, going on in memory when the disk fails, and
 * back: see store_db.h and store.h. */
#include <config.h>

#include "alert/store/store_db.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  BALLAST_BYTES = 256 * 1024,
  JOURNAL_MAX = 256 * 1024 * 1024,
  BUSY_MS = 5000,
  AGAIN_MS = 100, /* between tries to open what another process holds */
};

static bool damaged(int rc) {
  return (rc & 0xff) == SQLITE_CORRUPT || (rc & 0xff) == SQLITE_NOTADB;
}

static void note_trouble(struct store *s, const char *what, int rc) {
  snprintf(s->trouble, sizeof(s->trouble), "%.120s: %s", what,
           sqlite3_errstr(rc));
}

static void limit_apply(const struct store *s, sqlite3 *db) {
  char sql[64];

  if (s->page_limit <= 0)
    return;
  snprintf(sql, sizeof(sql), "PRAGMA max_page_count = %d", s->page_limit);
  db_exec(db, sql);
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
  static const char setup[] = "PRAGMA busy_timeout = 1000;"
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
    rc = db_exec(db, setup);
  if (rc == SQLITE_OK)
    rc = check_whole(db);
  limit_apply(s, db);
  if (rc == SQLITE_OK)
    rc = schema_apply(db);
  if (rc != SQLITE_OK) {
    sqlite3_close(db);
    return rc;
  }
  sqlite3_busy_timeout(db, BUSY_MS);
  *out = db;
  return SQLITE_OK;
}

static ino_t inode_of(const char *path) {
  struct stat st;

  return stat(path, &st) == 0 ? st.st_ino : 0;
}

static void file_known(struct store *s) {
  char log[600];

  snprintf(log, sizeof(log), "%s-wal", s->path);
  s->inode = inode_of(s->path);
  s->log_inode = inode_of(log);
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
  int rc = db_exec(db, "BEGIN IMMEDIATE");

  if (rc == SQLITE_OK && s->journal.len > 0)
    rc = db_exec(db, s->journal.data);
  if (rc != SQLITE_OK && !sqlite3_get_autocommit(db))
    db_exec(db, "ROLLBACK");
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
  db_exec(memory, "PRAGMA foreign_keys = ON");
  db_cache_drop(s);
  sqlite3_close_v2(s->db);
  s->db = memory;
  if (damaged(rc))
    set_aside(s, "corrupt");
  s->condition = STORE_IN_MEMORY;
  return SQLITE_OK;
}

/* The disk failed with rc: afterwards the same transaction is open again, on
 * the file thanks to the ballast, or in memory. */
int store_fail_over(struct store *s, int rc) {
  bool in_transaction = s->in_transaction;
  int err;

  note_trouble(s, "state cannot be written", rc);
  if (s->condition == STORE_IN_MEMORY)
    return rc;
  for (size_t i = 0; i < s->cached; i++)
    sqlite3_reset(s->cache[i].stmt);
  if (!sqlite3_get_autocommit(s->db))
    db_exec(s->db, "ROLLBACK");
  if ((rc & 0xff) == SQLITE_FULL && ballast_there(s)) {
    unlink(s->ballast);
    s->condition = STORE_NO_BALLAST;
    if (!in_transaction || replay(s, s->db) == SQLITE_OK)
      return SQLITE_OK;
  }
  err = move_to_memory(s, rc);
  if (err == SQLITE_OK && in_transaction)
    err = s->journal_broken ? db_exec(s->db, "BEGIN IMMEDIATE")
                            : replay(s, s->db);
  return err;
}

/* -- life ----------------------------------------------------------------- */

static int lock_take(struct store *s) {
  char path[560];
  int fd;

  snprintf(path, sizeof(path), "%s/lock", s->directory);
  fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 && errno == EROFS) /* an older run's will do */
    fd = open(path, O_RDONLY | O_CLOEXEC);
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

/* The directory and its lock, then the file: 0 and *rc what SQLite says, or
 * -errno. Waits for another process as long as patience says so. */
static int begin(struct store *s, enum store_opened *opened, int *rc,
                 bool (*patience)(void *arg), void *arg) {
  int err = directory_make(s->directory);
  bool again;

  if (err < 0)
    return err;
  do {
    if (s->lock_fd < 0)
      err = lock_take(s);
    if (err == 0)
      *rc = file_begin(s, opened);
    again =
        (err == -EWOULDBLOCK || (err == 0 && (*rc & 0xff) == SQLITE_BUSY)) &&
        patience != NULL && patience(arg);
    if (again)
      usleep(AGAIN_MS * 1000);
  } while (again);
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
           check_whole(file) == SQLITE_OK && copy_all(s->db, file) == SQLITE_OK;
    sqlite3_close(file);
  }
  return done;
}

/* The file is out of reach: 0, or a SQLite code when memory is out, too. */
static int begin_in_memory(struct store *s) {
  int rc = memory_open(&s->db);

  s->condition = STORE_IN_MEMORY;
  s->detached = true;
  if (rc == SQLITE_OK && s->lock_fd >= 0 && access(s->path, R_OK) == 0)
    s->detached = !read_older(s);
  if (rc == SQLITE_OK)
    rc = schema_apply(s->db);
  if (rc == SQLITE_OK)
    rc = db_exec(s->db, "PRAGMA foreign_keys = ON");
  return rc;
}

struct store *store_open(const char *directory, bool (*patience)(void *arg),
                         void *arg, enum store_opened *opened, char *why,
                         size_t why_size) {
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
  err = begin(s, opened, &rc, patience, arg);
  if (err < 0)
    snprintf(s->trouble, sizeof(s->trouble), "%.120s: %s", s->directory,
             err == -EWOULDBLOCK ? "in use by another process"
                                 : strerror(-err));
  else if (rc != SQLITE_OK)
    note_trouble(s, s->path, rc);
  if (rc == SQLITE_OK) {
    file_known(s);
    ballast_make(s);
  } else {
    *opened = STORE_UNAVAILABLE;
    rc = begin_in_memory(s);
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
  db_cache_drop(s);
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

bool store_gone(const struct store *s) {
  char log[600];

  if (s->condition == STORE_IN_MEMORY)
    return false;
  snprintf(log, sizeof(log), "%s-wal", s->path);
  return (s->inode != 0 && inode_of(s->path) != s->inode) ||
         (s->log_inode != 0 && inode_of(log) != s->log_inode);
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
    rc = db_exec(file, "BEGIN IMMEDIATE; INSERT OR REPLACE INTO meta VALUES("
                       "'healed', 1); COMMIT");
  if (rc != SQLITE_OK) {
    note_trouble(s, "state cannot be written", rc);
    sqlite3_close_v2(file);
    return false;
  }
  db_cache_drop(s);
  sqlite3_close_v2(s->db);
  s->db = file;
  s->detached = false;
  file_known(s);
  return true;
}

bool store_heal(struct store *s) {
  if (s->in_transaction)
    return s->condition == STORE_ON_DISK;
  if (store_gone(s)) {
    bool replaced = inode_of(s->path) != s->inode;

    snprintf(s->trouble, sizeof(s->trouble), "the database file was removed");
    if (move_to_memory(s, SQLITE_OK) != SQLITE_OK)
      return false;
    if (replaced) /* perhaps a backup that somebody put there */
      set_aside(s, "aside");
  }
  if (s->condition == STORE_IN_MEMORY && !back_to_disk(s))
    return false;
  ballast_make(s);
  s->condition = ballast_there(s) ? STORE_ON_DISK : STORE_NO_BALLAST;
  return s->condition == STORE_ON_DISK;
}
