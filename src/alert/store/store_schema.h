/* SPDX-License-Identifier: MIT */
/* The tables of the database. */
#ifndef ALERT_STORE_STORE_SCHEMA_H
#define ALERT_STORE_STORE_SCHEMA_H

#include <sqlite3.h>

/* Brings an open connection to the newest schema: 0 or a SQLite code;
 * SQLITE_SCHEMA when a newer program wrote it. */
int schema_apply(sqlite3 *handle);

#endif
