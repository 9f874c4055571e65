/* SPDX-License-Identifier: MIT */
/* The tables of the ledger's file. A new table or column is one more step:
 * files that are older are brought up to it, those that are newer are left
 * alone. One thread at a time. */
#ifndef ENERGY_LEDGER_LEDGER_SCHEMA_H
#define ENERGY_LEDGER_LEDGER_SCHEMA_H

#include <sqlite3.h>
#include <stdint.h>

/* In meta: millionths that the billing month which begins on a day costs at
 * least, as a whole. */
enum { LEDGER_MINIMUM_KEY = 32 };
void ledger_schema_minimum_key(int month, char out[LEDGER_MINIMUM_KEY]);

/* In meta: mWh that a meter has counted and that no day has, for the clock was
 * wrong. */
enum { LEDGER_LEFT_KEY = 32 };
void ledger_schema_left_key(unsigned meter, char out[LEDGER_LEFT_KEY]);

/* The version that this program writes. */
int64_t ledger_schema_version(void);

/* The version of a file, 0 when it is empty; *rc is a SQLite code. */
int64_t ledger_schema_of(sqlite3 *db, int *rc);

/* Brings a file of an older version, or an empty one, to this one in one
 * transaction. A SQLite code. */
int ledger_schema_apply(sqlite3 *db, int64_t version);

#endif
