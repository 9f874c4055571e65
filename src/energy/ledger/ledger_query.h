/* SPDX-License-Identifier: MIT */
/* Reading a ledger's file, for reports: what was used and what it cost, by
 * name, day and slot. What the daemon has in its open slot is in, as it was
 * written in the last minute. Nothing is changed; it works while the daemon
 * runs and when it does not, and all answers of one query are of one moment.
 * Blocking: disk. One thread at a time. */
#ifndef ENERGY_LEDGER_LEDGER_QUERY_H
#define ENERGY_LEDGER_LEDGER_QUERY_H

#include "energy/tariff/tariff.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LEDGER_QUERY_WHY = 256 };

struct ledger_query;

/* Opens the ledger of a directory (StateDirectory); NULL with why when there
 * is none, or when it cannot be read. */
struct ledger_query *ledger_query_open(const char *directory,
                                       char why[LEDGER_QUERY_WHY]);
void ledger_query_close(struct ledger_query *q);

/* Of the costs; "" when there are none. Until the query is closed. */
const char *ledger_query_currency(const struct ledger_query *q);

/* On which the daemon's billing month begins; 1 where the file does not say. */
unsigned ledger_query_billing_day(const struct ledger_query *q);

/* Millionths that the energy of the billing month which begins on a day costs
 * at least, as a whole, by the tariff that the daemon had; -1: the file does
 * not say. */
int64_t ledger_query_minimum(struct ledger_query *q, int month);

/* One part of what was used. The texts are valid during the call only. */
struct ledger_row {
  const char *device; /* "" is the site itself: its fixed charges */
  const char *plug;   /* "" where the device is no strip */
  bool produces;
  const char *period;       /* "energy:peak", of the tariff; may be "" */
  int day;                  /* local, as in calendar.h */
  int64_t start_us;         /* of the slot, UTC; 0 in rows of days */
  unsigned seconds;         /* of the slot; 0 in rows of days */
  int64_t mwh;              /* energy */
  int64_t cost;             /* millionths of the currency */
  int64_t unpriced_mwh;     /* part of mwh whose price is not known */
  int64_t covered_us;       /* how long was known of; rows of days only */
  int64_t peak_mw, peak_us; /* highest power, when; 0: not known */
  unsigned flags;           /* enum ledger_flag */
};

/* False ends the query early, which is no error. */
typedef bool ledger_query_take(void *arg, const struct ledger_row *row);

/* Hands over all parts of local days first to last, in no promised order:
 * several a day for a device with plugs, and for a tariff with periods. Days
 * are kept for ever. False with why when the file could not be read. */
bool ledger_query_days(struct ledger_query *q, int first, int last,
                       ledger_query_take *take, void *arg,
                       char why[LEDGER_QUERY_WHY]);

/* The same by slot, for slots that begin from from_us on and before to_us, by
 * rising start. Slots are kept for 400 days. */
bool ledger_query_slots(struct ledger_query *q, int64_t from_us, int64_t to_us,
                        ledger_query_take *take, void *arg,
                        char why[LEDGER_QUERY_WHY]);

struct ledger_sum {
  int64_t mwh, cost, unpriced_mwh, covered_us;
  int64_t peak_mw, peak_us; /* the highest of any one part */
  unsigned flags;
  size_t rows; /* 0: nothing is known */
};

/* Sums of days first to last of a device with all its plugs (plug NULL) or of
 * one plug; device NULL: the site, without what produces and without fixed
 * charges. False with why when the file could not be read. */
bool ledger_query_sum(struct ledger_query *q, const char *device,
                      const char *plug, int first, int last,
                      struct ledger_sum *sum, char why[LEDGER_QUERY_WHY]);

/* Hands over the notes of a kind (ledger_note.h) that are about a meter, named
 * "identity/slot", under the name it has now; the texts are valid during the
 * call only. False with why when the file could not be read. */
bool ledger_query_notes(struct ledger_query *q, const char *kind,
                        void (*take)(void *arg, const char *device,
                                     const char *plug, const char *note),
                        void *arg, char why[LEDGER_QUERY_WHY]);

/* Hands over every name that something metered has or had; new_device NULL: it
 * is called so now. The texts are valid during the call only. False with why
 * when the file could not be read. */
bool ledger_query_names(struct ledger_query *q,
                        void (*take)(void *arg, const char *device,
                                     const char *plug, const char *new_device,
                                     const char *new_plug),
                        void *arg, char why[LEDGER_QUERY_WHY]);

/* Gives tariffs whose prices come from an address those that the file has.
 * Nothing is said when it cannot be read: they stay unknown. */
void ledger_query_prices(struct ledger_query *q, struct tariffs *set);

/* First and last local day of which anything is known; false: there is none.
 */
bool ledger_query_span(struct ledger_query *q, int *first, int *last);

#endif
