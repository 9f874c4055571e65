/* SPDX-License-Identifier: MIT */
/* Over all tables: moments that move with the clock, rows that grow old. */
#ifndef ALERT_STORE_STORE_UPKEEP_H
#define ALERT_STORE_STORE_UPKEEP_H

#include <stdint.h>

struct store;

/* Adds delta to every stored moment that lies ahead or belongs to something
 * still open: the clock was set. */
int store_shift(struct store *store, int64_t delta_ms);
/* Deletes at most slice old rows of each kind; how many went (0 = done). */
int store_prune(struct store *store, int64_t before, int slice);

#endif
