/* SPDX-License-Identifier: MIT */
/* Slots: where energy is cut and what it costs there. */
#include <config.h>

#include "energy/ledger/ledger_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

unsigned ledger_period(struct ledger *l, const char *name) {
  char **grown;

  for (unsigned i = 0; i < l->periods_num; i++)
    if (strcmp(l->periods[i], name) == 0)
      return i + 1;
  grown = realloc(l->periods, (l->periods_num + 1) * sizeof(*grown));
  if (grown == NULL)
    return 0;
  l->periods = grown;
  grown[l->periods_num] = strdup(name);
  if (grown[l->periods_num] == NULL)
    return 0;
  return ++l->periods_num;
}

static int64_t hour_of(int64_t us) { return us - us % CALENDAR_HOUR; }

/* Where the slot that begins at us ends. */
static int64_t end_of(const struct ledger *l, int64_t us,
                      struct ledger_slot *slot) {
  int64_t hour = hour_of(us) + CALENDAR_HOUR;
  int64_t end;

  slot->local = calendar_local_of(us);
  slot->tariff = tariffs_at(&l->tariffs, slot->local.day);
  end = slot->tariff != NULL ? tariff_until(slot->tariff, us, &slot->local)
                             : calendar_next(us, 86400);
  return end < hour ? end : hour;
}

void ledger_slot_at(const struct ledger *l, int64_t us,
                    struct ledger_slot *slot) {
  int64_t from = hour_of(us);
  int64_t until;

  *slot = (struct ledger_slot){0};
  while ((until = end_of(l, from, slot)) <= us)
    from = until;
  slot->from_us = from;
  slot->until_us = until;
}

static void describe(struct ledger *l, struct ledger_slot *slot) {
  char name[LEDGER_PERIOD_SIZE] = "";

  if (slot->tariff != NULL)
    tariff_describe(slot->tariff, &slot->local, name, sizeof(name));
  slot->period = ledger_period(l, name);
}

bool ledger_slot_price(const struct ledger_slot *slot, double before_kwh,
                       double site_kwh, double *price) {
  const struct tariff *t = slot->tariff;
  double moved = site_kwh;
  double before = before_kwh;

  if (t == NULL)
    return false;
  if (t->other_use > 0) {
    int64_t begin =
        calendar_day_start(tariff_billing(t, slot->local.day).start);

    before +=
        t->other_use * (double)(slot->from_us - begin) / (double)CALENDAR_DAY;
    moved += t->other_use * (double)(slot->until_us - slot->from_us) /
             (double)CALENDAR_DAY;
  }
  return tariff_energy_cost(t, slot->from_us, &slot->local, 1, before, moved,
                            price);
}

/* -- entries -- */

/* The highest power goes with the first entry of its day. */
static struct ledger_peak take_peak(struct ledger_account *a, int day) {
  struct ledger_peak peak = a->open_peak;

  if (peak.mw == 0 || calendar_local_of(peak.us).day != day)
    return (struct ledger_peak){0};
  a->open_peak = (struct ledger_peak){0};
  return peak;
}

static void enter(struct ledger *l, struct ledger_account *a,
                  const struct ledger_slot *slot, int64_t mwh,
                  int64_t covered_us, unsigned flags, bool priced,
                  double price) {
  struct ledger_entry e = {
      .account = a->id,
      .period = slot->period,
      .start_us = slot->from_us,
      .day = slot->local.day,
      .seconds = (unsigned)((slot->until_us - slot->from_us) / CALENDAR_SECOND),
      .flags = flags,
      .mwh = mwh,
      .covered_us = covered_us,
      .peak = take_peak(a, slot->local.day),
  };

  if (priced && !a->meter->produces) {
    double exact = (double)mwh * price + a->cost_rest;

    e.cost = llround(exact);
    a->cost_rest = exact - (double)e.cost;
  } else if (slot->tariff != NULL && mwh > 0 && !a->meter->produces) {
    e.unpriced_mwh = mwh;
    e.flags |= LEDGER_UNPRICED;
  }
  ledger_add_to_day(a, &e);
  ledger_site_add(l, a, e.day, e.mwh);
  ledger_keep(l, &e);
}

/* What comes late was used before the open slot all the same. */
static void note_late(struct ledger *l, const struct ledger_account *a,
                      const struct ledger_slot *s, int64_t mwh) {
  if (!a->meter->produces && s->from_us < l->slot.from_us &&
      s->local.day >= ledger_month(l, l->slot.local.day).start)
    l->slot.site_before_kwh += (double)mwh * 1e-6;
}

/* Whether others may still tell of the same gap: in tiers each takes its share
 * of the slot, so all are priced together (ledger_disk_save()). */
static bool is_late(struct ledger *l, const struct ledger_slot *s,
                    unsigned flags) {
  if ((flags & LEDGER_SPREAD) == 0 || s->tariff == NULL ||
      !tariff_has_tiers(s->tariff))
    return false;
  if (l->late_day == 0 || s->local.day < l->late_day)
    l->late_day = s->local.day;
  l->late_new = true;
  return true;
}

void ledger_book_slot(struct ledger *l, struct ledger_account *a,
                      const struct ledger_slot *slot, int64_t mwh,
                      int64_t covered_us, unsigned flags) {
  struct ledger_slot s = *slot;
  double price = 0;
  bool priced;

  describe(l, &s);
  priced = !is_late(l, &s, flags) &&
           ledger_slot_price(&s, ledger_site_kwh(l, s.local.day),
                             (double)mwh * 1e-6, &price);
  enter(l, a, &s, mwh, covered_us, flags, priced, price);
  note_late(l, a, &s, mwh);
}

void ledger_book_day(struct ledger *l, struct ledger_account *a,
                     const struct ledger_slot *slot, int64_t mwh,
                     unsigned flags, bool priced, double price) {
  struct ledger_slot s = *slot;

  s.period = ledger_period(l, "");
  enter(l, a, &s, mwh, 0, flags, priced, price);
  note_late(l, a, &s, mwh);
}

/* -- the open one -- */

static void close_slot(struct ledger *l) {
  struct ledger_slot *s = &l->slot;
  double price = 0;
  bool priced = ledger_slot_price(s, s->site_before_kwh,
                                  (double)s->site_mwh * 1e-6, &price);

  for (struct ledger_account *a = l->accounts; a != NULL; a = a->next) {
    int64_t mwh = a->open_mwh;
    int64_t covered = a->open_covered_us;
    unsigned flags = a->open_flags;

    if (mwh == 0 && covered == 0 && flags == 0)
      continue;
    a->open_mwh = a->open_covered_us = 0;
    a->open_flags = 0;
    a->meter->dirty = true;
    enter(l, a, s, mwh, covered, flags, priced, price);
  }
}

void ledger_close_account(struct ledger *l, struct ledger_account *a) {
  struct ledger_slot *s = &l->slot;
  int64_t mwh = a->open_mwh;
  int64_t covered = a->open_covered_us;
  unsigned flags = a->open_flags;

  if (s->until_us == 0 || (mwh == 0 && covered == 0))
    return;
  a->open_mwh = a->open_covered_us = 0;
  a->open_flags = 0;
  ledger_book_slot(l, a, s, mwh, covered, flags);
  if (!a->meter->produces) {
    s->site_mwh -= mwh;
    s->site_before_kwh += (double)mwh * 1e-6;
  }
}

/* What was in an open slot when the ledger was written last. */
static void settle_older(struct ledger *l, const struct ledger_slot *open) {
  for (struct ledger_account *a = l->accounts; a != NULL; a = a->next) {
    struct ledger_slot slot;
    int64_t mwh = a->open_mwh;
    int64_t covered = a->open_covered_us;

    if (a->open_start_us == 0 || a->open_start_us == open->from_us)
      continue;
    ledger_slot_at(l, a->open_start_us, &slot);
    a->open_start_us = 0;
    a->open_mwh = a->open_covered_us = 0;
    a->meter->dirty = true;
    ledger_book_slot(l, a, &slot, mwh, covered, a->open_flags);
    a->open_flags = 0;
  }
}

static void settle_same(struct ledger *l, struct ledger_slot *open) {
  for (struct ledger_account *a = l->accounts; a != NULL; a = a->next)
    if (a->open_start_us != 0) {
      a->open_start_us = 0;
      open->site_mwh += a->meter->produces ? 0 : a->open_mwh;
    }
}

void ledger_advance(struct ledger *l, int64_t wall_us) {
  struct ledger_slot *s = &l->slot;

  if (s->until_us != 0 && wall_us >= s->from_us && wall_us < s->until_us)
    return;
  if (s->until_us != 0)
    close_slot(l);
  ledger_slot_at(l, wall_us, s);
  describe(l, s);
  settle_older(l, s);
  s->site_before_kwh = ledger_site_kwh(l, s->local.day);
  settle_same(l, s);
  ledger_charge(l, s->local.day);
}

static void add_open(struct ledger *l, struct ledger_account *a, int64_t mwh,
                     int64_t covered_us, unsigned flags) {
  a->open_mwh += mwh;
  a->open_covered_us += covered_us;
  a->open_flags |= flags;
  if (!a->meter->produces)
    l->slot.site_mwh += mwh;
}

/* Whole mWh of a part of a stretch, so that the parts are the whole. */
static int64_t part(int64_t mwh, int64_t passed, int64_t length,
                    int64_t given) {
  if (passed >= length)
    return mwh - given;
  return llround((double)mwh * ((double)passed / (double)length)) - given;
}

void ledger_spread(struct ledger *l, struct ledger_account *a, int64_t from_us,
                   int64_t to_us, int64_t mwh, unsigned flags) {
  const struct ledger_slot *open = &l->slot;
  int64_t at = from_us;
  int64_t given = 0;

  if (to_us - from_us > 900 * CALENDAR_SECOND)
    flags |= LEDGER_SPREAD;
  do {
    struct ledger_slot slot;
    bool in_open = at >= open->from_us && at < open->until_us;
    int64_t end;
    int64_t now;

    if (in_open || (at >= to_us && to_us == open->until_us))
      slot = *open;
    else
      ledger_slot_at(l, at, &slot);
    end = slot.until_us < to_us ? slot.until_us : to_us;
    now = part(mwh, end - from_us, to_us - from_us, given);
    given += now;
    if (slot.from_us == open->from_us)
      add_open(l, a, now, end > at ? end - at : 0, flags);
    else
      ledger_book_slot(l, a, &slot, now, end > at ? end - at : 0, flags);
    at = end;
  } while (at < to_us);
}
