/* SPDX-License-Identifier: MIT */
/* Single numbers that outlive a restart. Inside an open transaction. */
#ifndef ALERT_STORE_STORE_META_H
#define ALERT_STORE_STORE_META_H

#include <stdint.h>

struct store;

int store_meta_set(struct store *store, const char *key, int64_t value);
/* Leaves value alone when there is none. */
void store_meta_get(struct store *store, const char *key, int64_t *value);

#endif
