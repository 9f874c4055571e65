/* SPDX-License-Identifier: MIT */
/* What the files of the ledger's database share. */
#ifndef ENERGY_LEDGER_LEDGER_DISK_INTERNAL_H
#define ENERGY_LEDGER_LEDGER_DISK_INTERNAL_H

#include "energy/ledger/ledger_disk.h"
#include "energy/ledger/ledger_internal.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/types.h>

enum { LEDGER_ID_SIZE = 33, CURRENCY_TEXT = 8 };

struct ledger_disk {
  struct ledger *ledger;
  char *directory, *path;
  sqlite3 *db; /* NULL: not open */
  ino_t inode, wal_inode;
  bool foreign; /* what lies there is another program's */
  bool unread;  /* it could not be read when the daemon began */
  /* While it is read, which may take as long as the disk pleases. */
  bool loading;
  atomic_bool given_up;
  struct ledger *read; /* what is in it, not in use yet; or NULL */
  char currency[CURRENCY_TEXT];
  /* Which ledger memory goes on from: written into every file that is made of
   * it. "": none yet. */
  char id[LEDGER_ID_SIZE];
  /* Of the last transaction: its number, which it leaves in the file, and, when
   * it failed, how many of the entries that wait were in it. It may be there
   * all the same. */
  int64_t batch, written; /* the last that was tried; that is there for sure */
  bool in_doubt;
  size_t in_doubt_num;
  int64_t revision; /* of the file, as it was read */
};

/* What a file is to the ledger in memory. */
enum ledger_disk_kind {
  LEDGER_FILE_OURS,  /* as it was left, but for what others edited */
  LEDGER_FILE_OTHER, /* of another ledger, or of this one at another time */
  LEDGER_FILE_NEWER, /* not to be written by this version */
};

/* ledger_disk_read.c: a SQLite code. */
int ledger_disk_read(struct ledger_disk *d);
/* The same into a ledger of its own, so that the one in use waits for no disk.
 * A SQLite code; *file is NULL after a failure. */
int ledger_disk_read_apart(struct ledger_disk *d, struct ledger **file);
/* What was read into a ledger that knows nothing yet, whose lock is held. */
void ledger_disk_move(struct ledger *l, struct ledger *file);
/* The number of the last transaction in the file. A SQLite code. */
int ledger_disk_batch(struct ledger_disk *d, int64_t *batch);
/* Its id, "" where it has none. A SQLite code. */
int ledger_disk_id(struct ledger_disk *d, char id[LEDGER_ID_SIZE]);
/* A SQLite code. */
int ledger_disk_kind_of(struct ledger_disk *d, enum ledger_disk_kind *kind);
/* ledger_disk_adopt.c: for a ledger in memory that goes on in another file than
 * it began with, now open. A SQLite code; after a failure nothing has
 * changed. */
int ledger_disk_adopt(struct ledger_disk *d);

/* ledger_disk_refresh.c: takes over what others changed in the file since it
 * was read, within the transaction of a write. A SQLite code. */
int ledger_disk_refresh(struct ledger_disk *d);

/* ledger_disk_write.c: a SQLite code; what could not be written waits. Nothing
 * is written to a file that is not ours. */
int ledger_disk_write(struct ledger_disk *d, enum ledger_disk_kind *kind);
/* After the file was opened: what is in it already waits no longer. */
void ledger_disk_settle_doubt(struct ledger_disk *d);
/* Everything is to be written, where the file is empty; whether it is. */
bool ledger_disk_all_is_new(struct ledger_disk *d);
/* Days as they are in memory wait to be written, those of all accounts or of
 * those without a row; their slots are lost with the old file. */
void ledger_disk_days_are_new(struct ledger *l, bool all);

#endif
