/* SPDX-License-Identifier: MIT */
/* The ledger's file: a SQLite database. One thread at a time; the ledger's
 * lock is taken for copies only, never across the disk. */
#ifndef ENERGY_LEDGER_LEDGER_DISK_H
#define ENERGY_LEDGER_LEDGER_DISK_H

#include "energy/ledger/ledger.h"

enum { LEDGER_DISK_WHY = 256 };

enum ledger_disk_result {
  LEDGER_DISK_OK,
  LEDGER_DISK_FRESH,  /* there was none, or the damaged one is set aside */
  LEDGER_DISK_NEWER,  /* written by a newer version: left alone */
  LEDGER_DISK_FAILED, /* why says so; worth another try */
};

struct ledger_disk;

/* Opens nothing yet. NULL when memory is out. */
struct ledger_disk *ledger_disk_create(struct ledger *l, const char *directory);
void ledger_disk_free(struct ledger_disk *d);

/* Opens the file, and reads it into a ledger that knows nothing yet. */
enum ledger_disk_result ledger_disk_load(struct ledger_disk *d,
                                         char why[LEDGER_DISK_WHY]);

/* The same in two steps. The first may take as long as the disk pleases and
 * leaves the ledger alone; the second takes no time. Not in time: the ledger is
 * in use by then, and goes on in that file with the next save. */
enum ledger_disk_result ledger_disk_begin_load(struct ledger_disk *d,
                                               char why[LEDGER_DISK_WHY]);
void ledger_disk_end_load(struct ledger_disk *d, bool in_time,
                          char why[LEDGER_DISK_WHY]);
/* From any thread: the first step shall fail, if it is not over. */
void ledger_disk_give_up(struct ledger_disk *d);

/* Writes what is new in one transaction. After a failure it is tried again
 * with the next; a file that was taken away is made again. */
enum ledger_disk_result ledger_disk_save(struct ledger_disk *d,
                                         char why[LEDGER_DISK_WHY]);

/* Keeps prices that came for an address, and gives them to the tariffs. They
 * count also when they cannot be written. */
enum ledger_disk_result ledger_disk_prices(struct ledger_disk *d,
                                           const char *url,
                                           const struct price_series *series,
                                           char why[LEDGER_DISK_WHY]);

/* Prices what was booked without a price and has one by now; the tariffs are
 * changed by the same thread only. It is in the ledger with the next save. */
enum ledger_disk_result ledger_disk_price(struct ledger_disk *d,
                                          char why[LEDGER_DISK_WHY]);

/* Where the file is. */
const char *ledger_disk_path(const struct ledger_disk *d);

#endif
