/* SPDX-License-Identifier: MIT */
/* What the files of the ledger share. Everything in struct ledger is guarded
 * by its lock. */
#ifndef ENERGY_LEDGER_LEDGER_INTERNAL_H
#define ENERGY_LEDGER_LEDGER_INTERNAL_H

#include "energy/ledger/ledger.h"

#include <pthread.h>

enum {
  LEDGER_TEXT_SIZE = 64,
  LEDGER_PERIOD_SIZE = 256,
  LEDGER_DAYS = 64, /* of each account in memory: two billing months */
  LEDGER_PENDING_MAX = 200000, /* slots that wait for a disk */
};

/* Clocks that show less were never set. */
#define LEDGER_EPOCH_US (INT64_C(1735689600) * 1000000) /* 2025-01-01 */

/* The highest power, in mW, and when; 0: not known. */
struct ledger_peak {
  int64_t mw, us;
};

struct ledger_day {
  int day;
  unsigned flags;
  int64_t mwh, cost, unpriced_mwh, covered_us;
};

/* What one meter counted under one name. */
struct ledger_account {
  unsigned id;
  struct ledger_meter *meter;
  char device[LEDGER_TEXT_SIZE], plug[LEDGER_TEXT_SIZE];
  int64_t counted_mwh;
  /* In the open slot. */
  int64_t open_mwh, open_covered_us;
  unsigned open_flags;
  struct ledger_peak open_peak;
  int64_t open_start_us; /* loaded: the slot that these belong to; else 0 */
  double cost_rest;      /* millionths, lost by rounding so far */
  struct ledger_day days[LEDGER_DAYS]; /* rising */
  unsigned days_num;
  unsigned held;    /* its latest one of ledger.held, and 1; 0: none */
  bool takes_total; /* begins at what its meter shows first */
  bool saved;       /* it has a row */
  struct ledger_account *next;
  struct ledger_account *kin; /* a ring of those with the same name */
};

struct ledger_meter {
  unsigned id;
  char identity[LEDGER_TEXT_SIZE];
  unsigned slot;
  char model[LEDGER_TEXT_SIZE];
  bool produces;
  bool resumed;  /* not booked since the daemon began */
  bool fresh;    /* not seen before begin_day: may be seeded on it */
  bool looked;   /* its statistics were looked at, also in vain */
  int begin_day; /* local; 0: none yet */
  struct counter counter;
  int64_t booked_mwh;
  int64_t run_mwh; /* booked since the daemon began */
  /* Counted and not booked to days, for the clock was wrong: by a run that
   * ended so, and in ledger.held. */
  int64_t left_mwh, held_mwh;
  bool left_known;     /* the file may say something of it */
  int64_t last_utc_us; /* wall clock: up to where it is booked; 0: never */
  struct ledger_account *account;
  bool saved, dirty;
  struct ledger_meter *next;
};

/* A part of a slot, on its way to the disk. */
struct ledger_entry {
  unsigned account, period;
  int64_t start_us;
  int day;
  unsigned seconds, flags;
  int64_t mwh, cost, unpriced_mwh, covered_us;
  struct ledger_peak peak;
  bool slot_only; /* its day is in the file already */
};

struct ledger_entries {
  struct ledger_entry *items;
  size_t num, room;
};

/* Energy that came before the clock could be trusted. */
struct ledger_held {
  struct ledger_account *account;
  int64_t from_us, to_us; /* steady clock */
  int64_t from_utc_us;    /* where that is known; else 0 */
  int64_t mwh;
  unsigned flags;
};

/* The slot that is being filled. */
struct ledger_slot {
  int64_t from_us, until_us; /* until 0: none is open */
  struct calendar_local local;
  const struct tariff *tariff;
  unsigned period;
  int64_t site_mwh;       /* in it */
  double site_before_kwh; /* in the billing month before it */
};

/* The local day of now. */
struct ledger_today {
  int day;
  int64_t begin_us, end_us; /* end 0: not known yet */
  struct calendar_billing month;
};

/* What the site used on a day. */
struct ledger_site_day {
  int day;
  int64_t mwh;
};
enum { LEDGER_SITE_DAYS = 2 * LEDGER_DAYS };

struct ledger {
  pthread_mutex_t lock;
  struct ledger_today today;
  unsigned billing_day;
  struct tariffs tariffs;
  struct ledger_meter *meters, **meters_end;
  struct ledger_account *accounts, **accounts_end;
  struct ledger_account charges; /* id 0: fixed charges of the site by day */
  unsigned meters_num, accounts_num;
  char **periods; /* names, by id - 1 */
  unsigned periods_num, periods_saved;
  struct ledger_slot slot;
  struct ledger_entries pending;
  struct ledger_held *held;
  size_t held_num, held_room;
  int64_t total_mwh;     /* of all that do not produce; never falls */
  int64_t newest_us;     /* wall clock: what is booked ends there */
  int64_t built_us;      /* wall clock: it was never right before */
  int64_t distrusted_us; /* steady clock: since when; 0: it is trusted */
  bool total_dirty;
  int late_day;  /* the first with energy whose price waits for that of others
                  * in the same slots; 0: none */
  bool late_new; /* some of it has come since the ledger was written */
  struct ledger_note *notes; /* ledger_note_internal.h */
  unsigned notes_num;
  /* By the number of the day modulo their count, so that the tier of a slot
   * takes no look at every account; not true: to be summed anew. */
  struct ledger_site_day site_days[LEDGER_SITE_DAYS];
  bool site_known;
};

/* ledger.c; the lock is held. Whether the clock may be right. */
bool ledger_clock_is_right(const struct ledger *l, struct ledger_now now);

/* ledger_slot.c; the lock is held. */

/* The id of a period's name; 0 when memory is out. */
unsigned ledger_period(struct ledger *l, const char *name);
/* Makes slot the one in which us lies. */
void ledger_slot_at(const struct ledger *l, int64_t us,
                    struct ledger_slot *slot);
/* Closes what is over and opens the slot of now. */
void ledger_advance(struct ledger *l, int64_t wall_us);
/* Spreads energy over its slots. */
void ledger_spread(struct ledger *l, struct ledger_account *a, int64_t from_us,
                   int64_t to_us, int64_t mwh, unsigned flags);
/* Books to a slot that is not the open one. */
void ledger_book_slot(struct ledger *l, struct ledger_account *a,
                      const struct ledger_slot *slot, int64_t mwh,
                      int64_t covered_us, unsigned flags);
/* Books to a day, at its beginning, what has no hour and so no period. */
void ledger_book_day(struct ledger *l, struct ledger_account *a,
                     const struct ledger_slot *slot, int64_t mwh,
                     unsigned flags, bool priced, double price);
/* Books what an account has in the open slot: nothing more comes to it. */
void ledger_close_account(struct ledger *l, struct ledger_account *a);
/* The mean price of a kWh in a slot with so much energy of the site in it. */
bool ledger_slot_price(const struct ledger_slot *slot, double before_kwh,
                       double site_kwh, double *price);

/* ledger_seed.c; the lock is held. */

/* As ledger_seeds_since(). */
unsigned ledger_seed_date(const struct ledger *l, int today);
void ledger_seed_account(struct ledger *l, struct ledger_account *a, int today,
                         const struct ledger_statistics *s);

/* ledger_day.c; the lock is held. */

/* The account's entry of a day, made when it is missing; NULL when the day is
 * older than all that are kept. */
struct ledger_day *ledger_day_of(struct ledger_account *a, int day);
/* On which the billing month of day begins, and with that the first and
 * following first day of it. */
unsigned ledger_billing_day(const struct ledger *l, int day);
struct calendar_billing ledger_month(const struct ledger *l, int day);
/* kWh of the site in the billing month of day before that day ends, what is in
 * the open slot left out. */
double ledger_site_kwh(struct ledger *l, int day);
/* An account's use of a day has grown. */
void ledger_site_add(struct ledger *l, const struct ledger_account *a, int day,
                     int64_t mwh);

/* Adds what an entry has to its account's day in memory. */
void ledger_add_to_day(struct ledger_account *a, const struct ledger_entry *e);

/* ledger_entries.c; the lock is held. */

/* Puts an entry on its way to the disk. */
void ledger_keep(struct ledger *l, const struct ledger_entry *e);

/* ledger_charges.c; the lock is held. */

/* Books the fixed charges of all days up to this one that have none yet. */
void ledger_charge(struct ledger *l, int today);
/* Millionths of a day; of days first to last. */
int64_t ledger_charges_of(const struct ledger *l, int first, int last);

/* ledger.c; the lock is held. NULL when memory is out. */
struct ledger_meter *ledger_add_meter(struct ledger *l, const char *identity,
                                      unsigned slot, const char *model,
                                      bool produces);
struct ledger_account *ledger_add_account(struct ledger *l,
                                          struct ledger_meter *m,
                                          const char *device, const char *plug);
/* Joins it with the others of its name. */
void ledger_join_kin(struct ledger *l, struct ledger_account *a);

#endif
