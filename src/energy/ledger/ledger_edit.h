/* SPDX-License-Identifier: MIT */
/* Changing what stands in a ledger's file: here names; ledger_reprice.h has
 * prices. The daemon notices within a minute and takes it over. Each change is
 * one transaction. Blocking: disk. One thread at a time. */
#ifndef ENERGY_LEDGER_LEDGER_EDIT_H
#define ENERGY_LEDGER_LEDGER_EDIT_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LEDGER_EDIT_WHY = 256 };

/* Opens the ledger of a directory for writing; NULL with why. sqlite3_close()
 * ends it. */
sqlite3 *ledger_edit_open(const char *directory, char why[LEDGER_EDIT_WHY]);

enum ledger_rename_result {
  LEDGER_RENAME_OK,
  LEDGER_RENAME_UNKNOWN, /* nobody has or had that name */
  LEDGER_RENAME_IN_USE,  /* a meter still counts under it */
  LEDGER_RENAME_FAILED,
};

struct ledger_rename {
  const char *device, *plug; /* plug NULL: the device with all its outlets */
  const char *new_device, *new_plug;
  bool apply; /* else only looked up */
};

struct ledger_renamed {
  size_t accounts;
  int64_t mwh;     /* what they had used */
  int64_t cost;    /* millionths */
  int first, last; /* the days of that */
  bool joins;      /* the new name has been used already */
  char why[LEDGER_EDIT_WHY];
};

/* Gives what was used under one name to another. */
enum ledger_rename_result ledger_rename(sqlite3 *db,
                                        const struct ledger_rename *how,
                                        struct ledger_renamed *result);

/* -- for the daemon -- */

/* How often the file was changed by these functions; *rc is a SQLite code. */
int64_t ledger_edit_revision(sqlite3 *db, int *rc);
/* Counts one more, within the transaction of a change. A SQLite code. */
int ledger_edit_count(sqlite3 *db);

#endif
