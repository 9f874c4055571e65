/* SPDX-License-Identifier: MIT */
/* Meters, names and bookings: see ledger.h. */
#include <config.h>

#include "energy/ledger/ledger.h"

#include "energy/ledger/ledger_internal.h"
#include "energy/ledger/ledger_note_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A clock may be corrected by so much and is still the same one. */
static const int64_t CORRECTION_US = 120 * CALENDAR_SECOND;
/* A clock that stays behind the newest entry, or behind that of who built the
 * program, for so long is right, and that one was wrong. */
static const int64_t PATIENCE_US = CALENDAR_DAY;
/* Nothing is known of how long the meter was not looked at. */
static const int64_t LONG_AGO_US = 400 * CALENDAR_DAY;

enum { HELD_MAX = 100000, HELD_MANY = 30000 };
static const int64_t HELD_LENGTH_US = 900 * CALENDAR_SECOND;
static const double POWER_MAX = 1e6; /* W; more is no power */

struct ledger *ledger_create(struct ledger_options *options) {
  struct ledger *l = calloc(1, sizeof(*l));

  if (l == NULL) {
    tariffs_free(&options->tariffs);
    return NULL;
  }
  pthread_mutex_init(&l->lock, NULL);
  l->billing_day = options->billing_day;
  l->built_us = options->built_us;
  l->tariffs = options->tariffs;
  options->tariffs = (struct tariffs){0};
  l->meters_end = &l->meters;
  l->accounts_end = &l->accounts;
  return l;
}

void ledger_free(struct ledger *l) {
  if (l == NULL)
    return;
  while (l->meters != NULL) {
    struct ledger_meter *next = l->meters->next;

    free(l->meters);
    l->meters = next;
  }
  while (l->accounts != NULL) {
    struct ledger_account *next = l->accounts->next;

    free(l->accounts);
    l->accounts = next;
  }
  for (unsigned i = 0; i < l->periods_num; i++)
    free(l->periods[i]);
  free(l->periods);
  ledger_notes_free(l);
  free(l->pending.items);
  free(l->held);
  tariffs_free(&l->tariffs);
  pthread_mutex_destroy(&l->lock);
  free(l);
}

/* -- meters and accounts -- */

struct ledger_meter *ledger_add_meter(struct ledger *l, const char *identity,
                                      unsigned slot, const char *model,
                                      bool produces) {
  struct ledger_meter *m = calloc(1, sizeof(*m));

  if (m == NULL)
    return NULL;
  m->id = ++l->meters_num;
  m->slot = slot;
  m->produces = produces;
  snprintf(m->identity, sizeof(m->identity), "%s", identity);
  snprintf(m->model, sizeof(m->model), "%s", model);
  *l->meters_end = m;
  l->meters_end = &m->next;
  return m;
}

void ledger_join_kin(struct ledger *l, struct ledger_account *a) {
  a->kin = a;
  for (struct ledger_account *b = l->accounts; b != NULL && b != a; b = b->next)
    if (strcmp(a->device, b->device) == 0 && strcmp(a->plug, b->plug) == 0) {
      a->kin = b->kin;
      b->kin = a;
      break;
    }
}

struct ledger_account *ledger_add_account(struct ledger *l,
                                          struct ledger_meter *m,
                                          const char *device,
                                          const char *plug) {
  struct ledger_account *a = calloc(1, sizeof(*a));

  if (a == NULL)
    return NULL;
  a->id = ++l->accounts_num;
  a->meter = m;
  snprintf(a->device, sizeof(a->device), "%s", device);
  snprintf(a->plug, sizeof(a->plug), "%s", plug);
  ledger_join_kin(l, a);
  *l->accounts_end = a;
  l->accounts_end = &a->next;
  return a;
}

static struct ledger_meter *find_meter(const struct ledger *l,
                                       const char *identity, unsigned slot) {
  struct ledger_meter *m = l->meters;

  while (m != NULL && (m->slot != slot || strcmp(m->identity, identity) != 0))
    m = m->next;
  return m;
}

/* -- the clock -- */

bool ledger_clock_is_right(const struct ledger *l, struct ledger_now now) {
  return now.wall_us >= LEDGER_EPOCH_US && now.wall_us >= l->built_us &&
         now.wall_us >= l->newest_us - CORRECTION_US;
}

static void book_held(struct ledger *l, struct ledger_now now) {
  int64_t shift = now.wall_us - now.steady_us;

  for (size_t i = 0; i < l->held_num; i++) {
    const struct ledger_held *h = &l->held[i];
    int64_t to = h->to_us + shift;
    int64_t from = h->from_utc_us != 0 ? h->from_utc_us : h->from_us + shift;

    ledger_spread(l, h->account, from < to ? from : to, to, h->mwh, h->flags);
    h->account->held = 0;
    h->account->meter->held_mwh = 0;
    h->account->meter->dirty = true;
  }
  l->held_num = 0;
}

/* Whether days can be booked; what was held back until now is. */
static bool trust(struct ledger *l, struct ledger_now now) {
  if (!ledger_clock_is_right(l, now)) {
    if (l->distrusted_us == 0)
      l->distrusted_us = now.steady_us > 0 ? now.steady_us : 1;
    if (now.wall_us < LEDGER_EPOCH_US ||
        now.steady_us - l->distrusted_us < PATIENCE_US)
      return false;
    l->newest_us = now.wall_us;
    if (l->built_us > now.wall_us) /* whoever built it had a clock, too */
      l->built_us = now.wall_us;
  }
  l->distrusted_us = 0;
  ledger_advance(l, now.wall_us);
  if (l->held_num > 0)
    book_held(l, now);
  return true;
}

static bool make_room(struct ledger *l) {
  size_t room = l->held_room > 0 ? 2 * l->held_room : 64;
  struct ledger_held *grown;

  if (l->held_num < l->held_room)
    return true;
  grown = room <= HELD_MAX ? realloc(l->held, room * sizeof(*grown)) : NULL;
  if (grown == NULL)
    return false;
  l->held = grown;
  l->held_room = room;
  return true;
}

/* Goes on with what the account held back last: a quarter of an hour in one,
 * and more where there are many. */
static bool join_held(struct ledger *l, const struct ledger_held *h) {
  unsigned last = h->account->held;
  struct ledger_held *before = last > 0 ? &l->held[last - 1] : NULL;

  if (before == NULL || before->from_utc_us != 0 || h->from_utc_us != 0 ||
      before->flags != h->flags || h->from_us > before->to_us ||
      (h->to_us - before->from_us > HELD_LENGTH_US && l->held_num < HELD_MANY))
    return false;
  before->to_us = h->to_us;
  before->mwh += h->mwh;
  return true;
}

static void hold(struct ledger *l, const struct ledger_held *h) {
  struct ledger_meter *m = h->account->meter;

  if (!join_held(l, h)) {
    if (!make_room(l)) {
      m->left_mwh += h->mwh;
      m->left_known = true;
      return;
    }
    l->held[l->held_num++] = *h;
    h->account->held = (unsigned)l->held_num;
  }
  m->held_mwh += h->mwh;
  m->left_known = true;
}

/* -- public -- */

static void restore(const struct ledger *l, struct ledger_meter *m,
                    struct counter *counter, struct ledger_now now) {
  int64_t away = LONG_AGO_US;

  if (counter->by != COUNTER_NEW || m->counter.by == COUNTER_NEW)
    return;
  if (ledger_clock_is_right(l, now) && now.wall_us >= m->last_utc_us)
    away = now.wall_us - m->last_utc_us;
  m->resumed = true;
  *counter = m->counter;
  counter->last_us = now.steady_us - away;
  counter->watts_known = false;
  counter->before.set = false;
  counter->suspect.set = false;
  counter->fell = false;
}

struct ledger_meter *ledger_meter(struct ledger *l, const char *identity,
                                  unsigned slot, const char *model,
                                  bool produces, struct counter *counter,
                                  struct ledger_now now) {
  struct ledger_meter *m;

  pthread_mutex_lock(&l->lock);
  m = find_meter(l, identity, slot);
  if (m != NULL) {
    l->site_known &= m->produces == produces;
    m->produces = produces;
    restore(l, m, counter, now);
  } else {
    m = ledger_add_meter(l, identity, slot, model, produces);
    if (m != NULL) {
      m->fresh = true;
      m->booked_mwh = llround(counter->wh * 1e3);
    }
  }
  pthread_mutex_unlock(&l->lock);
  return m;
}

static struct ledger_account *find_account(const struct ledger *l,
                                           const struct ledger_meter *m,
                                           const char *device, const char *plug,
                                           bool *known) {
  struct ledger_account *found = NULL;

  *known = false;
  for (struct ledger_account *a = l->accounts; a != NULL; a = a->next)
    if (strcmp(a->device, device) == 0 && strcmp(a->plug, plug) == 0) {
      *known = true;
      if (a->meter == m)
        found = a;
    }
  return found;
}

void ledger_name(struct ledger *l, struct ledger_meter *m, const char *device,
                 const char *plug) {
  struct ledger_account *a;
  bool known;

  pthread_mutex_lock(&l->lock);
  a = m->account;
  if (a != NULL && strcmp(a->device, device) == 0 &&
      strcmp(a->plug, plug) == 0) {
    pthread_mutex_unlock(&l->lock);
    return;
  }
  a = find_account(l, m, device, plug, &known);
  if (a == NULL) {
    a = ledger_add_account(l, m, device, plug);
    if (a != NULL && !known && m->account == NULL)
      a->takes_total = true;
  }
  if (a != NULL) {
    if (m->account != NULL) {
      ledger_close_account(l, m->account);
      m->account->saved = false; /* it has grown since */
    }
    m->account = a;
    m->dirty = true;
  }
  pthread_mutex_unlock(&l->lock);
}

/* A power seen just now: the highest of the open slot goes to its day. */
static void see_power(struct ledger_account *a, const struct counter *c,
                      struct ledger_now now) {
  int64_t mw;

  if (!c->watts_known || c->watts_us != now.steady_us || !(c->watts > 0) ||
      c->watts > POWER_MAX)
    return;
  mw = llround(c->watts * 1e3);
  if (mw > a->open_peak.mw)
    a->open_peak = (struct ledger_peak){mw, now.wall_us};
}

void ledger_book(struct ledger *l, struct ledger_meter *m,
                 const struct counter *counter, int64_t from_us, unsigned flags,
                 struct ledger_now now) {
  int64_t counted = llround(counter->wh * 1e3);
  int64_t mwh;
  bool first;

  pthread_mutex_lock(&l->lock);
  if (m->resumed)
    from_us = 0;
  m->resumed = false;
  first = m->counter.by == COUNTER_NEW;
  if (first) { /* where a total begins is nothing that was used now */
    m->booked_mwh = counted;
    if (m->account != NULL && m->account->takes_total)
      m->account->counted_mwh = counted;
  }
  mwh = counted > m->booked_mwh ? counted - m->booked_mwh : 0;
  m->booked_mwh = counted;
  m->run_mwh += mwh;
  m->counter = *counter;
  m->dirty = true;
  if (m->account != NULL) {
    struct ledger_held h = {.account = m->account,
                            .from_us = from_us > 0 ? from_us : now.steady_us,
                            .to_us = now.steady_us,
                            .from_utc_us = from_us > 0 ? 0 : m->last_utc_us,
                            .mwh = mwh,
                            .flags = flags};

    m->account->counted_mwh += mwh;
    l->total_mwh += m->produces ? 0 : mwh;
    if (trust(l, now)) {
      int64_t from = h.from_utc_us != 0 ? h.from_utc_us
                                        : now.wall_us - (h.to_us - h.from_us);

      ledger_spread(l, h.account, from < now.wall_us ? from : now.wall_us,
                    now.wall_us, mwh + m->left_mwh,
                    flags | (first && m->fresh ? LEDGER_PARTIAL : 0));
      m->left_mwh = 0;
      see_power(m->account, counter, now);
      if (m->begin_day == 0)
        m->begin_day = calendar_local_of(now.wall_us).day;
      m->last_utc_us = now.wall_us;
      if (now.wall_us > l->newest_us)
        l->newest_us = now.wall_us;
    } else {
      hold(l, &h);
    }
  }
  pthread_mutex_unlock(&l->lock);
}

void ledger_seed(struct ledger *l, struct ledger_meter *m,
                 const struct ledger_statistics *s, struct ledger_now now) {
  pthread_mutex_lock(&l->lock);
  if (m->fresh && m->account != NULL && trust(l, now)) {
    int today = calendar_local_of(now.wall_us).day;
    bool begun_today = m->begin_day == today;

    m->looked = true;
    if (begun_today && !isnan(s->today_kwh))
      ledger_seed_account(l, m->account, today, s);
    m->fresh = begun_today && isnan(s->today_kwh); /* its clock may be set */
  }
  pthread_mutex_unlock(&l->lock);
}

unsigned ledger_seeds_since(struct ledger *l, struct ledger_now now) {
  unsigned date;

  pthread_mutex_lock(&l->lock);
  date = ledger_seed_date(l, calendar_local_of(now.wall_us).day);
  pthread_mutex_unlock(&l->lock);
  return date;
}

bool ledger_may_be_seeded(struct ledger *l, const struct ledger_meter *m) {
  bool may;

  pthread_mutex_lock(&l->lock);
  may = m == NULL || m->fresh;
  pthread_mutex_unlock(&l->lock);
  return may;
}
