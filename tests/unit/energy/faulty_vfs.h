/* SPDX-License-Identifier: MIT */
/* A file system for SQLite on which, at the operation of one's choice, writing
 * fails or the power goes. One thread. */
#ifndef TESTS_UNIT_ENERGY_FAULTY_VFS_H
#define TESTS_UNIT_ENERGY_FAULTY_VFS_H

#include <stdbool.h>

enum faulty_kind {
  FAULTY_CUT,  /* the power goes: of what was not synced, chance keeps parts */
  FAULTY_FULL, /* no space: writes fail */
  FAULTY_IO,   /* writes fail after the half */
  FAULTY_SYNC, /* syncs fail, what they were for is there */
  FAULTY_ALL,  /* everything but reading fails, as on a read-only disk */
};
enum { FAULTY_KINDS = FAULTY_ALL + 1 };

/* Makes it SQLite's default, without faults. */
void faulty_install(void);

/* From the operation-th writing, syncing, truncating, opening or removing on
 * count of them meet the fault; 0: none does. Counting begins anew. */
void faulty_set(enum faulty_kind kind, long operation, long count,
                unsigned seed);

/* How many there were since. */
long faulty_seen(void);
/* Whether the fault was met. */
bool faulty_met(void);

/* The power is back; no faults. */
void faulty_mend(void);

#endif
