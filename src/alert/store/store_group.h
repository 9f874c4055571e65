/* SPDX-License-Identifier: MIT */
/* Which alerts a message about several tells of. */
#ifndef ALERT_STORE_STORE_GROUP_H
#define ALERT_STORE_STORE_GROUP_H

#include "alert/store/store_outbox.h"

#include <stdint.h>

struct store;

/* The row tells of the alert, which is open, and stands for the route. */
int store_group_add(struct store *store, int64_t row_id, int64_t alert_id,
                    const char *route);
/* Another row tells of the same. */
int store_group_copy(struct store *store, int64_t from_row, int64_t to_row);

typedef void store_group_fn(void *arg, int64_t alert_id, const char *route);
/* At most max of them, by alerts beyond after. */
int store_group_each(struct store *store, int64_t row_id, int64_t after,
                     int max, store_group_fn *each, void *arg);

#endif
