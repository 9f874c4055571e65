/* SPDX-License-Identifier: MIT */
/* Single numbers that outlive a restart. Inside an open transaction. */
#ifndef ALERT_STORE_STORE_META_H
#define ALERT_STORE_STORE_META_H

#include <stdint.h>

struct store;

/* From 0 to 1e15: a moment in ms, a day. */
int store_meta_set(struct store *store, const char *key, int64_t value);
/* Leaves value alone when there is none, or one that nobody can have set. */
void store_meta_get(struct store *store, const char *key, int64_t *value);

#endif
