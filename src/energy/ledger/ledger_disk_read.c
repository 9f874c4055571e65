/* SPDX-License-Identifier: MIT */
/* Reading the ledger's database when the daemon starts. */
#include <config.h>

#include "energy/ledger/ledger_disk_internal.h"
#include "energy/ledger/ledger_edit.h"
#include "energy/ledger/ledger_note_internal.h"
#include "energy/ledger/ledger_schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef bool take_row(struct ledger *l, sqlite3_stmt *row);

/* Hands over every row; a SQLite code. */
static int each(struct ledger_disk *d, const char *sql, take_row *take) {
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(d->db, sql, -1, &stmt, NULL);
  int end;

  while (rc == SQLITE_OK && (end = sqlite3_step(stmt)) != SQLITE_DONE) {
    if (end != SQLITE_ROW)
      rc = end;
    else if (!take(d->ledger, stmt))
      rc = SQLITE_NOMEM;
  }
  sqlite3_finalize(stmt);
  return rc;
}

static const char *text(sqlite3_stmt *row, int column) {
  const char *t = (const char *)sqlite3_column_text(row, column);

  return t != NULL ? t : "";
}

static struct ledger_meter *meter_by_id(const struct ledger *l, int64_t id) {
  struct ledger_meter *m = l->meters;

  while (m != NULL && (int64_t)m->id != id)
    m = m->next;
  return m;
}

static struct ledger_account *account_by_id(const struct ledger *l,
                                            int64_t id) {
  struct ledger_account *a = l->accounts;

  while (a != NULL && (int64_t)a->id != id)
    a = a->next;
  return a;
}

static bool take_meter(struct ledger *l, sqlite3_stmt *row) {
  struct ledger_meter *m =
      ledger_add_meter(l, text(row, 1), (unsigned)sqlite3_column_int64(row, 2),
                       text(row, 3), sqlite3_column_int64(row, 4) != 0);

  if (m == NULL)
    return false;
  m->id = (unsigned)sqlite3_column_int64(row, 0);
  m->saved = true;
  if (m->id > l->meters_num)
    l->meters_num = m->id;
  return true;
}

static bool take_account(struct ledger *l, sqlite3_stmt *row) {
  struct ledger_meter *m = meter_by_id(l, sqlite3_column_int64(row, 1));
  struct ledger_account *a;

  if (m == NULL)
    return true; /* nobody's */
  a = ledger_add_account(l, m, text(row, 2), text(row, 3));
  if (a == NULL)
    return false;
  a->id = (unsigned)sqlite3_column_int64(row, 0);
  a->counted_mwh = sqlite3_column_int64(row, 4);
  a->takes_total = sqlite3_column_int64(row, 5) != 0;
  a->saved = true;
  if (a->id > l->accounts_num)
    l->accounts_num = a->id;
  return true;
}

static bool take_state(struct ledger *l, sqlite3_stmt *row) {
  struct ledger_meter *m = meter_by_id(l, sqlite3_column_int64(row, 0));
  struct ledger_account *a = account_by_id(l, sqlite3_column_int64(row, 1));
  struct counter *c;

  if (sqlite3_column_int64(row, 0) == 0) {
    l->total_mwh = sqlite3_column_int64(row, 10);
    return true;
  }
  if (m == NULL || a == NULL)
    return true;
  c = &m->counter;
  c->by = (enum counter_source)sqlite3_column_int(row, 2);
  if (c->by > COUNTER_SOURCE_CHANGED)
    c->by = COUNTER_NEW;
  m->booked_mwh = sqlite3_column_int64(row, 3);
  c->wh = (double)m->booked_mwh * 1e-3;
  c->last = sqlite3_column_double(row, 4);
  m->last_utc_us = sqlite3_column_int64(row, 5);
  c->month_known = sqlite3_column_type(row, 6) != SQLITE_NULL;
  c->month = sqlite3_column_double(row, 6);
  c->credited_since = sqlite3_column_double(row, 7);
  c->owed = sqlite3_column_double(row, 8);
  c->gaps = (unsigned)sqlite3_column_int64(row, 9);
  a->counted_mwh = sqlite3_column_int64(row, 10);
  a->open_start_us = sqlite3_column_int64(row, 11);
  a->open_mwh = sqlite3_column_int64(row, 12);
  a->open_covered_us = sqlite3_column_int64(row, 13);
  a->open_flags = (unsigned)sqlite3_column_int64(row, 14);
  a->open_peak =
      (struct ledger_peak){sqlite3_column_int64(row, 15),
                           sqlite3_column_int64(row, 16) * CALENDAR_SECOND};
  m->account = a;
  if (m->last_utc_us > l->newest_us)
    l->newest_us = m->last_utc_us;
  return true;
}

/* What an earlier run held back. */
static bool take_left(struct ledger *l, sqlite3_stmt *row) {
  struct ledger_meter *m = meter_by_id(l, sqlite3_column_int64(row, 0));

  if (m != NULL && sqlite3_column_int64(row, 1) > 0) {
    m->left_mwh = sqlite3_column_int64(row, 1);
    m->left_known = true;
  }
  return true;
}

static bool take_period(struct ledger *l, sqlite3_stmt *row) {
  unsigned id = ledger_period(l, text(row, 1));

  return id != 0 && id == (unsigned)sqlite3_column_int64(row, 0);
}

static bool take_day(struct ledger *l, sqlite3_stmt *row) {
  int64_t id = sqlite3_column_int64(row, 1);
  struct ledger_account *a = id == 0 ? &l->charges : account_by_id(l, id);
  struct ledger_day *day =
      a != NULL ? ledger_day_of(a, sqlite3_column_int(row, 0)) : NULL;

  if (day != NULL) {
    day->mwh += sqlite3_column_int64(row, 2);
    day->cost += sqlite3_column_int64(row, 3);
    day->unpriced_mwh += sqlite3_column_int64(row, 4);
    day->covered_us += sqlite3_column_int64(row, 5);
    day->flags |= (unsigned)sqlite3_column_int64(row, 6);
  }
  return true;
}

int ledger_disk_batch(struct ledger_disk *d, int64_t *batch) {
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(
      d->db, "SELECT value FROM meta WHERE key = 'batch'", -1, &stmt, NULL);

  *batch = 0;
  if (rc == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW)
    *batch = sqlite3_column_int64(stmt, 0);
  return rc == SQLITE_OK ? sqlite3_finalize(stmt) : rc;
}

int ledger_disk_id(struct ledger_disk *d, char id[LEDGER_ID_SIZE]) {
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(d->db, "SELECT value FROM meta WHERE key = 'id'",
                              -1, &stmt, NULL);

  id[0] = '\0';
  if (rc == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW)
    snprintf(id, LEDGER_ID_SIZE, "%s", text(stmt, 0));
  return rc == SQLITE_OK ? sqlite3_finalize(stmt) : rc;
}

int ledger_disk_kind_of(struct ledger_disk *d, enum ledger_disk_kind *kind) {
  char id[LEDGER_ID_SIZE] = "";
  int64_t batch = 0;
  int rc;
  int64_t version = ledger_schema_of(d->db, &rc);
  bool ours;

  *kind = LEDGER_FILE_NEWER;
  if (rc != SQLITE_OK || version > ledger_schema_version())
    return rc;
  rc = ledger_disk_id(d, id);
  if (rc == SQLITE_OK)
    rc = ledger_disk_batch(d, &batch);
  /* a file has no id before its first transaction */
  ours = strcmp(id, d->id) == 0 || (id[0] == '\0' && batch == d->written);
  ours &= batch == d->written || (d->in_doubt && batch == d->batch);
  *kind = ours ? LEDGER_FILE_OURS : LEDGER_FILE_OTHER;
  return rc;
}

int ledger_disk_read(struct ledger_disk *d) {
  /* of days the last 64 that there are: a wrong clock may have left some of
   * another year */
  static const struct {
    const char *sql;
    take_row *take;
  } tables[] = {
      {"SELECT id, identity, slot, model, produces FROM meter ORDER BY id",
       take_meter},
      {"SELECT id, meter, device, plug, counted_mwh, takes_total FROM account "
       "ORDER BY id",
       take_account},
      {"SELECT meter, account, source, counter_mwh, base, last_utc_us, month, "
       "month_credit, owed, gaps, counted_mwh, open_start_us, open_mwh, "
       "open_covered_us, open_flags, peak_mw, peak_utc FROM state",
       take_state},
      {"SELECT CAST(substr(key, 6) AS INTEGER), value FROM meta WHERE key GLOB "
       "'left *'",
       take_left},
      {"SELECT id, name FROM period ORDER BY id", take_period},
      {"SELECT local_date, account, mwh, cost_micro, unpriced_mwh, covered_us, "
       "flags FROM day WHERE local_date >= coalesce((SELECT DISTINCT "
       "local_date FROM day ORDER BY local_date DESC LIMIT 1 OFFSET 63), -1) "
       "ORDER BY local_date",
       take_day},
  };
  int rc = SQLITE_OK;

  pthread_mutex_lock(&d->ledger->lock);
  for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
    if (rc == SQLITE_OK)
      rc = each(d, tables[i].sql, tables[i].take);
  d->ledger->periods_saved = d->ledger->periods_num;
  d->ledger->site_known = false;
  if (rc == SQLITE_OK)
    rc = ledger_disk_batch(d, &d->batch);
  if (rc == SQLITE_OK)
    rc = ledger_disk_id(d, d->id);
  d->written = d->batch;
  pthread_mutex_unlock(&d->ledger->lock);
  if (rc == SQLITE_OK)
    d->revision = ledger_edit_revision(d->db, &rc);
  return rc;
}

int ledger_disk_read_apart(struct ledger_disk *d, struct ledger **file) {
  struct ledger_options none = {.billing_day = 1};
  struct ledger *live = d->ledger;
  int rc = SQLITE_NOMEM;

  *file = ledger_create(&none);
  if (*file == NULL)
    return rc;
  d->ledger = *file;
  rc = ledger_disk_read(d);
  d->ledger = live;
  if (rc != SQLITE_OK) {
    ledger_free(*file);
    *file = NULL;
  }
  return rc;
}

/* Texts of the file count where nobody has written one yet. */
static void move_notes(struct ledger *l, struct ledger *file) {
  for (struct ledger_note *f = file->notes; f != NULL; f = f->next) {
    struct ledger_note *n = ledger_note_entry(l, f->kind, f->name);

    if (n == NULL || n->text != NULL)
      continue;
    n->text = f->text;
    f->text = NULL;
  }
}

void ledger_disk_move(struct ledger *l, struct ledger *file) {
  if (file->meters != NULL) {
    *l->meters_end = file->meters;
    l->meters_end = file->meters_end;
  }
  if (file->accounts != NULL) {
    *l->accounts_end = file->accounts;
    l->accounts_end = file->accounts_end;
  }
  l->meters_num = file->meters_num;
  l->accounts_num = file->accounts_num;
  l->charges.days_num = file->charges.days_num;
  memcpy(l->charges.days, file->charges.days, sizeof(l->charges.days));
  free(l->periods); /* of none */
  l->periods = file->periods;
  l->periods_num = file->periods_num;
  l->periods_saved = file->periods_saved;
  l->total_mwh = file->total_mwh;
  l->newest_us = file->newest_us;
  l->site_known = false;
  move_notes(l, file);
  file->meters = NULL;
  file->accounts = NULL;
  file->periods = NULL;
  file->periods_num = 0;
}
