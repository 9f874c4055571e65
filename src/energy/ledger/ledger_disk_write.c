/* SPDX-License-Identifier: MIT */
/* Writing the ledger's database: what is new since the last time, copied
 * under the lock and written without it. Every minute the states of the
 * meters, which fill a page or two, and once an hour what their slots held:
 * that is what spares an SD card. */
#include <config.h>

#include "energy/ledger/ledger_disk_internal.h"
#include "energy/ledger/ledger_schema.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct copy {
  struct ledger_meter *meters; /* each with its account's copy below */
  struct ledger_account *accounts;
  size_t meters_num;
  struct ledger_account *names; /* those without a row */
  size_t names_num;
  char (*periods)[LEDGER_PERIOD_SIZE];
  size_t periods_num;
  unsigned periods_first;
  struct ledger_entries entries;
  int64_t total_mwh;
  struct ledger_slot slot; /* the open one; its tariff is not to be used */
  char slot_period[LEDGER_PERIOD_SIZE];
  double slot_price; /* NAN: not known */
  char currency[CURRENCY_SIZE];
  char id[LEDGER_ID_SIZE];
  unsigned billing_day; /* of today; 0: no day is known yet */
  int month;            /* the billing month, and millionths that it */
  int64_t minimum;      /* costs at least; -1: there is no tariff */
  int64_t batch;
};

static void copy_free(struct copy *c) {
  free(c->meters);
  free(c->accounts);
  free(c->names);
  free(c->periods);
  free(c->entries.items);
}

static bool make_room(const struct ledger *l, struct copy *c) {
  size_t meters = 0;
  size_t names = 0;

  for (const struct ledger_meter *m = l->meters; m != NULL; m = m->next)
    meters += m->dirty ? 1 : 0;
  for (const struct ledger_account *a = l->accounts; a != NULL; a = a->next)
    names += a->saved ? 0 : 1;
  c->meters = calloc(meters + 1, sizeof(*c->meters));
  c->accounts = calloc(meters + 1, sizeof(*c->accounts));
  c->names = calloc(names + 1, sizeof(*c->names));
  c->periods_num = l->periods_num - l->periods_saved;
  c->periods = calloc(c->periods_num + 1, sizeof(*c->periods));
  return c->meters != NULL && c->accounts != NULL && c->names != NULL &&
         c->periods != NULL;
}

/* What the tariff of today says of its month. */
static void take_minimum(const struct ledger *l, struct copy *c) {
  const struct tariff *t = tariffs_at(&l->tariffs, l->today.day);
  struct calendar_billing month = ledger_month(l, l->today.day);
  double minimum = t != NULL ? tariff_minimum(t, month.end - 1) : (double)NAN;

  c->month = month.start;
  if (t != NULL)
    c->minimum = isnan(minimum) ? 0 : llround(minimum * 1e6);
}

/* What a reader needs to price what is in the open slot. */
static void take_open(const struct ledger *l, struct copy *c) {
  const struct ledger_slot *s = &l->slot;
  double price = NAN;

  c->slot = *s;
  if (s->until_us == 0 ||
      !ledger_slot_price(s, s->site_before_kwh, (double)s->site_mwh * 1e-6,
                         &price))
    price = NAN;
  c->slot_price = price;
  if (s->period > 0)
    snprintf(c->slot_period, sizeof(c->slot_period), "%s",
             l->periods[s->period - 1]);
  snprintf(c->currency, sizeof(c->currency), "%s",
           tariffs_currency(&l->tariffs));
  c->minimum = -1;
  if (l->today.end_us != 0) {
    c->billing_day = ledger_billing_day(l, l->today.day);
    take_minimum(l, c);
  }
}

/* Moves what is new into the copy. */
static bool take(struct ledger *l, struct copy *c) {
  if (!make_room(l, c))
    return false;
  for (struct ledger_meter *m = l->meters; m != NULL; m = m->next)
    if (m->dirty) {
      c->meters[c->meters_num] = *m;
      if (m->account != NULL)
        c->accounts[c->meters_num] = *m->account;
      c->meters_num++;
      m->dirty = false;
      m->saved = true;
    }
  for (struct ledger_account *a = l->accounts; a != NULL; a = a->next)
    if (!a->saved) {
      c->names[c->names_num] = *a;
      c->names[c->names_num++].open_flags = a->meter->id;
      a->saved = true;
    }
  for (size_t i = 0; i < c->periods_num; i++)
    strncpy(c->periods[i], l->periods[l->periods_saved + i],
            LEDGER_PERIOD_SIZE - 1);
  c->periods_first = l->periods_saved + 1;
  l->periods_saved = l->periods_num;
  c->entries = l->pending;
  l->pending = (struct ledger_entries){0};
  c->total_mwh = l->total_mwh;
  take_open(l, c);
  return true;
}

static bool join(struct ledger_entries *a, const struct ledger_entries *b) {
  size_t num = a->num + b->num;
  struct ledger_entry *grown;

  if (b->num == 0)
    return true;
  grown = realloc(a->items, num * sizeof(*grown));
  if (grown == NULL)
    return false;
  a->items = grown;
  memcpy(a->items + a->num, b->items, b->num * sizeof(*grown));
  *a = (struct ledger_entries){a->items, num, num};
  return true;
}

/* Nothing of it was written. */
static void give_back(struct ledger *l, struct copy *c) {
  for (size_t i = 0; i < c->meters_num; i++)
    for (struct ledger_meter *m = l->meters; m != NULL; m = m->next)
      if (m->id == c->meters[i].id) {
        m->dirty = true;
        m->saved = c->meters[i].saved;
      }
  for (size_t i = 0; i < c->names_num; i++)
    for (struct ledger_account *a = l->accounts; a != NULL; a = a->next)
      if (a->id == c->names[i].id)
        a->saved = false;
  l->periods_saved = c->periods_first - 1;
  if (join(&c->entries, &l->pending)) {
    free(l->pending.items);
    l->pending = c->entries;
    c->entries = (struct ledger_entries){0};
  }
}

/* -- SQL -- */

/* Binds by types (i int64_t, d double, n a double as NULL, t text) and runs
 * once. */
static int run(sqlite3_stmt *stmt, const char *types, ...) {
  va_list args;
  int rc = SQLITE_OK;

  va_start(args, types);
  for (int i = 0; types[i] != '\0' && rc == SQLITE_OK; i++)
    switch (types[i]) {
    case 'i':
      rc = sqlite3_bind_int64(stmt, i + 1, va_arg(args, int64_t));
      break;
    case 'd':
      rc = sqlite3_bind_double(stmt, i + 1, va_arg(args, double));
      break;
    case 't':
      rc = sqlite3_bind_text(stmt, i + 1, va_arg(args, const char *), -1,
                             SQLITE_TRANSIENT);
      break;
    default: /* a number that is not known */
      (void)va_arg(args, double);
      rc = sqlite3_bind_null(stmt, i + 1);
      break;
    }
  va_end(args);
  if (rc == SQLITE_OK)
    rc = sqlite3_step(stmt);
  sqlite3_reset(stmt);
  return rc == SQLITE_DONE || rc == SQLITE_ROW ? SQLITE_OK : rc;
}

static int write_meters(sqlite3_stmt *stmt, const struct copy *c) {
  int rc = SQLITE_OK;

  for (size_t i = 0; i < c->meters_num && rc == SQLITE_OK; i++) {
    const struct ledger_meter *m = &c->meters[i];

    if (!m->saved)
      rc = run(stmt, "ititi", (int64_t)m->id, m->identity, (int64_t)m->slot,
               m->model, (int64_t)m->produces);
  }
  return rc;
}

static int write_names(sqlite3_stmt *stmt, const struct copy *c) {
  int rc = SQLITE_OK;

  for (size_t i = 0; i < c->names_num && rc == SQLITE_OK; i++) {
    const struct ledger_account *a = &c->names[i];

    rc = run(stmt, "iittii", (int64_t)a->id, (int64_t)a->open_flags, a->device,
             a->plug, a->counted_mwh, (int64_t)a->takes_total);
  }
  return rc;
}

static int write_states(sqlite3_stmt *stmt, const struct copy *c) {
  int64_t open_start = c->slot.until_us != 0 ? c->slot.from_us : 0;
  int rc = c->meters_num > 0
               ? run(stmt, "iiiidididdiiiiiii", INT64_C(0), INT64_C(0),
                     INT64_C(0), INT64_C(0), 0.0, INT64_C(0), 0.0, INT64_C(0),
                     0.0, 0.0, c->total_mwh, INT64_C(0), INT64_C(0), INT64_C(0),
                     INT64_C(0), INT64_C(0), INT64_C(0))
               : SQLITE_OK;

  for (size_t i = 0; i < c->meters_num && rc == SQLITE_OK; i++) {
    const struct ledger_meter *m = &c->meters[i];
    const struct ledger_account *a = &c->accounts[i];
    int64_t start = a->open_start_us != 0 ? a->open_start_us : open_start;

    rc = run(stmt,
             m->counter.month_known ? "iiiididddiiiiiiii" : "iiiidinddiiiiiiii",
             (int64_t)m->id, (int64_t)a->id, (int64_t)m->counter.by,
             m->booked_mwh, m->counter.last, m->last_utc_us, m->counter.month,
             m->counter.credited_since, m->counter.owed,
             (int64_t)m->counter.gaps, a->counted_mwh,
             a->open_mwh != 0 || a->open_covered_us != 0 || a->open_flags != 0
                 ? start
                 : INT64_C(0),
             a->open_mwh, a->open_covered_us, (int64_t)a->open_flags,
             a->open_peak.mw, a->open_peak.us / CALENDAR_SECOND);
  }
  return rc;
}

/* What a run that starts later has to book to days. */
static int write_left(sqlite3_stmt *stmt, const struct copy *c) {
  int rc = SQLITE_OK;

  for (size_t i = 0; i < c->meters_num && rc == SQLITE_OK; i++) {
    const struct ledger_meter *m = &c->meters[i];
    char key[LEDGER_LEFT_KEY];

    if (!m->left_known)
      continue;
    ledger_schema_left_key(m->id, key);
    rc = run(stmt, "ti", key, m->left_mwh + m->held_mwh);
  }
  return rc;
}

static int write_periods(sqlite3_stmt *stmt, const struct copy *c) {
  int rc = SQLITE_OK;

  for (size_t i = 0; i < c->periods_num && rc == SQLITE_OK; i++)
    rc = run(stmt, "it", (int64_t)(c->periods_first + i), c->periods[i]);
  return rc;
}

static int write_slots(sqlite3_stmt *stmt, const struct copy *c) {
  int rc = SQLITE_OK;

  for (size_t i = 0; i < c->entries.num && rc == SQLITE_OK; i++) {
    const struct ledger_entry *e = &c->entries.items[i];

    if (e->seconds > 0)
      rc = run(stmt, "iiiiiiii", e->start_us / CALENDAR_SECOND,
               (int64_t)e->account, (int64_t)e->seconds, e->mwh, e->cost,
               (int64_t)e->period, (int64_t)e->flags, e->unpriced_mwh);
  }
  return rc;
}

static int write_days(sqlite3_stmt *stmt, const struct copy *c) {
  int rc = SQLITE_OK;

  for (size_t i = 0; i < c->entries.num && rc == SQLITE_OK; i++) {
    const struct ledger_entry *e = &c->entries.items[i];

    if (e->slot_only)
      continue;
    rc =
        run(stmt, "iiiiiiiiii", (int64_t)e->day, (int64_t)e->account,
            (int64_t)e->period, e->mwh, e->cost, e->unpriced_mwh, e->covered_us,
            (int64_t)e->flags, e->peak.mw, e->peak.us / CALENDAR_SECOND);
  }
  return rc;
}

/* What a reader of the file needs of the open slot. */
static int write_meta(sqlite3_stmt *stmt, const struct copy *c) {
  const struct ledger_slot *s = &c->slot;
  int rc = run(stmt, "ti", "batch", c->batch);

  if (rc == SQLITE_OK)
    rc = run(stmt, "tt", "id", c->id);
  if (rc == SQLITE_OK && c->currency[0] != '\0')
    rc = run(stmt, "tt", "currency", c->currency);
  if (rc == SQLITE_OK && c->billing_day != 0)
    rc = run(stmt, "ti", "billing_day", (int64_t)c->billing_day);
  if (rc == SQLITE_OK && c->minimum >= 0) {
    char key[LEDGER_MINIMUM_KEY];

    ledger_schema_minimum_key(c->month, key);
    rc = run(stmt, "ti", key, c->minimum);
  }
  if (rc == SQLITE_OK && s->until_us == 0)
    return rc;
  if (rc == SQLITE_OK)
    rc = run(stmt, "ti", "open_start_us", s->from_us);
  if (rc == SQLITE_OK)
    rc = run(stmt, "ti", "open_seconds",
             (s->until_us - s->from_us) / CALENDAR_SECOND);
  if (rc == SQLITE_OK)
    rc = run(stmt, isnan(c->slot_price) ? "tn" : "td", "open_price",
             c->slot_price);
  if (rc == SQLITE_OK)
    rc = run(stmt, "tt", "open_period", c->slot_period);
  return rc;
}

static int write_copy(sqlite3 *db, const struct copy *c) {
  static const struct {
    const char *sql;
    int (*write)(sqlite3_stmt *stmt, const struct copy *c);
  } tables[] = {
      {"INSERT OR REPLACE INTO meter VALUES(?,?,?,?,?)", write_meters},
      {"INSERT OR REPLACE INTO account VALUES(?,?,?,?,?,?)", write_names},
      {"INSERT OR REPLACE INTO state VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,"
       "?)",
       write_states},
      {"INSERT OR REPLACE INTO meta VALUES(?,?)", write_left},
      {"INSERT OR REPLACE INTO period VALUES(?,?)", write_periods},
      {"INSERT INTO slot VALUES(?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET "
       "mwh = mwh + excluded.mwh, cost_micro = cost_micro + "
       "excluded.cost_micro, flags = flags | excluded.flags, unpriced_mwh = "
       "unpriced_mwh + excluded.unpriced_mwh",
       write_slots},
      {"INSERT INTO day VALUES(?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET "
       "mwh = mwh + excluded.mwh, cost_micro = cost_micro + "
       "excluded.cost_micro, unpriced_mwh = unpriced_mwh + "
       "excluded.unpriced_mwh, covered_us = covered_us + excluded.covered_us, "
       "flags = flags | excluded.flags, peak_utc = CASE WHEN "
       "excluded.peak_mw > peak_mw THEN excluded.peak_utc ELSE peak_utc END, "
       "peak_mw = max(peak_mw, excluded.peak_mw)",
       write_days},
      {"INSERT OR REPLACE INTO meta VALUES(?,?)", write_meta},
  };
  int rc = SQLITE_OK;

  for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
    sqlite3_stmt *stmt = NULL;

    if (rc == SQLITE_OK)
      rc = sqlite3_prepare_v2(db, tables[i].sql, -1, &stmt, NULL);
    if (rc == SQLITE_OK)
      rc = tables[i].write(stmt, c);
    sqlite3_finalize(stmt);
  }
  return rc;
}

/* Slots are kept for 400 days. That the clock shows another year is believed
 * when a week of days has been booked in it. */
static int drop_old_slots(sqlite3 *db, const struct copy *c) {
  sqlite3_stmt *stmt = NULL;
  int rc;

  if (c->entries.num == 0 || c->slot.until_us == 0)
    return SQLITE_OK;
  rc = sqlite3_prepare_v2(
      db,
      "DELETE FROM slot WHERE start_utc < min(?1, 86400 * ((SELECT DISTINCT "
      "local_date FROM day ORDER BY local_date DESC LIMIT 1 OFFSET 7) + 8)) - "
      "86400 * 400",
      -1, &stmt, NULL);
  if (rc == SQLITE_OK)
    rc = run(stmt, "i", c->slot.from_us / CALENDAR_SECOND);
  sqlite3_finalize(stmt);
  return rc;
}

/* Copies and writes what is new; what could not be written goes back. */
static int write_new(struct ledger_disk *d) {
  struct copy c = {0};
  int rc = SQLITE_NOMEM;
  bool taken;

  pthread_mutex_lock(&d->ledger->lock);
  taken = take(d->ledger, &c);
  pthread_mutex_unlock(&d->ledger->lock);
  if (taken && c.meters_num + c.names_num + c.periods_num + c.entries.num > 0) {
    c.batch = ++d->batch;
    memcpy(c.id, d->id, sizeof(c.id));
    d->in_doubt_num = c.entries.num;
    rc = write_copy(d->db, &c);
    if (rc == SQLITE_OK)
      rc = drop_old_slots(d->db, &c);
    if (rc == SQLITE_OK)
      rc = sqlite3_exec(d->db, "COMMIT", NULL, NULL, NULL);
    d->in_doubt = rc != SQLITE_OK;
    if (rc == SQLITE_OK)
      d->written = d->batch;
    if (rc != SQLITE_OK) {
      pthread_mutex_lock(&d->ledger->lock);
      give_back(d->ledger, &c);
      pthread_mutex_unlock(&d->ledger->lock);
    }
  } else if (taken) {
    rc = SQLITE_OK;
  }
  copy_free(&c);
  return rc;
}

int ledger_disk_write(struct ledger_disk *d, enum ledger_disk_kind *kind) {
  int rc = sqlite3_exec(d->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);

  *kind = LEDGER_FILE_OURS;
  if (rc == SQLITE_OK)
    rc = ledger_disk_kind_of(d, kind);
  if (rc == SQLITE_OK && *kind == LEDGER_FILE_OURS)
    rc = ledger_disk_refresh(d);
  if (rc == SQLITE_OK && *kind == LEDGER_FILE_OURS)
    rc = write_new(d);
  if (sqlite3_get_autocommit(d->db) == 0)
    (void)sqlite3_exec(d->db, "ROLLBACK", NULL, NULL, NULL);
  return rc;
}

void ledger_disk_settle_doubt(struct ledger_disk *d) {
  struct ledger_entries *p = &d->ledger->pending;
  int64_t batch = d->batch;

  if (!d->in_doubt || ledger_disk_batch(d, &batch) != SQLITE_OK)
    return;
  d->in_doubt = false;
  if (batch != d->batch)
    return;
  d->written = batch;
  pthread_mutex_lock(&d->ledger->lock);
  if (d->in_doubt_num > 0 && p->num >= d->in_doubt_num) {
    p->num -= d->in_doubt_num;
    memmove(p->items, p->items + d->in_doubt_num, p->num * sizeof(*p->items));
  }
  pthread_mutex_unlock(&d->ledger->lock);
}

static bool is_new(const struct ledger_account *a, bool all) {
  return all || !a->saved;
}

/* Days as they are in memory. */
static void days_as_entries(const struct ledger *l, unsigned period, bool all,
                            struct ledger_entries *out) {
  size_t num = l->charges.days_num;

  for (const struct ledger_account *a = l->accounts; a != NULL; a = a->next)
    num += a->days_num;
  out->items = calloc(num + 1, sizeof(*out->items));
  if (out->items == NULL)
    return;
  out->room = num + 1;
  for (unsigned i = 0; all && i < l->charges.days_num; i++)
    out->items[out->num++] = (struct ledger_entry){
        .day = l->charges.days[i].day, .cost = l->charges.days[i].cost};
  for (const struct ledger_account *a = l->accounts; a != NULL; a = a->next)
    for (unsigned i = 0; is_new(a, all) && i < a->days_num; i++)
      out->items[out->num++] =
          (struct ledger_entry){.account = a->id,
                                .period = period,
                                .day = a->days[i].day,
                                .flags = a->days[i].flags,
                                .mwh = a->days[i].mwh,
                                .cost = a->days[i].cost,
                                .unpriced_mwh = a->days[i].unpriced_mwh,
                                .covered_us = a->days[i].covered_us};
}

static bool is_of_new(const struct ledger *l, unsigned account, bool all) {
  const struct ledger_account *a = l->accounts;

  while (!all && a != NULL && a->id != account)
    a = a->next;
  return all || (a != NULL && !a->saved);
}

/* Of what waits for these, the slots only: their days are in memory. */
static void keep_slots(struct ledger *l, bool all) {
  struct ledger_entries *p = &l->pending;
  size_t kept = 0;

  for (size_t i = 0; i < p->num; i++) {
    bool of_new = is_of_new(l, p->items[i].account, all);

    if (of_new && p->items[i].seconds == 0)
      continue;
    p->items[i].slot_only |= of_new;
    p->items[kept++] = p->items[i];
  }
  p->num = kept;
}

void ledger_disk_days_are_new(struct ledger *l, bool all) {
  struct ledger_entries days = {0};

  days_as_entries(l, ledger_period(l, ""), all, &days);
  keep_slots(l, all);
  (void)join(&l->pending, &days); /* without memory those days are lost */
  free(days.items);
}

bool ledger_disk_all_is_new(struct ledger_disk *d) {
  struct ledger *l = d->ledger;
  sqlite3_stmt *stmt = NULL;
  int64_t rows = 0;

  /* The same file after a failure: what waits is all that is missing. */
  if (sqlite3_prepare_v2(d->db, "SELECT count(*) FROM meter", -1, &stmt,
                         NULL) == SQLITE_OK &&
      sqlite3_step(stmt) == SQLITE_ROW)
    rows = sqlite3_column_int64(stmt, 0);
  sqlite3_finalize(stmt);
  if (rows > 0)
    return false;
  pthread_mutex_lock(&l->lock);
  for (struct ledger_meter *m = l->meters; m != NULL; m = m->next) {
    m->saved = false;
    m->dirty = true;
  }
  for (struct ledger_account *a = l->accounts; a != NULL; a = a->next)
    a->saved = false;
  ledger_disk_days_are_new(l, true);
  l->periods_saved = 0;
  pthread_mutex_unlock(&l->lock);
  return true;
}
