/* SPDX-License-Identifier: MIT */
/* Reading a ledger's file: see ledger_query.h. */
#include <config.h>

#include "energy/ledger/ledger_query.h"

#include "energy/calendar.h"
#include "energy/ledger/ledger_prices.h"
#include "energy/ledger/ledger_schema.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BUSY_MS = 5000, CURRENCY_TEXT = 8 };

struct ledger_query {
  sqlite3 *db;
  char currency[CURRENCY_TEXT];
  int64_t billing_day;
  /* The slot that the daemon is filling, as it wrote it last. */
  int64_t open_start_us;
  unsigned open_seconds;
  bool open_priced;
  double open_price; /* millionths a mWh */
  char *open_period;
};

/* -- opening -- */

/* Whether everything that was written is in the file itself: the daemon does
 * not run, and ended well. */
static bool is_alone(const char *path) {
  struct stat what;
  char *wal = NULL;
  bool alone = asprintf(&wal, "%s-wal", path) >= 0 &&
               (stat(wal, &what) < 0 || what.st_size == 0);

  free(wal);
  return alone;
}

static int try_open(struct ledger_query *q, const char *path,
                    const char *options) {
  char *uri = NULL;
  char *escaped = sqlite3_mprintf("%s", path);
  int rc = SQLITE_NOMEM;

  /* A path with one of these is no plain URI; none of ours has. */
  if (escaped != NULL && strpbrk(escaped, "?#%") == NULL &&
      asprintf(&uri, "file:%s?%s", escaped, options) >= 0)
    rc = sqlite3_open_v2(
        uri, &q->db,
        SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
  else if (escaped != NULL)
    rc = sqlite3_open_v2(path, &q->db,
                         SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
  free(uri);
  sqlite3_free(escaped);
  if (rc == SQLITE_OK)
    rc = sqlite3_busy_timeout(q->db, BUSY_MS);
  if (rc == SQLITE_OK)
    rc = sqlite3_exec(q->db, "BEGIN; SELECT count(*) FROM sqlite_master", NULL,
                      NULL, NULL);
  return rc;
}

/* A reader who may not write to the directory cannot make the files that
 * SQLite shares with the daemon; when nobody writes he needs none. */
static int open_file(struct ledger_query *q, const char *path) {
  int rc = try_open(q, path, "mode=ro");

  if (rc != SQLITE_OK && is_alone(path)) {
    sqlite3_close_v2(q->db);
    q->db = NULL;
    rc = try_open(q, path, "mode=ro&immutable=1");
  }
  return rc;
}

static const char *text(sqlite3_stmt *row, int column) {
  const char *t = (const char *)sqlite3_column_text(row, column);

  return t != NULL ? t : "";
}

static void take_meta(struct ledger_query *q, sqlite3_stmt *row) {
  const char *key = text(row, 0);

  if (strcmp(key, "currency") == 0) {
    snprintf(q->currency, sizeof(q->currency), "%s", text(row, 1));
  } else if (strcmp(key, "billing_day") == 0) {
    q->billing_day = sqlite3_column_int64(row, 1);
  } else if (strcmp(key, "open_start_us") == 0) {
    q->open_start_us = sqlite3_column_int64(row, 1);
  } else if (strcmp(key, "open_seconds") == 0) {
    q->open_seconds = (unsigned)sqlite3_column_int64(row, 1);
  } else if (strcmp(key, "open_price") == 0) {
    q->open_priced = sqlite3_column_type(row, 1) == SQLITE_FLOAT;
    q->open_price = sqlite3_column_double(row, 1);
  } else if (strcmp(key, "open_period") == 0) {
    free(q->open_period);
    q->open_period = strdup(text(row, 1));
  }
}

static int read_meta(struct ledger_query *q) {
  sqlite3_stmt *stmt = NULL;
  int rc =
      sqlite3_prepare_v2(q->db, "SELECT key, value FROM meta", -1, &stmt, NULL);

  while (rc == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW)
    take_meta(q, stmt);
  sqlite3_finalize(stmt);
  return rc;
}

static bool explain(const struct ledger_query *q, int rc, const char *path,
                    char why[LEDGER_QUERY_WHY]) {
  struct stat what;

  if (rc == SQLITE_OK)
    return true;
  if (stat(path, &what) < 0)
    snprintf(why, LEDGER_QUERY_WHY, "%s: %m", path);
  else
    snprintf(why, LEDGER_QUERY_WHY, "%s: %s", path,
             q->db != NULL ? sqlite3_errmsg(q->db) : sqlite3_errstr(rc));
  return false;
}

static bool has_our_version(const struct ledger_query *q, const char *path,
                            char why[LEDGER_QUERY_WHY]) {
  int rc;
  int64_t version = ledger_schema_of(q->db, &rc);

  if (version == ledger_schema_version())
    return true;
  snprintf(why, LEDGER_QUERY_WHY, "%s was written by %s", path,
           version > ledger_schema_version()
               ? "a newer version"
               : "an older version: start collectd once, which renews it");
  return false;
}

struct ledger_query *ledger_query_open(const char *directory,
                                       char why[LEDGER_QUERY_WHY]) {
  struct ledger_query *q = calloc(1, sizeof(*q));
  char *path = NULL;
  bool good = false;

  if (q == NULL || asprintf(&path, "%s/energy.db", directory) < 0) {
    snprintf(why, LEDGER_QUERY_WHY, "out of memory");
    path = NULL;
  } else {
    good = explain(q, open_file(q, path), path, why) &&
           has_our_version(q, path, why) && explain(q, read_meta(q), path, why);
  }
  free(path);
  if (good)
    return q;
  ledger_query_close(q);
  return NULL;
}

void ledger_query_close(struct ledger_query *q) {
  if (q == NULL)
    return;
  sqlite3_close_v2(q->db);
  free(q->open_period);
  free(q);
}

unsigned ledger_query_billing_day(const struct ledger_query *q) {
  return q->billing_day >= 1 && q->billing_day <= 31 ? (unsigned)q->billing_day
                                                     : 1;
}

const char *ledger_query_currency(const struct ledger_query *q) {
  return q->currency;
}

int64_t ledger_query_minimum(struct ledger_query *q, int month) {
  char key[LEDGER_MINIMUM_KEY];
  sqlite3_stmt *stmt = NULL;
  int64_t minimum = -1;

  ledger_schema_minimum_key(month, key);
  if (sqlite3_prepare_v2(q->db, "SELECT value FROM meta WHERE key = ?1", -1,
                         &stmt, NULL) == SQLITE_OK &&
      sqlite3_bind_text(stmt, 1, key, -1, SQLITE_STATIC) == SQLITE_OK &&
      sqlite3_step(stmt) == SQLITE_ROW &&
      sqlite3_column_type(stmt, 0) == SQLITE_INTEGER)
    minimum = sqlite3_column_int64(stmt, 0);
  sqlite3_finalize(stmt);
  return minimum;
}

/* -- rows -- */

struct walk {
  ledger_query_take *take;
  void *arg;
  bool over;
};

/* device, plug, produces, period, the first number's two uses, ... */
static struct ledger_row names_of(sqlite3_stmt *stmt) {
  return (struct ledger_row){.device = text(stmt, 0),
                             .plug = text(stmt, 1),
                             .produces = sqlite3_column_int(stmt, 2) != 0,
                             .period = text(stmt, 3)};
}

static struct ledger_row day_row(sqlite3_stmt *stmt) {
  struct ledger_row r = names_of(stmt);

  r.day = sqlite3_column_int(stmt, 4);
  r.mwh = sqlite3_column_int64(stmt, 5);
  r.cost = sqlite3_column_int64(stmt, 6);
  r.unpriced_mwh = sqlite3_column_int64(stmt, 7);
  r.covered_us = sqlite3_column_int64(stmt, 8);
  r.flags = (unsigned)sqlite3_column_int64(stmt, 9);
  r.peak_mw = sqlite3_column_int64(stmt, 10);
  r.peak_us = sqlite3_column_int64(stmt, 11) * CALENDAR_SECOND;
  return r;
}

static struct ledger_row slot_row(sqlite3_stmt *stmt) {
  struct ledger_row r = names_of(stmt);

  r.start_us = sqlite3_column_int64(stmt, 4) * CALENDAR_SECOND;
  r.day = calendar_local_of(r.start_us).day;
  r.seconds = (unsigned)sqlite3_column_int64(stmt, 5);
  r.mwh = sqlite3_column_int64(stmt, 6);
  r.cost = sqlite3_column_int64(stmt, 7);
  r.unpriced_mwh = sqlite3_column_int64(stmt, 8);
  r.flags = (unsigned)sqlite3_column_int64(stmt, 9);
  return r;
}

typedef struct ledger_row make_row(sqlite3_stmt *stmt);

static bool walk(struct ledger_query *q, const char *sql, int64_t from,
                 int64_t to, make_row *make, struct walk *w,
                 char why[LEDGER_QUERY_WHY]) {
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(q->db, sql, -1, &stmt, NULL);

  if (rc == SQLITE_OK)
    rc = sqlite3_bind_int64(stmt, 1, from);
  if (rc == SQLITE_OK)
    rc = sqlite3_bind_int64(stmt, 2, to);
  while (rc == SQLITE_OK && !w->over) {
    struct ledger_row row;

    rc = sqlite3_step(stmt);
    if (rc != SQLITE_ROW)
      break;
    rc = SQLITE_OK;
    row = make(stmt);
    w->over = !w->take(w->arg, &row);
  }
  if (rc != SQLITE_OK && rc != SQLITE_DONE)
    snprintf(why, LEDGER_QUERY_WHY, "the energy ledger: %s",
             sqlite3_errmsg(q->db));
  sqlite3_finalize(stmt);
  return rc == SQLITE_OK || rc == SQLITE_DONE;
}

/* -- what the daemon has not closed yet -- */

struct open_walk {
  const struct ledger_query *q;
  bool by_slot;
  int64_t from, to; /* days, or moments */
  struct walk *out;
};

static struct ledger_row open_row(sqlite3_stmt *stmt) {
  struct ledger_row r = names_of(stmt);

  r.start_us = sqlite3_column_int64(stmt, 4);
  r.day = calendar_local_of(r.start_us).day;
  r.mwh = sqlite3_column_int64(stmt, 5);
  r.covered_us = sqlite3_column_int64(stmt, 6);
  r.flags = (unsigned)sqlite3_column_int64(stmt, 7);
  r.peak_mw = sqlite3_column_int64(stmt, 8);
  r.peak_us = sqlite3_column_int64(stmt, 9) * CALENDAR_SECOND;
  return r;
}

static bool take_open(void *arg, const struct ledger_row *row) {
  struct open_walk *w = arg;
  struct ledger_row r = *row;
  int64_t at = w->by_slot ? r.start_us : r.day;
  bool same = r.start_us == w->q->open_start_us;

  if (at < w->from || (w->by_slot ? at >= w->to : at > w->to))
    return true;
  r.period = same && w->q->open_period != NULL ? w->q->open_period : "";
  r.seconds = same && w->q->open_seconds > 0 ? w->q->open_seconds : 3600;
  if (r.produces || w->q->currency[0] == '\0')
    r.cost = 0;
  else if (same && w->q->open_priced)
    r.cost = (int64_t)((double)r.mwh * w->q->open_price + 0.5);
  else
    r.unpriced_mwh = r.mwh;
  if (!w->by_slot) {
    r.start_us = 0;
    r.seconds = 0;
  }
  w->out->over = !w->out->take(w->out->arg, &r);
  return !w->out->over;
}

static bool walk_open(struct ledger_query *q, bool by_slot, int64_t from,
                      int64_t to, struct walk *w, char why[LEDGER_QUERY_WHY]) {
  static const char sql[] =
      "SELECT a.device, a.plug, m.produces, '', s.open_start_us, s.open_mwh, "
      "s.open_covered_us, s.open_flags, s.peak_mw, s.peak_utc FROM state s "
      "JOIN account a ON a.id = "
      "s.account JOIN meter m ON m.id = s.meter WHERE s.open_start_us > 0 AND "
      "?1 <= ?2 ORDER BY s.open_start_us, a.id";
  struct open_walk open = {q, by_slot, from, to, w};
  struct walk inner = {.take = take_open, .arg = &open};

  return w->over || walk(q, sql, from, to, open_row, &inner, why);
}

/* -- public -- */

bool ledger_query_days(struct ledger_query *q, int first, int last,
                       ledger_query_take *take, void *arg,
                       char why[LEDGER_QUERY_WHY]) {
  static const char sql[] =
      "SELECT a.device, a.plug, m.produces, p.name, d.local_date, d.mwh, "
      "d.cost_micro, d.unpriced_mwh, d.covered_us, d.flags, d.peak_mw, "
      "d.peak_utc FROM day d LEFT JOIN account a ON a.id = d.account LEFT "
      "JOIN meter m ON m.id = a.meter LEFT JOIN period p ON p.id = d.period "
      "WHERE d.local_date BETWEEN ?1 AND ?2 ORDER BY d.local_date, d.account";
  struct walk w = {.take = take, .arg = arg};

  return walk(q, sql, first, last, day_row, &w, why) &&
         walk_open(q, false, first, last, &w, why);
}

bool ledger_query_slots(struct ledger_query *q, int64_t from_us, int64_t to_us,
                        ledger_query_take *take, void *arg,
                        char why[LEDGER_QUERY_WHY]) {
  static const char sql[] =
      "SELECT a.device, a.plug, m.produces, p.name, s.start_utc, s.seconds, "
      "s.mwh, s.cost_micro, s.unpriced_mwh, s.flags FROM slot s JOIN account a "
      "ON a.id = s.account JOIN meter m ON m.id = a.meter LEFT JOIN period p "
      "ON p.id = s.period WHERE s.start_utc >= ?1 AND s.start_utc < ?2 "
      "ORDER BY s.start_utc, s.account";
  struct walk w = {.take = take, .arg = arg};
  int64_t from = (from_us + CALENDAR_SECOND - 1) / CALENDAR_SECOND;
  int64_t to = (to_us + CALENDAR_SECOND - 1) / CALENDAR_SECOND;

  return walk(q, sql, from, to, slot_row, &w, why) &&
         walk_open(q, true, from_us, to_us, &w, why);
}

/* A ledger without notes, of a daemon that has no appliances, has no table. */
static bool has_notes(struct ledger_query *q) {
  return sqlite3_table_column_metadata(q->db, NULL, "note", "text", NULL, NULL,
                                       NULL, NULL, NULL) == SQLITE_OK;
}

bool ledger_query_notes(struct ledger_query *q, const char *kind,
                        void (*take)(void *arg, const char *device,
                                     const char *plug, const char *note),
                        void *arg, char why[LEDGER_QUERY_WHY]) {
  static const char sql[] =
      "SELECT a.device, a.plug, n.text FROM note n JOIN meter m ON n.name = "
      "m.identity || '/' || m.slot JOIN state s ON s.meter = m.id JOIN account "
      "a ON a.id = s.account WHERE n.kind = ?1 ORDER BY a.device, a.plug";
  sqlite3_stmt *stmt = NULL;
  int rc;

  if (!has_notes(q))
    return true;
  rc = sqlite3_prepare_v2(q->db, sql, -1, &stmt, NULL);
  if (rc == SQLITE_OK)
    rc = sqlite3_bind_text(stmt, 1, kind, -1, SQLITE_STATIC);
  while (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
    take(arg, text(stmt, 0), text(stmt, 1), text(stmt, 2));
    rc = SQLITE_OK;
  }
  if (rc != SQLITE_DONE)
    snprintf(why, LEDGER_QUERY_WHY, "the energy ledger: %s",
             sqlite3_errmsg(q->db));
  sqlite3_finalize(stmt);
  return rc == SQLITE_DONE;
}

bool ledger_query_names(struct ledger_query *q,
                        void (*take)(void *arg, const char *device,
                                     const char *plug, const char *new_device,
                                     const char *new_plug),
                        void *arg, char why[LEDGER_QUERY_WHY]) {
  static const char sql[] =
      "SELECT a.device, a.plug, n.device, n.plug FROM account a LEFT JOIN "
      "state "
      "s ON s.meter = a.meter LEFT JOIN account n ON n.id = s.account AND n.id "
      "!= a.id WHERE a.device != '' ORDER BY a.device, a.plug";
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(q->db, sql, -1, &stmt, NULL);

  while (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
    bool renamed = sqlite3_column_type(stmt, 2) != SQLITE_NULL;

    take(arg, text(stmt, 0), text(stmt, 1), renamed ? text(stmt, 2) : NULL,
         renamed ? text(stmt, 3) : NULL);
    rc = SQLITE_OK;
  }
  if (rc != SQLITE_DONE)
    snprintf(why, LEDGER_QUERY_WHY, "the energy ledger: %s",
             sqlite3_errmsg(q->db));
  sqlite3_finalize(stmt);
  return rc == SQLITE_DONE;
}

struct sum_of {
  const char *device, *plug;
  struct ledger_sum *sum;
};

static bool add(void *arg, const struct ledger_row *row) {
  const struct sum_of *s = arg;
  struct ledger_sum *sum = s->sum;

  if (s->device != NULL
          ? strcmp(s->device, row->device) != 0 ||
                (s->plug != NULL && strcmp(s->plug, row->plug) != 0)
          : row->produces || row->device[0] == '\0')
    return true;
  sum->mwh += row->mwh;
  sum->cost += row->cost;
  sum->unpriced_mwh += row->unpriced_mwh;
  sum->covered_us += row->covered_us;
  sum->flags |= row->flags;
  sum->rows++;
  if (row->peak_mw > sum->peak_mw) {
    sum->peak_mw = row->peak_mw;
    sum->peak_us = row->peak_us;
  }
  return true;
}

bool ledger_query_sum(struct ledger_query *q, const char *device,
                      const char *plug, int first, int last,
                      struct ledger_sum *sum, char why[LEDGER_QUERY_WHY]) {
  struct sum_of s = {device, plug, sum};

  *sum = (struct ledger_sum){0};
  return ledger_query_days(q, first, last, add, &s, why);
}

void ledger_query_prices(struct ledger_query *q, struct tariffs *set) {
  (void)ledger_prices_fill(q->db, set, NULL);
}

bool ledger_query_span(struct ledger_query *q, int *first, int *last) {
  sqlite3_stmt *stmt = NULL;
  bool any = false;

  if (sqlite3_prepare_v2(q->db,
                         "SELECT min(local_date), max(local_date) FROM (SELECT "
                         "local_date FROM day WHERE account > 0)",
                         -1, &stmt, NULL) == SQLITE_OK &&
      sqlite3_step(stmt) == SQLITE_ROW &&
      sqlite3_column_type(stmt, 0) != SQLITE_NULL) {
    *first = sqlite3_column_int(stmt, 0);
    *last = sqlite3_column_int(stmt, 1);
    any = true;
  }
  sqlite3_finalize(stmt);
  if (q->open_start_us > 0) {
    int day = calendar_local_of(q->open_start_us).day;

    *first = any && *first < day ? *first : day;
    *last = any && *last > day ? *last : day;
    any = true;
  }
  return any;
}
