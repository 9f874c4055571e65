/* SPDX-License-Identifier: MIT */
/* The ledger in memory goes on in another file than it began with: one that
 * could not be read when the daemon began, or that was put in the place of the
 * one in use. Meters and names are found by what they are called, not by their
 * numbers. What meters of the file have counted meanwhile is what a restart
 * would find: the difference to where the file left off, spread over the time
 * since. */
#include <config.h>

#include "energy/ledger/ledger_disk_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of one meter that both know: what is missing in the file. */
struct pair {
  struct ledger_meter *mine;
  const struct ledger_meter *theirs;
  int64_t mwh, from_us;
};

static struct ledger_meter *twin_of(const struct ledger *file,
                                    const struct ledger_meter *m) {
  struct ledger_meter *f = file->meters;

  while (f != NULL &&
         (f->slot != m->slot || strcmp(f->identity, m->identity) != 0))
    f = f->next;
  return f;
}

/* By how much the meter grew since the file was written; same: both are of one
 * ledger. */
static int64_t missing(const struct ledger_meter *m,
                       const struct ledger_meter *f, bool same) {
  struct counter c = f->counter;
  const struct counter_sample sample = {
      .has_total = m->counter.by == COUNTER_BY_TOTAL,
      .total_wh = m->counter.last,
      .has_month = m->counter.by == COUNTER_BY_MONTH,
      .month_wh = m->counter.last};
  enum counter_flag flag;

  if (same)
    return m->booked_mwh - f->booked_mwh;
  if (m->counter.by == COUNTER_BY_POWER)
    return m->run_mwh;
  if (m->counter.by == COUNTER_NEW || c.by != m->counter.by ||
      m->last_utc_us < f->last_utc_us)
    return 0;
  c.last_us = m->counter.last_us - (m->last_utc_us - f->last_utc_us);
  return llround(1e3 * counter_feed(&c, &sample, m->counter.last_us, 0, &flag));
}

static size_t match(struct ledger *l, struct ledger *file, bool same,
                    struct pair *pairs) {
  size_t num = 0;

  for (struct ledger_meter *m = l->meters; m != NULL; m = m->next) {
    struct ledger_meter *f = twin_of(file, m);

    m->dirty = true;
    m->saved = f != NULL;
    m->id = f != NULL ? f->id : ++file->meters_num;
    if (f == NULL)
      continue;
    m->fresh = false;
    m->left_mwh = f->left_mwh;
    m->left_known |= f->left_known;
    pairs[num++] = (struct pair){m, f, missing(m, f, same), f->last_utc_us};
  }
  return num;
}

static const struct pair *pair_of(const struct pair *pairs, size_t num,
                                  const struct ledger_meter *m) {
  for (size_t i = 0; i < num; i++)
    if (pairs[i].mine == m || pairs[i].theirs == m)
      return &pairs[i];
  return NULL;
}

/* Takes over what the file knows of an account; NULL f: it knows nothing of
 * one of its own meters. */
static void take_content(struct ledger_account *a,
                         const struct ledger_account *f) {
  a->counted_mwh = f != NULL ? f->counted_mwh : 0;
  a->open_mwh = f != NULL ? f->open_mwh : 0;
  a->open_covered_us = f != NULL ? f->open_covered_us : 0;
  a->open_flags = f != NULL ? f->open_flags : 0;
  a->open_start_us = f != NULL ? f->open_start_us : 0;
  a->open_peak = f != NULL ? f->open_peak : (struct ledger_peak){0};
  a->days_num = f != NULL ? f->days_num : 0;
  if (f != NULL)
    memcpy(a->days, f->days, sizeof(a->days));
  a->takes_total = f != NULL && f->takes_total;
  a->cost_rest = 0;
  a->saved = f != NULL;
}

static struct ledger_account *account_of(const struct ledger *file,
                                         const struct ledger_meter *f,
                                         const struct ledger_account *a) {
  struct ledger_account *b = file->accounts;

  while (b != NULL && (b->meter != f || strcmp(b->device, a->device) != 0 ||
                       strcmp(b->plug, a->plug) != 0))
    b = b->next;
  return b;
}

/* ids[old] is the new one; 0: of a meter of the file, found there. Those that
 * were taken belong to no meter any more. */
static void take_accounts(struct ledger *l, struct ledger *file,
                          const struct pair *pairs, size_t num, unsigned *ids) {
  for (struct ledger_account *a = l->accounts; a != NULL; a = a->next) {
    const struct pair *p = pair_of(pairs, num, a->meter);
    struct ledger_account *b =
        p != NULL ? account_of(file, p->theirs, a) : NULL;
    unsigned old = a->id;

    a->id = b != NULL ? b->id : ++file->accounts_num;
    if (p != NULL)
      take_content(a, b);
    else if (a->open_mwh != 0 || a->open_covered_us != 0)
      a->open_start_us = l->slot.from_us;
    if (p == NULL) {
      a->saved = false;
      ids[old] = a->id;
    }
    if (b != NULL)
      b->meter = NULL;
  }
}

/* Those that only the file knows. */
static void move_rest(struct ledger *l, struct ledger *file,
                      const struct pair *pairs, size_t num) {
  struct ledger_account *a = file->accounts;
  struct ledger_meter *m = file->meters;

  file->accounts = NULL;
  file->meters = NULL;
  while (a != NULL) {
    struct ledger_account *next = a->next;
    const struct pair *p =
        a->meter != NULL ? pair_of(pairs, num, a->meter) : NULL;

    a->next = NULL;
    if (a->meter == NULL) {
      free(a);
    } else {
      a->meter = p != NULL ? p->mine : a->meter;
      *l->accounts_end = a;
      l->accounts_end = &a->next;
    }
    a = next;
  }
  while (m != NULL) {
    struct ledger_meter *next = m->next;

    m->next = NULL;
    if (pair_of(pairs, num, m) != NULL) {
      free(m);
    } else {
      *l->meters_end = m;
      l->meters_end = &m->next;
    }
    m = next;
  }
  l->meters_num = file->meters_num;
  l->accounts_num = file->accounts_num;
}

/* The periods are those of the file, then ours that are new. */
static void take_entries(struct ledger *l, struct ledger *file,
                         const unsigned *ids) {
  struct ledger_entries *p = &l->pending;
  char **names = l->periods;
  unsigned names_num = l->periods_num;
  size_t kept = 0;

  l->periods = file->periods;
  l->periods_num = l->periods_saved = file->periods_num;
  file->periods = names; /* freed with it */
  file->periods_num = names_num;
  for (size_t i = 0; i < p->num; i++) {
    struct ledger_entry e = p->items[i];

    if (e.account != 0 && ids[e.account] == 0)
      continue;
    if (e.account != 0)
      e.account = ids[e.account];
    else
      ledger_add_to_day(&l->charges, &e);
    if (e.period > 0 && e.period <= names_num)
      e.period = ledger_period(l, names[e.period - 1]);
    p->items[kept++] = e;
  }
  p->num = kept;
}

/* Held back by those whose difference counts now. */
static void drop_held(struct ledger *l, const struct pair *pairs, size_t num) {
  size_t kept = 0;

  for (size_t i = 0; i < l->held_num; i++) {
    l->held[i].account->held = 0; /* they are not gone on with */
    if (pair_of(pairs, num, l->held[i].account->meter) == NULL)
      l->held[kept++] = l->held[i];
    else
      l->held[i].account->meter->held_mwh = 0;
  }
  l->held_num = kept;
}

static void book(struct ledger *l, const struct pair *p) {
  if (p->mine->account == NULL || p->mwh <= 0)
    return;
  p->mine->account->counted_mwh += p->mwh;
  if (!p->mine->produces)
    l->total_mwh += p->mwh;
  if (l->slot.until_us != 0)
    ledger_spread(l, p->mine->account, p->from_us, p->mine->last_utc_us, p->mwh,
                  0);
}

/* What this run has counted of meters that the file does not know. */
static int64_t counted_by_others(const struct ledger *l,
                                 const struct pair *pairs, size_t num) {
  int64_t sum = 0;

  for (const struct ledger_meter *m = l->meters; m != NULL; m = m->next)
    if (!m->produces && pair_of(pairs, num, m) == NULL)
      sum += m->run_mwh;
  return sum;
}

/* same: both are of one ledger; written: what is in memory was in a file
 * already. */
static void adopt(struct ledger *l, struct ledger *file, bool same,
                  bool written, struct pair *pairs, unsigned *ids) {
  size_t num = match(l, file, same, pairs);
  int64_t newest = l->newest_us;
  int64_t total = l->total_mwh;

  take_accounts(l, file, pairs, num, ids);
  drop_held(l, pairs, num);
  l->charges.days_num = file->charges.days_num;
  memcpy(l->charges.days, file->charges.days, sizeof(l->charges.days));
  take_entries(l, file, ids);
  if (written)
    ledger_disk_days_are_new(l, false);
  l->total_mwh = file->total_mwh + counted_by_others(l, pairs, num);
  for (size_t i = 0; i < num; i++)
    if (pairs[i].from_us > newest) /* the clock is behind: as after a start */
      pairs[i].mwh = 0;
  move_rest(l, file, pairs, num);
  for (struct ledger_account *a = l->accounts; a != NULL; a = a->next)
    a->kin = a;
  for (struct ledger_account *a = l->accounts; a != NULL; a = a->next)
    ledger_join_kin(l, a);
  l->site_known = false;
  l->slot = (struct ledger_slot){0};
  if (newest > 0)
    ledger_advance(l, newest);
  for (size_t i = 0; i < num; i++)
    book(l, &pairs[i]);
  if (l->total_mwh < total) /* it never falls */
    l->total_mwh = total;
}

int ledger_disk_adopt(struct ledger_disk *d) {
  struct ledger *file;
  struct ledger *l = d->ledger;
  struct ledger_disk reading = *d;
  struct pair *pairs = NULL;
  unsigned *ids = NULL;
  bool same;
  int rc = ledger_disk_read_apart(&reading, &file);

  if (rc != SQLITE_OK)
    return rc;
  same = !d->unread && strcmp(reading.id, d->id) == 0;
  pthread_mutex_lock(&l->lock);
  pairs = calloc(l->meters_num + 1U, sizeof(*pairs));
  ids = calloc(l->accounts_num + 1U, sizeof(*ids));
  rc = pairs != NULL && ids != NULL ? SQLITE_OK : SQLITE_NOMEM;
  if (rc == SQLITE_OK)
    adopt(l, file, same, !d->unread, pairs, ids);
  pthread_mutex_unlock(&l->lock);
  if (rc == SQLITE_OK) {
    if (reading.id[0] != '\0')
      memcpy(d->id, reading.id, sizeof(d->id));
    d->written = reading.batch;
    if (d->batch < reading.batch) /* a number is not used twice */
      d->batch = reading.batch;
    d->revision = reading.revision;
  }
  free(pairs);
  free(ids);
  ledger_free(file);
  return rc;
}
