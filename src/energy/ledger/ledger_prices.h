/* SPDX-License-Identifier: MIT */
/* Prices that came from an address, kept in the ledger's file with the time
 * they arrived, so that they outlive a restart. One thread at a time. */
#ifndef ENERGY_LEDGER_LEDGER_PRICES_H
#define ENERGY_LEDGER_LEDGER_PRICES_H

#include "energy/tariff/tariff.h"

#include <pthread.h>
#include <sqlite3.h>

/* Adds what is known of an address to a series, and finishes that. A SQLite
 * code. */
int ledger_prices_read(sqlite3 *db, const char *url, struct price_series *s);

/* Keeps a series, within a transaction; of two prices of one moment the later
 * one stays. Those that are older than slots are kept go. A SQLite code. */
int ledger_prices_write(sqlite3 *db, const char *url,
                        const struct price_series *s, int64_t now_us);

/* Gives all tariffs with an address what the file knows of it; lock, or NULL,
 * is what guards their series against readers. A SQLite code; the tariffs are
 * unchanged after a failure of the first. */
int ledger_prices_fill(sqlite3 *db, struct tariffs *set, pthread_mutex_t *lock);

/* Joins what came for an address to the tariffs that name it. 0 or -ENOMEM. */
int ledger_prices_join(struct tariffs *set, const char *url,
                       const struct price_series *fresh);

#endif
