/* SPDX-License-Identifier: MIT */
/* Notes in the ledger's file. One thread at a time. */
#ifndef ENERGY_LEDGER_LEDGER_NOTE_FILE_H
#define ENERGY_LEDGER_LEDGER_NOTE_FILE_H

#include "energy/ledger/ledger_note.h"

#include <sqlite3.h>

/* All return a SQLite code. */

/* Makes the table where an older version has made the file. */
int ledger_note_file_prepare(sqlite3 *db);

/* Into a ledger that has none. */
int ledger_note_file_read(sqlite3 *db, struct ledger *l);

/* What is new, in one transaction; also takes wishes for a reset. */
int ledger_note_file_write(sqlite3 *db, struct ledger *l);

/* The file is another one: everything is new. */
void ledger_note_file_all_is_new(struct ledger *l);

/* For other programs than the daemon: calls take for each note of a kind, in
 * the order of names. */
int ledger_note_file_each(sqlite3 *db, const char *kind,
                          void (*take)(void *arg, const char *name,
                                       const char *text),
                          void *arg);

/* Likewise: forgets a note, and has a running daemon forget it within two
 * minutes. */
int ledger_note_file_reset(sqlite3 *db, const char *kind, const char *name);

#endif
