/* SPDX-License-Identifier: MIT */
/* The thread that keeps a ledger on disk and reads the files of its tariffs
 * again when they change: a transaction a minute, one when somebody is in a
 * hurry, and one at the end. Trouble with the disk is logged once, and once
 * that it is over. */
#ifndef ENERGY_LEDGER_LEDGER_WRITER_H
#define ENERGY_LEDGER_LEDGER_WRITER_H

#include "energy/ledger/ledger.h"

struct ledger_writer;

/* Starts it; the ledger outlives it. NULL when there is no memory or thread:
 * the ledger then lives in memory only. */
struct ledger_writer *ledger_writer_start(struct ledger *l,
                                          const char *directory);

/* Waits until the file is read, at most seconds; whether it is. If not, the
 * ledger counts in memory, and goes on in the file when that has been read:
 * what meters have counted by then is added to it, over the time since. */
bool ledger_writer_wait(struct ledger_writer *w, double seconds);

/* The end is near: nobody waits for the file any more, now or later. */
void ledger_writer_no_wait(struct ledger_writer *w);

/* Hands over prices that came for an address; the series is the writer's. From
 * any thread. */
void ledger_writer_prices(struct ledger_writer *w, const char *url,
                          struct price_series *series);

/* Something is new that shall not wait for the minute to end. */
void ledger_writer_hurry(struct ledger_writer *w);

/* Writes the rest and ends. */
void ledger_writer_stop(struct ledger_writer *w);

#endif
