/* SPDX-License-Identifier: MIT */
/* The ledger's tables, version by version: see ledger_schema.h. */
#include <config.h>

#include "energy/ledger/ledger_schema.h"

#include <stdio.h>

/* Step i leads from version i to i + 1; those that were released stay as they
 * are. Moments are seconds of UTC where nothing else is said, energy mWh, cost
 * millionths of the currency, local_date the days since 1970-01-01. */
static const char *const steps[] = {
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE meter(id INTEGER PRIMARY KEY, identity TEXT NOT NULL,"
    " slot INTEGER NOT NULL, model TEXT, produces INTEGER NOT NULL);"
    "CREATE TABLE account(id INTEGER PRIMARY KEY, meter INTEGER NOT NULL,"
    " device TEXT NOT NULL, plug TEXT NOT NULL, counted_mwh INTEGER NOT NULL,"
    " takes_total INTEGER NOT NULL);"
    "CREATE TABLE state(meter INTEGER PRIMARY KEY, account INTEGER,"
    " source INTEGER, counter_mwh INTEGER, base REAL, last_utc_us INTEGER,"
    " month REAL, month_credit REAL, owed REAL, gaps INTEGER,"
    " counted_mwh INTEGER, open_start_us INTEGER, open_mwh INTEGER,"
    " open_covered_us INTEGER, open_flags INTEGER);"
    "CREATE TABLE period(id INTEGER PRIMARY KEY, name TEXT NOT NULL);"
    "CREATE TABLE slot(start_utc INTEGER, account INTEGER, seconds INTEGER,"
    " mwh INTEGER, cost_micro INTEGER, period INTEGER, flags INTEGER,"
    " PRIMARY KEY(start_utc, account)) WITHOUT ROWID;"
    "CREATE TABLE day(local_date INTEGER, account INTEGER, period INTEGER,"
    " mwh INTEGER, cost_micro INTEGER, unpriced_mwh INTEGER,"
    " covered_us INTEGER, flags INTEGER,"
    " PRIMARY KEY(local_date, account, period)) WITHOUT ROWID;",

    /* What of a slot waits for its price; the highest power of a day and when
     * (0: not known); prices as they arrived, by the place they come from.
     * Account 0 of day is the site: its fixed charges. */
    "ALTER TABLE slot ADD COLUMN unpriced_mwh INTEGER NOT NULL DEFAULT 0;"
    "UPDATE slot SET unpriced_mwh = mwh WHERE flags & 16 AND cost_micro = 0;"
    "ALTER TABLE day ADD COLUMN peak_mw INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE day ADD COLUMN peak_utc INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE state ADD COLUMN peak_mw INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE state ADD COLUMN peak_utc INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE price(source TEXT, start_utc INTEGER, end_utc INTEGER,"
    " price REAL, arrived_utc INTEGER,"
    " PRIMARY KEY(source, start_utc)) WITHOUT ROWID;",
};

enum { STEPS_NUM = sizeof(steps) / sizeof(steps[0]) };

int64_t ledger_schema_version(void) { return STEPS_NUM; }

void ledger_schema_minimum_key(int month, char out[LEDGER_MINIMUM_KEY]) {
  snprintf(out, LEDGER_MINIMUM_KEY, "minimum %d", month);
}

void ledger_schema_left_key(unsigned meter, char out[LEDGER_LEFT_KEY]) {
  snprintf(out, LEDGER_LEFT_KEY, "left %u", meter);
}

int64_t ledger_schema_of(sqlite3 *db, int *rc) {
  sqlite3_stmt *stmt = NULL;
  int64_t version = 0;

  *rc = sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &stmt, NULL);
  if (*rc == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW)
    version = sqlite3_column_int64(stmt, 0);
  *rc = sqlite3_finalize(stmt);
  return version;
}

int ledger_schema_apply(sqlite3 *db, int64_t version) {
  char mark[64];
  int rc;

  if (version < 0 || version >= STEPS_NUM)
    return SQLITE_OK;
  snprintf(mark, sizeof(mark), "PRAGMA user_version = %d", (int)STEPS_NUM);
  rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
  for (int64_t i = version; i < STEPS_NUM && rc == SQLITE_OK; i++)
    rc = sqlite3_exec(db, steps[i], NULL, NULL, NULL);
  if (rc == SQLITE_OK)
    rc = sqlite3_exec(db, mark, NULL, NULL, NULL);
  if (rc == SQLITE_OK)
    rc = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
  if (rc != SQLITE_OK && sqlite3_get_autocommit(db) == 0)
    (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
  return rc;
}
