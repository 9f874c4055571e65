/* SPDX-License-Identifier: MIT */
/* Going on in memory when the disk fails, and back to the disk. */
#ifndef ALERT_STORE_STORE_FAILOVER_H
#define ALERT_STORE_STORE_FAILOVER_H

#include "alert/store/store_internal.h"

#include <stdbool.h>

/* The disk failed with this SQLite code; see struct db. store is the struct
 * store. */
int store_fail_over(void *store, int rc);
/* The file is out of reach from the start: 0, or a SQLite code when memory is
 * out, too. */
int store_begin_in_memory(struct store *s);
/* The file is there no more: what it held goes on in memory. */
int store_move_to_memory(struct store *s, int rc);
/* From memory to a file again. */
bool store_back_to_disk(struct store *s);

#endif
