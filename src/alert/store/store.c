/* SPDX-License-Identifier: MIT */
/* The store comes and goes: see store.h. */
#include <config.h>

#include "alert/store/store.h"

#include "alert/store/store_failover.h"
#include "alert/store/store_file.h"
#include "alert/store/store_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  JOURNAL_MAX = 256 * 1024 * 1024,
  AGAIN_MS = 100, /* between tries to open what another process holds */
};

/* The directory and its lock, then the file: 0 and *rc what SQLite says, or
 * -errno. Waits for another process as long as patience says so. */
static int begin(struct store *s, enum store_opened *opened, int *rc,
                 bool (*patience)(void *arg), void *arg) {
  int err = store_file_directory_make(s->directory);
  bool again;

  if (err < 0)
    return err;
  do {
    if (s->lock_fd < 0)
      err = store_file_lock(s);
    if (err == 0)
      *rc = store_file_begin(s, opened);
    again =
        (err == -EWOULDBLOCK || (err == 0 && (*rc & 0xff) == SQLITE_BUSY)) &&
        patience != NULL && patience(arg);
    if (again)
      usleep(AGAIN_MS * 1000);
  } while (again);
  return err;
}

struct store *store_open(const char *directory, bool (*patience)(void *arg),
                         void *arg, enum store_opened *opened, char *why,
                         size_t why_size) {
  struct store *s = calloc(1, sizeof(*s));
  int err;
  int rc = SQLITE_CANTOPEN;

  if (s == NULL)
    return NULL;
  buf_init(&s->db.journal, JOURNAL_MAX);
  s->db.journals = true;
  s->db.failed = store_fail_over;
  s->db.failed_arg = s;
  s->lock_fd = -1;
  snprintf(s->directory, sizeof(s->directory), "%s", directory);
  snprintf(s->path, sizeof(s->path), "%s/alerts.db", s->directory);
  snprintf(s->ballast, sizeof(s->ballast), "%s/ballast", s->directory);
  err = strlen(directory) < sizeof(s->directory)
            ? begin(s, opened, &rc, patience, arg)
            : -ENAMETOOLONG;
  if (err < 0)
    snprintf(s->trouble, sizeof(s->trouble), "%.120s: %s", s->directory,
             err == -EWOULDBLOCK ? "in use by another process"
                                 : strerror(-err));
  else if (rc != SQLITE_OK)
    store_file_trouble(s, s->path, rc);
  if (rc == SQLITE_OK) {
    store_file_known(s);
    store_ballast_make(s);
  } else {
    *opened = STORE_UNAVAILABLE;
    rc = store_begin_in_memory(s);
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
  if (s->db.handle != NULL && s->db.in_transaction)
    db_rollback(&s->db);
  db_cache_drop(&s->db);
  sqlite3_close_v2(s->db.handle);
  if (s->lock_fd >= 0)
    close(s->lock_fd);
  buf_free(&s->db.journal);
  free(s);
}

enum store_condition store_condition(const struct store *s) {
  return s->condition;
}

const char *store_trouble(const struct store *s) { return s->trouble; }

void store_limit_pages(struct store *s, int pages) {
  s->page_limit = pages > 0 ? pages : 1073741823;
  store_file_limit(s, s->db.handle);
}

bool store_gone(const struct store *s) {
  return s->condition != STORE_IN_MEMORY && store_file_replaced(s);
}

bool store_heal(struct store *s) {
  if (s->db.in_transaction)
    return s->condition == STORE_ON_DISK;
  if (store_gone(s)) {
    bool other = access(s->path, F_OK) == 0;

    snprintf(s->trouble, sizeof(s->trouble), "the database file was removed");
    if (store_move_to_memory(s, SQLITE_OK) != SQLITE_OK)
      return false;
    if (other) /* perhaps a backup that somebody put there */
      store_file_set_aside(s, "aside");
  }
  if (s->condition == STORE_IN_MEMORY && !store_back_to_disk(s))
    return false;
  store_ballast_make(s);
  s->condition = store_ballast_there(s) ? STORE_ON_DISK : STORE_NO_BALLAST;
  return s->condition == STORE_ON_DISK;
}

/* -- transactions --------------------------------------------------------- */

int store_begin(struct store *s) { return db_begin(&s->db); }

int store_commit(struct store *s) { return db_commit(&s->db); }

void store_rollback(struct store *s) { db_rollback(&s->db); }

int64_t store_changes(const struct store *s) {
  return sqlite3_total_changes(s->db.handle);
}
