/* SPDX-License-Identifier: MIT */
/* See store_file.h. */
#include <config.h>

#include "alert/store/store_file.h"

#include "alert/store/store_repair.h"
#include "alert/store/store_schema.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  BALLAST_BYTES = 256 * 1024,
  BUSY_MS = 5000,
};

void store_file_trouble(struct store *s, const char *what, int rc) {
  snprintf(s->trouble, sizeof(s->trouble), "%.120s: %s", what,
           sqlite3_errstr(rc));
}

bool store_file_damaged(int rc) {
  return (rc & 0xff) == SQLITE_CORRUPT || (rc & 0xff) == SQLITE_NOTADB;
}

void store_file_limit(const struct store *s, sqlite3 *db) {
  char sql[64];

  if (s->page_limit <= 0)
    return;
  snprintf(sql, sizeof(sql), "PRAGMA max_page_count = %d", s->page_limit);
  db_exec(db, sql);
}

/* -- the reserve ---------------------------------------------------------- */

void store_ballast_make(struct store *s) {
  static const char zeros[4096];
  struct stat st;
  int fd;
  bool fine = true;

  if (lstat(s->ballast, &st) == 0 && S_ISREG(st.st_mode) &&
      st.st_size >= BALLAST_BYTES)
    return;
  fd = open(s->ballast, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
            0600);
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

bool store_ballast_there(const struct store *s) {
  return access(s->ballast, F_OK) == 0;
}

/* -- the file ------------------------------------------------------------- */

int store_file_check_whole(sqlite3 *db) {
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

static void say_mended(const struct store *s, int mended) {
  if (mended > 0)
    log_say(LOG_LEVEL_ERROR,
            "%s held %d values that were never written by this plugin: they "
            "were taken out",
            s->path, mended);
}

int store_file_open(struct store *s, sqlite3 **out) {
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
    rc = store_file_check_whole(db);
  store_file_limit(s, db);
  if (rc == SQLITE_OK)
    rc = schema_apply(db);
  if (rc == SQLITE_OK)
    say_mended(s, store_repair(db));
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

void store_file_known(struct store *s) {
  char log[600];

  snprintf(log, sizeof(log), "%s-wal", s->path);
  s->inode = inode_of(s->path);
  s->log_inode = inode_of(log);
}

bool store_file_replaced(const struct store *s) {
  char log[600];

  snprintf(log, sizeof(log), "%s-wal", s->path);
  return (s->inode != 0 && inode_of(s->path) != s->inode) ||
         (s->log_inode != 0 && inode_of(log) != s->log_inode);
}

void store_file_set_aside(const struct store *s, const char *word) {
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

/* -- beginning ------------------------------------------------------------ */

int store_file_lock(struct store *s) {
  char path[560];
  int fd;

  snprintf(path, sizeof(path), "%s/lock", s->directory);
  fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0 && errno == EROFS) /* an older run's will do */
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
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

/* Who may write there can give us other files than our own. */
static void directory_check(const char *directory) {
  struct stat st;

  if (stat(directory, &st) < 0)
    return;
  if (st.st_uid != geteuid() && st.st_uid != 0)
    log_say(LOG_LEVEL_WARNING,
            "StateDirectory %s belongs to another user, who can read and "
            "replace what is recorded there",
            directory);
  if (st.st_mode & (S_IWGRP | S_IWOTH))
    log_say(LOG_LEVEL_WARNING,
            "StateDirectory %s can be written by others (mode %04o): they can "
            "replace what is recorded there; chmod 0700 it",
            directory, (unsigned)st.st_mode & 07777);
}

int store_file_directory_make(const char *directory) {
  char path[sizeof(((struct store *)0)->directory)];

  snprintf(path, sizeof(path), "%s", directory);
  for (char *p = path + 1; *p != '\0'; p++)
    if (*p == '/') {
      *p = '\0';
      mkdir(path, 0755);
      *p = '/';
    }
  if (mkdir(path, 0700) == 0)
    return 0;
  if (errno != EEXIST)
    return -errno;
  directory_check(directory);
  return 0;
}

/* Opens what is there, setting a broken one aside. */
int store_file_begin(struct store *s, enum store_opened *opened) {
  bool existed = access(s->path, F_OK) == 0;
  int rc = store_file_open(s, &s->db.handle);

  *opened = existed ? STORE_CONTINUED : STORE_FRESH;
  if (existed && (store_file_damaged(rc) || rc == SQLITE_SCHEMA)) {
    if (rc == SQLITE_SCHEMA)
      snprintf(s->trouble, sizeof(s->trouble),
               "the database was made by a newer version of this plugin");
    else
      store_file_trouble(s, "the database could not be read", rc);
    store_file_set_aside(s, rc == SQLITE_SCHEMA ? "newer" : "corrupt");
    *opened = STORE_SET_ASIDE;
    rc = store_file_open(s, &s->db.handle);
  }
  return rc;
}
