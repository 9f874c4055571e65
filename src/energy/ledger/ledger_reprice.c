/* SPDX-License-Identifier: MIT */
/* Pricing slots anew: see ledger_reprice.h. All slots of one moment are read
 * together, because the site's use decides on tiers and each takes its share;
 * a slot in which the tariff changes is cut as if its energy was even. */
#include <config.h>

#include "energy/ledger/ledger_reprice.h"

#include "energy/ledger/ledger.h"
#include "energy/ledger/ledger_edit.h"
#include "energy/ledger/ledger_schema.h"
#include "energy/tariff/pricing.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PERIOD_SIZE = 256 };

struct slot {
  int64_t start_s, seconds, account, mwh, cost, period, unpriced_mwh;
  unsigned flags;
  bool produces;
};

struct rest {
  int64_t account;
  double micro; /* lost by rounding so far */
};

/* A billing month that gets its minimum. */
struct month {
  struct calendar_billing days;
  int last;              /* its last day, or today */
  int64_t cost, changed; /* of its energy, before, and by how much that changed
                          */
};

struct work {
  sqlite3 *db;
  const struct ledger_reprice *how;
  ledger_reprice_take *take;
  void *arg;
  struct slot *slots; /* of one moment */
  size_t slots_num, slots_room;
  struct rest *rests;
  size_t rests_num;
  struct pricing_site site;
  struct ledger_repriced day;
  bool any_day;
  int next_day; /* the first that was not looked at */
  struct month *months;
  size_t months_num;
  size_t changed;
  sqlite3_stmt *set_slot, *take_day, *give_day, *find_period, *add_period,
      *before, *old_charges, *set_charges, *is_known, *month_cost, *minimum,
      *set_minimum;
};

/* -- SQL -- */

static int run(sqlite3_stmt *stmt) {
  int rc = sqlite3_step(stmt);

  (void)sqlite3_reset(stmt);
  return rc == SQLITE_DONE || rc == SQLITE_ROW ? SQLITE_OK : rc;
}

static int bind(sqlite3_stmt *stmt, const int64_t *numbers, int num) {
  int rc = SQLITE_OK;

  for (int i = 0; i < num && rc == SQLITE_OK; i++)
    rc = sqlite3_bind_int64(stmt, i + 1, numbers[i]);
  return rc;
}

static int run_with(sqlite3_stmt *stmt, const int64_t *numbers, int num) {
  int rc = bind(stmt, numbers, num);

  return rc == SQLITE_OK ? run(stmt) : rc;
}

/* The one number of a query; 0 where there is no row. */
static int ask(sqlite3_stmt *stmt, int64_t *number) {
  int rc = sqlite3_step(stmt);

  *number = rc == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
  (void)sqlite3_reset(stmt);
  return rc == SQLITE_DONE || rc == SQLITE_ROW ? SQLITE_OK : rc;
}

static int prepare(struct work *w) {
  const struct {
    sqlite3_stmt **stmt;
    const char *sql;
  } all[] = {
      {&w->set_slot,
       "UPDATE slot SET cost_micro = ?3, unpriced_mwh = ?4, period = ?5, flags "
       "= ?6 WHERE start_utc = ?1 AND account = ?2"},
      {&w->take_day,
       "UPDATE day SET mwh = mwh - ?4, cost_micro = cost_micro - ?5, "
       "unpriced_mwh = unpriced_mwh - ?6 WHERE local_date = ?1 AND account = "
       "?2 AND period = ?3"},
      {&w->give_day,
       "INSERT INTO day(local_date, account, period, mwh, cost_micro, "
       "unpriced_mwh, covered_us, flags) VALUES(?1, ?2, ?3, ?4, ?5, ?6, 0, ?7) "
       "ON CONFLICT DO UPDATE SET mwh = mwh + excluded.mwh, cost_micro = "
       "cost_micro + excluded.cost_micro, unpriced_mwh = unpriced_mwh + "
       "excluded.unpriced_mwh, flags = flags | excluded.flags"},
      {&w->find_period, "SELECT id FROM period WHERE name = ?1"},
      {&w->add_period, "INSERT INTO period VALUES((SELECT coalesce(max(id), 0) "
                       "+ 1 FROM period), ?1)"},
      {&w->before,
       "SELECT coalesce(sum(d.mwh), 0) FROM day d JOIN account a ON a.id = "
       "d.account JOIN meter m ON m.id = a.meter WHERE m.produces = 0 AND "
       "d.local_date >= ?1 AND d.local_date < ?2"},
      {&w->old_charges, "SELECT coalesce(sum(cost_micro), 0) FROM day WHERE "
                        "local_date = ?1 AND account = 0"},
      {&w->set_charges,
       "INSERT OR REPLACE INTO day(local_date, account, period, mwh, "
       "cost_micro, unpriced_mwh, covered_us, flags) VALUES(?1, 0, 0, 0, ?2, "
       "0, 0, 0)"},
      {&w->is_known, "SELECT count(*) FROM day WHERE local_date = ?1"},
      {&w->month_cost,
       "SELECT coalesce(sum(d.cost_micro), 0) FROM day d JOIN account a ON "
       "a.id = d.account JOIN meter m ON m.id = a.meter WHERE m.produces = 0 "
       "AND d.local_date BETWEEN ?1 AND ?2"},
      {&w->minimum, "SELECT value FROM meta WHERE key = ?1"},
      {&w->set_minimum, "INSERT OR REPLACE INTO meta VALUES(?1, ?2)"},
  };
  int rc = SQLITE_OK;

  for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && rc == SQLITE_OK; i++)
    rc = sqlite3_prepare_v2(w->db, all[i].sql, -1, all[i].stmt, NULL);
  return rc;
}

static void work_free(struct work *w) {
  sqlite3_stmt *const all[] = {w->set_slot,    w->take_day,    w->give_day,
                               w->find_period, w->add_period,  w->before,
                               w->old_charges, w->set_charges, w->is_known,
                               w->month_cost,  w->minimum,     w->set_minimum};

  for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
    sqlite3_finalize(all[i]);
  free(w->slots);
  free(w->rests);
  free(w->months);
}

/* -- days -- */

bool ledger_repriced_differs(const struct ledger_repriced *d) {
  return d->old_cost != d->new_cost ||
         d->old_unpriced_mwh != d->new_unpriced_mwh ||
         d->old_charges != d->new_charges;
}

static int end_day(struct work *w) {
  const struct ledger_repriced *d = &w->day;
  int rc = SQLITE_OK;

  if (!w->any_day)
    return SQLITE_OK;
  for (size_t i = 0; i < w->months_num; i++)
    if (d->day >= w->months[i].days.start && d->day <= w->months[i].last)
      w->months[i].changed += d->new_cost - d->old_cost;
  if (d->old_charges != d->new_charges && w->how->apply) {
    const int64_t numbers[] = {d->day, d->new_charges};

    rc = run_with(w->set_charges, numbers, 2);
  }
  if ((ledger_repriced_differs(d) || d->kept_mwh > 0) && w->take != NULL)
    w->take(w->arg, d);
  w->any_day = false;
  return rc;
}

static struct calendar_billing month_of(const struct work *w, int day) {
  const struct tariff *t = tariffs_at(w->how->tariffs, day);

  return t != NULL ? tariff_billing(t, day) : calendar_billing_of(day, 1);
}

/* Where the site stands in its billing month when the day begins. */
static int begin_day(struct work *w, int day) {
  const struct tariff *t = tariffs_at(w->how->tariffs, day);
  struct calendar_billing month = month_of(w, day);
  const int64_t numbers[] = {month.start, day};
  int64_t mwh = 0;
  int rc = bind(w->before, numbers, 2);

  if (rc == SQLITE_OK)
    rc = ask(w->before, &mwh);
  w->site =
      (struct pricing_site){.month = month.start, .kwh = (double)mwh * 1e-6};
  w->day = (struct ledger_repriced){.day = day};
  w->any_day = true;
  if (rc != SQLITE_OK || w->how->unpriced_only)
    return rc;
  rc = sqlite3_bind_int64(w->old_charges, 1, day);
  if (rc == SQLITE_OK)
    rc = ask(w->old_charges, &w->day.old_charges);
  w->day.new_charges = t != NULL ? llround(tariff_charges(t, day) * 1e6) : 0;
  return rc;
}

/* Days without a slot have their charges all the same. */
static int idle_days(struct work *w, int until) {
  int rc = SQLITE_OK;

  for (; w->next_day < until && rc == SQLITE_OK; w->next_day++) {
    int64_t known = 0;

    if (w->how->unpriced_only)
      continue;
    rc = sqlite3_bind_int64(w->is_known, 1, w->next_day);
    if (rc == SQLITE_OK)
      rc = ask(w->is_known, &known);
    if (rc == SQLITE_OK && known > 0)
      rc = begin_day(w, w->next_day);
    if (rc == SQLITE_OK)
      rc = end_day(w);
  }
  return rc;
}

/* -- minimums of billing months -- */

static int add_month(struct work *w, const struct month *m) {
  const int64_t range[] = {m->days.start, m->last};
  struct month *grown =
      realloc(w->months, (w->months_num + 1) * sizeof(*grown));
  int rc;

  if (grown == NULL)
    return SQLITE_NOMEM;
  w->months = grown;
  grown[w->months_num] = *m;
  rc = bind(w->month_cost, range, 2);
  if (rc == SQLITE_OK)
    rc = ask(w->month_cost, &grown[w->months_num].cost);
  w->months_num++;
  return rc;
}

static int note_months(struct work *w) {
  int rc = SQLITE_OK;

  for (int day = w->how->first; day <= w->how->last && rc == SQLITE_OK;) {
    struct month m = {.days = month_of(w, day)};

    day = m.days.end;
    m.last = day - 1 < w->how->today ? day - 1 : w->how->today;
    m.days = month_of(w, m.last); /* as it ends */
    if (m.last >= w->how->first && m.last <= w->how->last &&
        tariffs_at(w->how->tariffs, m.last) != NULL)
      rc = add_month(w, &m);
  }
  return rc;
}

static int64_t lacks(const struct month *m, int64_t minimum, int64_t cost) {
  int64_t least = llround((double)minimum * (m->last - m->days.start + 1) /
                          (m->days.end - m->days.start));

  return least > cost ? least - cost : 0;
}

static int set_minimum(struct work *w, const struct month *m) {
  double told =
      tariff_minimum(tariffs_at(w->how->tariffs, m->last), m->days.end - 1);
  int64_t new = isnan(told) ? 0 : llround(told * 1e6);
  int64_t old = new; /* where nothing is written reports go by the tariffs */
  struct ledger_repriced_month change = {.start = m->days.start};
  char key[LEDGER_MINIMUM_KEY];
  int rc;

  ledger_schema_minimum_key(m->days.start, key);
  rc = sqlite3_bind_text(w->minimum, 1, key, -1, SQLITE_STATIC);
  if (rc == SQLITE_OK) {
    rc = sqlite3_step(w->minimum);
    if (rc == SQLITE_ROW)
      old = sqlite3_column_int64(w->minimum, 0);
    (void)sqlite3_reset(w->minimum);
    rc = rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
  }
  if (rc == SQLITE_OK && w->how->apply)
    rc = sqlite3_bind_text(w->set_minimum, 1, key, -1, SQLITE_STATIC);
  if (rc == SQLITE_OK && w->how->apply)
    rc = sqlite3_bind_int64(w->set_minimum, 2, new);
  if (rc == SQLITE_OK && w->how->apply)
    rc = run(w->set_minimum);
  change.old_lacks = lacks(m, old, m->cost);
  change.new_lacks = lacks(m, new, m->cost + m->changed);
  if (rc == SQLITE_OK && change.old_lacks != change.new_lacks &&
      w->how->take_month != NULL)
    w->how->take_month(w->arg, &change);
  return rc;
}

/* -- one moment -- */

struct bill {
  double kwh, cost; /* of what has a price */
  char period[PERIOD_SIZE];
  bool named;
};

static void take_piece(void *arg, const struct pricing_piece *piece) {
  struct bill *b = arg;

  if (!b->named && piece->tariff != NULL)
    tariff_describe(piece->tariff, &piece->local, b->period, sizeof(b->period));
  b->named = true;
  if (piece->priced) {
    b->kwh += piece->kwh;
    b->cost += piece->cost;
  }
}

static double *rest_of(struct work *w, int64_t account) {
  struct rest *grown;

  for (size_t i = 0; i < w->rests_num; i++)
    if (w->rests[i].account == account)
      return &w->rests[i].micro;
  grown = realloc(w->rests, (w->rests_num + 1) * sizeof(*grown));
  if (grown == NULL)
    return NULL;
  w->rests = grown;
  grown[w->rests_num] = (struct rest){.account = account};
  return &grown[w->rests_num++].micro;
}

static int period_id(struct work *w, const char *name, int64_t *id) {
  int rc = sqlite3_bind_text(w->find_period, 1, name, -1, SQLITE_STATIC);

  if (rc == SQLITE_OK)
    rc = ask(w->find_period, id);
  if (rc != SQLITE_OK || *id != 0)
    return rc;
  rc = sqlite3_bind_text(w->add_period, 1, name, -1, SQLITE_STATIC);
  if (rc == SQLITE_OK)
    rc = run(w->add_period);
  if (rc == SQLITE_OK)
    rc = ask(w->find_period, id);
  return rc;
}

static int store(struct work *w, const struct slot *old,
                 const struct slot *new) {
  const int64_t slot[] = {new->start_s,      new->account, new->cost,
                          new->unpriced_mwh, new->period,  new->flags};
  const int64_t taken[] = {w->day.day, old->account, old->period,
                           old->mwh,   old->cost,    old->unpriced_mwh};
  const int64_t given[] = {w->day.day, new->account,      new->period, new->mwh,
                           new->cost,  new->unpriced_mwh, new->flags};
  int rc;

  w->changed++;
  w->day.new_cost += new->cost - old->cost;
  w->day.new_unpriced_mwh += new->unpriced_mwh - old->unpriced_mwh;
  if (!w->how->apply)
    return SQLITE_OK;
  rc = run_with(w->set_slot, slot, 6);
  if (rc == SQLITE_OK)
    rc = run_with(w->take_day, taken, 6);
  if (rc == SQLITE_OK)
    rc = run_with(w->give_day, given, 7);
  return rc;
}

/* What has no price costs nothing; what had one keeps it where a file of prices
 * has been written over meanwhile. */
static int reprice_slot(struct work *w, const struct slot *s,
                        const struct bill *bill, double site_kwh,
                        int64_t period) {
  struct slot new = *s;
  double known = site_kwh > 0 ? bill->kwh / site_kwh : 0;
  double mean = site_kwh > 0 ? bill->cost / site_kwh : 0;
  double *rest = rest_of(w, s->account);
  double exact;

  if (rest == NULL)
    return SQLITE_NOMEM;
  if (known > 1 - 1e-9)
    known = 1;
  if (w->how->unpriced_only) {
    if (known < 1)
      return SQLITE_OK;
    exact = (double)s->unpriced_mwh * mean + *rest;
    new.cost += llround(exact);
    *rest = exact - (double)llround(exact);
    new.unpriced_mwh = 0;
  } else {
    exact = (double)s->mwh * mean + *rest;
    new.cost = llround(exact);
    new.unpriced_mwh = s->mwh - llround((double)s->mwh * known);
    if (tariffs_at(w->how->tariffs, w->day.day) == NULL)
      new.unpriced_mwh = 0;
    if (new.unpriced_mwh > s->unpriced_mwh) {
      w->day.kept_mwh += s->mwh;
      return SQLITE_OK;
    }
    *rest = exact - (double)new.cost;
    new.period = period;
  }
  new.flags = (s->flags & ~(unsigned)LEDGER_UNPRICED) |
              (new.unpriced_mwh > 0 ? LEDGER_UNPRICED : 0);
  if (new.cost == s->cost &&new.unpriced_mwh == s->unpriced_mwh &&new.period ==
      s->period)
    return SQLITE_OK;
  return store(w, s, &new);
}

static bool is_meant(const struct work *w, const struct slot *s) {
  return !s->produces && (s->flags & LEDGER_SEEDED) == 0 && s->mwh > 0 &&
         (!w->how->unpriced_only || s->unpriced_mwh > 0);
}

static int reprice_moment(struct work *w) {
  const struct slot *first = &w->slots[0];
  int64_t from = first->start_s * CALENDAR_SECOND;
  int day = calendar_local_of(from).day;
  struct bill bill = {0};
  int64_t longest = 0;
  int64_t site_mwh = 0; /* that is to be priced */
  int64_t period = 0;
  int rc = SQLITE_OK;

  if (!w->any_day || w->day.day != day) {
    rc = end_day(w);
    if (rc == SQLITE_OK)
      rc = idle_days(w, day);
    if (rc == SQLITE_OK)
      rc = begin_day(w, day);
    w->next_day = day + 1;
  }
  for (size_t i = 0; i < w->slots_num; i++) {
    const struct slot *s = &w->slots[i];

    longest = s->seconds > longest ? s->seconds : longest;
    if (s->produces)
      continue;
    site_mwh += w->how->unpriced_only ? s->unpriced_mwh : s->mwh;
    if (w->how->unpriced_only) /* comes after what has its price */
      w->site.kwh += (double)(s->mwh - s->unpriced_mwh) * 1e-6;
    w->day.old_cost += s->cost;
    w->day.new_cost += s->cost;
    w->day.old_unpriced_mwh += s->unpriced_mwh;
    w->day.new_unpriced_mwh += s->unpriced_mwh;
  }
  pricing_spread(w->how->tariffs, &w->site, from,
                 from + longest * CALENDAR_SECOND, (double)site_mwh * 1e-6,
                 take_piece, &bill);
  if (rc == SQLITE_OK && !w->how->unpriced_only)
    rc = period_id(w, bill.period, &period);
  for (size_t i = 0; i < w->slots_num && rc == SQLITE_OK; i++)
    if (is_meant(w, &w->slots[i]))
      rc =
          reprice_slot(w, &w->slots[i], &bill, (double)site_mwh * 1e-6, period);
  w->slots_num = 0;
  return rc;
}

/* -- all slots -- */

static int keep(struct work *w, const struct slot *s) {
  if (w->slots_num == w->slots_room) {
    size_t room = w->slots_room > 0 ? 2 * w->slots_room : 64;
    struct slot *grown = realloc(w->slots, room * sizeof(*grown));

    if (grown == NULL)
      return SQLITE_NOMEM;
    w->slots = grown;
    w->slots_room = room;
  }
  w->slots[w->slots_num++] = *s;
  return SQLITE_OK;
}

static struct slot slot_of(sqlite3_stmt *row) {
  return (struct slot){.start_s = sqlite3_column_int64(row, 0),
                       .account = sqlite3_column_int64(row, 1),
                       .seconds = sqlite3_column_int64(row, 2),
                       .mwh = sqlite3_column_int64(row, 3),
                       .cost = sqlite3_column_int64(row, 4),
                       .period = sqlite3_column_int64(row, 5),
                       .flags = (unsigned)sqlite3_column_int64(row, 6),
                       .unpriced_mwh = sqlite3_column_int64(row, 7),
                       .produces = sqlite3_column_int(row, 8) != 0};
}

/* For what has no price only those moments are read that have some. */
static int walk(struct work *w) {
  static const char sql[] =
      "SELECT s.start_utc, s.account, s.seconds, s.mwh, s.cost_micro, "
      "s.period, s.flags, s.unpriced_mwh, m.produces FROM slot s JOIN account "
      "a ON a.id = s.account JOIN meter m ON m.id = a.meter WHERE s.start_utc "
      ">= ?1 AND s.start_utc < ?2 ORDER BY s.start_utc, s.account";
  sqlite3_stmt *stmt = NULL;
  const int64_t range[] = {calendar_day_start(w->how->first) / CALENDAR_SECOND,
                           calendar_day_start(w->how->last + 1) /
                               CALENDAR_SECOND};
  int rc = sqlite3_prepare_v2(w->db, sql, -1, &stmt, NULL);

  if (rc == SQLITE_OK)
    rc = bind(stmt, range, 2);
  while (rc == SQLITE_OK) {
    struct slot s;

    rc = sqlite3_step(stmt);
    if (rc != SQLITE_ROW)
      break;
    s = slot_of(stmt);
    rc = SQLITE_OK;
    if (w->slots_num > 0 && w->slots[0].start_s != s.start_s)
      rc = reprice_moment(w);
    if (rc == SQLITE_OK)
      rc = keep(w, &s);
  }
  if (rc == SQLITE_DONE)
    rc = w->slots_num > 0 ? reprice_moment(w) : SQLITE_OK;
  if (rc == SQLITE_OK)
    rc = end_day(w);
  if (rc == SQLITE_OK)
    rc = idle_days(w, w->how->last + 1);
  sqlite3_finalize(stmt);
  return rc;
}

/* The first day on which something waits for its price, for a quick start. */
static int narrow(struct work *w, struct ledger_reprice *how, bool *none) {
  sqlite3_stmt *stmt = NULL;
  int64_t first = 0;
  int rc = sqlite3_prepare_v2(w->db,
                              "SELECT coalesce(min(local_date), -1) FROM day "
                              "WHERE unpriced_mwh > 0",
                              -1, &stmt, NULL);

  if (rc == SQLITE_OK)
    rc = ask(stmt, &first);
  sqlite3_finalize(stmt);
  *none = rc == SQLITE_OK && first < 0;
  if (first > how->first)
    how->first = (int)first;
  *none |= how->first > how->last;
  return rc;
}

int ledger_reprice(sqlite3 *db, const struct ledger_reprice *how,
                   ledger_reprice_take *take, void *arg, size_t *changed) {
  struct ledger_reprice narrowed = *how;
  struct work w = {.db = db, .how = &narrowed, .take = take, .arg = arg};
  bool none = false;
  int rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);

  *changed = 0;
  if (rc == SQLITE_OK && how->unpriced_only)
    rc = narrow(&w, &narrowed, &none);
  if (rc == SQLITE_OK && !none)
    rc = prepare(&w);
  w.next_day = narrowed.first;
  if (rc == SQLITE_OK && !how->unpriced_only)
    rc = note_months(&w);
  if (rc == SQLITE_OK && !none)
    rc = walk(&w);
  for (size_t i = 0; i < w.months_num && rc == SQLITE_OK; i++)
    rc = set_minimum(&w, &w.months[i]);
  if (rc == SQLITE_OK && how->apply && !none)
    rc = ledger_edit_count(db);
  work_free(&w);
  if (rc == SQLITE_OK)
    rc = sqlite3_exec(db, how->apply ? "COMMIT" : "ROLLBACK", NULL, NULL, NULL);
  if (sqlite3_get_autocommit(db) == 0)
    (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
  *changed = w.changed;
  return rc;
}
