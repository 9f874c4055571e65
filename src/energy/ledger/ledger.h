/* SPDX-License-Identifier: MIT */
/* The energy ledger: what every meter has counted, by the name it had and the
 * local day, in integers (mWh, millionths of the currency), so that outlets,
 * strips, devices and the site add up to the last digit. It lives in memory;
 * ledger_writer.h keeps it on disk.
 *
 * Energy is booked to slots: an hour, or less where a day, a period of the
 * tariff or a price begins within it.
 *
 * Threads: any; a lock is held for the time of one call and never across the
 * disk. */
#ifndef ENERGY_LEDGER_LEDGER_H
#define ENERGY_LEDGER_LEDGER_H

#include "energy/counter.h"
#include "energy/tariff/tariff.h"

struct ledger;
struct ledger_meter;

/* Of slots and days. */
enum ledger_flag {
  LEDGER_SEEDED = 1,   /* from the device's own statistics */
  LEDGER_PARTIAL = 2,  /* counting began within it */
  LEDGER_AT_LEAST = 4, /* the device was reset: more may have been used */
  LEDGER_SPREAD = 8,   /* over a gap of more than 15 minutes */
  LEDGER_UNPRICED = 16,
};

/* Microseconds of a clock that does not jump, and of the one on the wall. */
struct ledger_now {
  int64_t steady_us, wall_us;
};

struct ledger_options {
  unsigned billing_day;   /* where no tariff says otherwise */
  struct tariffs tariffs; /* taken over */
  int64_t built_us;       /* when the program was: a clock before that is
                             doubted; 0: not known */
};

/* NULL when memory is out; the tariffs are the ledger's in any case. */
struct ledger *ledger_create(struct ledger_options *options);
void ledger_free(struct ledger *l);

/* The meter of a device (slot 0) or of an outlet, new or known. What is known
 * of its counter goes into *counter, unless that has counted already. NULL
 * when memory is out. */
struct ledger_meter *ledger_meter(struct ledger *l, const char *identity,
                                  unsigned slot, const char *model,
                                  bool produces, struct counter *counter,
                                  struct ledger_now now);

/* What the meter is called from now on: what it counts belongs to that name.
 * A name that another meter had before goes on from where it was. */
void ledger_name(struct ledger *l, struct ledger_meter *m, const char *device,
                 const char *plug);

/* Books by how much the counter has grown between two moments of the steady
 * clock; from_us 0: since the meter was last booked, over restarts. */
void ledger_book(struct ledger *l, struct ledger_meter *m,
                 const struct counter *counter, int64_t from_us, unsigned flags,
                 struct ledger_now now);

/* The device's own figures, NAN: not known, or its clock is wrong. */
struct ledger_statistics {
  double today_kwh;
  double month_kwh; /* of the calendar's month, today in it */
  double since_kwh; /* since the day ledger_seeds_since() says, today in it; 0:
                     * the device has no list of days */
};

/* A meter that is new begins with them, at the prices of their days: what is
 * told of more than one is taken to be even. A device that does not know its
 * day yet, for its clock is wrong, may tell later on the same day. */
void ledger_seed(struct ledger *l, struct ledger_meter *m,
                 const struct ledger_statistics *s, struct ledger_now now);

/* The date (20260115) on which the billing month began: a device's lists of
 * days are to be summed from there. */
unsigned ledger_seeds_since(struct ledger *l, struct ledger_now now);
/* Whether statistics are wanted of a meter; NULL: one not known yet. */
bool ledger_may_be_seeded(struct ledger *l, const struct ledger_meter *m);

struct ledger_values {
  int64_t counted_mwh; /* never falls */
  int64_t today_mwh, month_mwh, yesterday_mwh;
  int64_t today_cost, month_cost, yesterday_cost; /* millionths */
  int64_t unpriced_mwh;                           /* of the month */
  double forecast;      /* of the month, in the currency; NAN: not known */
  double forecast_kwh;  /* likewise */
  int day, month_start; /* which ones these are */
  double covered;       /* percent of today that is known of */
  double price;         /* of a kWh now; NAN: not known. The site's only */
  bool has_days;        /* the meter's first look at its statistics is over */
  bool has_yesterday;
  bool has_cost;
  bool trusted; /* the clock is */
};

/* Of the meter's name. */
void ledger_values_of(struct ledger *l, const struct ledger_meter *m,
                      struct ledger_now now, struct ledger_values *v);
/* Of all that do not produce, fixed charges in. */
void ledger_values_total(struct ledger *l, struct ledger_now now,
                         struct ledger_values *v);

/* What a kWh costs now, at the site's use so far; NAN: not known. */
double ledger_price_now(struct ledger *l, struct ledger_now now);

/* Adds b to a: a strip from its outlets. */
void ledger_values_add(struct ledger_values *a, const struct ledger_values *b);

#endif
