/* SPDX-License-Identifier: MIT */
/* Notes on disk: see ledger_note_file.h. The texts are copied under the
 * ledger's lock and written without it. */
#include <config.h>

#include "energy/ledger/ledger_note_file.h"

#include "energy/ledger/ledger_internal.h"
#include "energy/ledger/ledger_note_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char PUT[] = "INSERT OR REPLACE INTO note VALUES(?,?,?)";
/* A wish is a note of this kind about another one, "kind name". */
static const char WISH[] = "reset";

int ledger_note_file_prepare(sqlite3 *db) {
  return sqlite3_exec(db,
                      "CREATE TABLE IF NOT EXISTS note(kind TEXT NOT NULL,"
                      " name TEXT NOT NULL, text TEXT NOT NULL,"
                      " PRIMARY KEY(kind, name)) WITHOUT ROWID",
                      NULL, NULL, NULL);
}

static int bind_and_run(sqlite3_stmt *stmt, const char *a, const char *b,
                        const char *c) {
  const char *texts[] = {a, b, c};
  int rc = SQLITE_OK;

  for (int i = 0; i < 3 && texts[i] != NULL && rc == SQLITE_OK; i++)
    rc = sqlite3_bind_text(stmt, i + 1, texts[i], -1, SQLITE_TRANSIENT);
  if (rc == SQLITE_OK)
    rc = sqlite3_step(stmt);
  sqlite3_reset(stmt);
  return rc == SQLITE_DONE || rc == SQLITE_ROW ? SQLITE_OK : rc;
}

static int run(sqlite3 *db, const char *sql, const char *a, const char *b,
               const char *c) {
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

  if (rc == SQLITE_OK)
    rc = bind_and_run(stmt, a, b, c);
  sqlite3_finalize(stmt);
  return rc;
}

int ledger_note_file_each(sqlite3 *db, const char *kind,
                          void (*take)(void *arg, const char *name,
                                       const char *text),
                          void *arg) {
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(
      db, "SELECT name, text FROM note WHERE kind = ? ORDER BY name", -1, &stmt,
      NULL);

  if (rc == SQLITE_OK)
    rc = sqlite3_bind_text(stmt, 1, kind, -1, SQLITE_TRANSIENT);
  while (rc == SQLITE_OK) {
    rc = sqlite3_step(stmt);
    if (rc != SQLITE_ROW)
      break;
    take(arg, (const char *)sqlite3_column_text(stmt, 0),
         (const char *)sqlite3_column_text(stmt, 1));
    rc = SQLITE_OK;
  }
  sqlite3_finalize(stmt);
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int ledger_note_file_read(sqlite3 *db, struct ledger *l) {
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(db, "SELECT kind, name, text FROM note", -1,
                              &stmt, NULL);
  int end = SQLITE_DONE;

  pthread_mutex_lock(&l->lock);
  while (rc == SQLITE_OK && (end = sqlite3_step(stmt)) == SQLITE_ROW) {
    const char *text = (const char *)sqlite3_column_text(stmt, 2);
    struct ledger_note *n =
        ledger_note_entry(l, (const char *)sqlite3_column_text(stmt, 0),
                          (const char *)sqlite3_column_text(stmt, 1));

    if (n == NULL || text == NULL || strlen(text) > LEDGER_NOTE_MAX)
      continue; /* not one of ours */
    free(n->text);
    n->text = strdup(text);
  }
  pthread_mutex_unlock(&l->lock);
  sqlite3_finalize(stmt);
  return rc == SQLITE_OK && end != SQLITE_DONE ? end : rc;
}

void ledger_note_file_all_is_new(struct ledger *l) {
  pthread_mutex_lock(&l->lock);
  for (struct ledger_note *n = l->notes; n != NULL; n = n->next)
    n->dirty = n->text != NULL;
  pthread_mutex_unlock(&l->lock);
}

/* -- writing -- */

/* A list of copies of what is dirty, which is clean from now on. */
static struct ledger_note *take_dirty(struct ledger *l) {
  struct ledger_note *copies = NULL;

  pthread_mutex_lock(&l->lock);
  for (struct ledger_note *n = l->notes; n != NULL; n = n->next) {
    struct ledger_note *copy;

    if (!n->dirty || n->text == NULL)
      continue;
    copy = malloc(sizeof(*copy));
    if (copy == NULL)
      break;
    *copy = *n;
    copy->text = strdup(n->text);
    copy->next = copies;
    if (copy->text == NULL) {
      free(copy);
      break;
    }
    copies = copy;
    n->dirty = false;
  }
  pthread_mutex_unlock(&l->lock);
  return copies;
}

static void give_back(struct ledger *l, const struct ledger_note *copies) {
  pthread_mutex_lock(&l->lock);
  for (; copies != NULL; copies = copies->next) {
    struct ledger_note *n = ledger_note_entry(l, copies->kind, copies->name);

    if (n != NULL)
      n->dirty = n->text != NULL;
  }
  pthread_mutex_unlock(&l->lock);
}

static void copies_free(struct ledger_note *copies) {
  while (copies != NULL) {
    struct ledger_note *next = copies->next;

    free(copies->text);
    free(copies);
    copies = next;
  }
}

static int write_copies(sqlite3 *db, const struct ledger_note *copies) {
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);

  if (rc == SQLITE_OK)
    rc = sqlite3_prepare_v2(db, PUT, -1, &stmt, NULL);
  for (; copies != NULL && rc == SQLITE_OK; copies = copies->next)
    rc = bind_and_run(stmt, copies->kind, copies->name, copies->text);
  sqlite3_finalize(stmt);
  if (rc == SQLITE_OK)
    rc = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
  if (rc != SQLITE_OK && sqlite3_get_autocommit(db) == 0)
    (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
  return rc;
}

struct wishes {
  struct ledger *ledger;
  unsigned num;
};

static void take_wish(void *arg, const char *name, const char *text) {
  struct wishes *w = arg;
  struct ledger *l = w->ledger;
  char kind[LEDGER_NOTE_KIND];
  const char *blank = strchr(name, ' ');
  struct ledger_note *n;

  (void)text;
  w->num++;
  if (blank == NULL || (size_t)(blank - name) >= sizeof(kind))
    return;
  memcpy(kind, name, (size_t)(blank - name));
  kind[blank - name] = '\0';
  pthread_mutex_lock(&l->lock);
  n = ledger_note_entry(l, kind, blank + 1);
  if (n != NULL) {
    free(n->text);
    n->text = NULL;
    n->dirty = false;
    n->reset = true;
  }
  pthread_mutex_unlock(&l->lock);
}

static int take_wishes(sqlite3 *db, struct ledger *l) {
  struct wishes w = {.ledger = l};
  int rc = ledger_note_file_each(db, WISH, take_wish, &w);

  if (rc == SQLITE_OK && w.num > 0)
    rc = run(db, "DELETE FROM note WHERE kind = ?", WISH, NULL, NULL);
  return rc;
}

int ledger_note_file_write(sqlite3 *db, struct ledger *l) {
  struct ledger_note *copies;
  int rc = take_wishes(db, l);

  if (rc != SQLITE_OK)
    return rc;
  copies = take_dirty(l);
  if (copies == NULL)
    return SQLITE_OK;
  rc = write_copies(db, copies);
  if (rc != SQLITE_OK)
    give_back(l, copies);
  copies_free(copies);
  return rc;
}

int ledger_note_file_reset(sqlite3 *db, const char *kind, const char *name) {
  char wish[LEDGER_NOTE_KIND + LEDGER_NOTE_NAME];
  int rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);

  snprintf(wish, sizeof(wish), "%s %s", kind, name);
  if (rc == SQLITE_OK)
    rc = run(db, "DELETE FROM note WHERE kind = ? AND name = ?", kind, name,
             NULL);
  if (rc == SQLITE_OK)
    rc = run(db, PUT, WISH, wish, "");
  if (rc == SQLITE_OK)
    rc = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
  if (rc != SQLITE_OK && sqlite3_get_autocommit(db) == 0)
    (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
  return rc;
}
