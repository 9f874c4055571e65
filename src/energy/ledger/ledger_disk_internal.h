/* SPDX-License-Identifier: MIT */
/* What the files of the ledger's database share. */
#ifndef ENERGY_LEDGER_LEDGER_DISK_INTERNAL_H
#define ENERGY_LEDGER_LEDGER_DISK_INTERNAL_H

#include "energy/ledger/ledger_disk.h"
#include "energy/ledger/ledger_internal.h"

#include <sqlite3.h>
#include <sys/types.h>

struct ledger_disk {
  struct ledger *ledger;
  char *directory, *path;
  sqlite3 *db; /* NULL: not open */
  ino_t inode;
  bool newer;  /* not ours to write */
  bool unread; /* it could not be read when the daemon began */
  /* Of the last transaction: its number, which it leaves in the file, and, when
   * it failed, how many of the entries that wait were in it. It may be there
   * all the same. */
  int64_t batch;
  bool in_doubt;
  size_t in_doubt_num;
  int64_t revision; /* of the file, as it was read */
};

/* ledger_disk_read.c: a SQLite code. */
int ledger_disk_read(struct ledger_disk *d);
/* The number of the last transaction in the file. A SQLite code. */
int ledger_disk_batch(struct ledger_disk *d, int64_t *batch);
/* ledger_disk_adopt.c: for a ledger that began without the file, now open. A
 * SQLite code; after a failure nothing has changed. */
int ledger_disk_adopt(struct ledger_disk *d);
/* Takes back what was read. */
void ledger_disk_forget(struct ledger *l);

/* ledger_disk_refresh.c: takes over what others changed in the file since it
 * was read, within the transaction of a write. A SQLite code. */
int ledger_disk_refresh(struct ledger_disk *d);

/* ledger_disk_write.c: a SQLite code; what could not be written waits. */
int ledger_disk_write(struct ledger_disk *d);
/* After the file was opened: what is in it already waits no longer. */
void ledger_disk_settle_doubt(struct ledger_disk *d);
/* The file is another one than before: everything is to be written. */
void ledger_disk_all_is_new(struct ledger_disk *d);

#endif
