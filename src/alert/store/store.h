/* SPDX-License-Identifier: MIT */
/* What survives restarts: alerts, who was told, the queue, the history, in one
 * SQLite file. The tables have headers of their own: store_alert.h, ...
 *
 * Writes go between store_begin() and store_commit(). A disk that fails (full,
 * read only, I/O error) never shows here: the store gives up its ballast, then
 * continues in memory, replaying what the open transaction had written, and
 * goes back to the disk when that works again; store_condition() tells. What
 * still returns an error (-ENOMEM, -EIO) is out of memory or our own mistake.
 *
 * One thread. Times are wall ms. */
#ifndef ALERT_STORE_STORE_H
#define ALERT_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

enum store_opened {
  STORE_FRESH,      /* there was none: a new one */
  STORE_CONTINUED,  /* an older run's */
  STORE_SET_ASIDE,  /* it was corrupt: renamed, a new one */
  STORE_UNAVAILABLE /* the disk refuses: in memory from the start */
};

enum store_condition {
  STORE_ON_DISK,
  STORE_NO_BALLAST, /* the disk was full; the reserve is used up */
  STORE_IN_MEMORY   /* nothing is recorded */
};

/* directory is created (0700) when missing. While another process holds the
 * file, tries again as long as patience(arg) says so (NULL: once). Never NULL
 * but when memory is out. UNAVAILABLE goes on with what an older run left if
 * that can be read. why (may be NULL) gets a line about anything but FRESH and
 * CONTINUED. */
struct store *store_open(const char *directory, bool (*patience)(void *arg),
                         void *arg, enum store_opened *opened, char *why,
                         size_t why_size);
/* Also from memory; a transaction still open is rolled back. */
void store_close(struct store *store);

enum store_condition store_condition(const struct store *store);
/* The error that brought it there, for people. */
const char *store_trouble(const struct store *store);
/* Somebody removed or replaced the file under us: nothing that is written from
 * now on would be found again, until store_heal(). */
bool store_gone(const struct store *store);
/* In memory: tries the disk again (call it with a back-off); no ballast: tries
 * to make a new one. Outside a transaction. True when it is all well now. */
bool store_heal(struct store *store);

int store_begin(struct store *store);
int store_commit(struct store *store);
void store_rollback(struct store *store);
/* Rows changed since it was opened: tells whether a transaction wrote. */
int64_t store_changes(const struct store *store);

/* For tests: the database may not grow beyond so many pages (0 = no limit);
 * the same error as a full disk. */
void store_limit_pages(struct store *store, int pages);

#endif
