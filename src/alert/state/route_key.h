/* SPDX-License-Identifier: MIT */
/* How the store names a route. */
#ifndef ALERT_STATE_ROUTE_KEY_H
#define ALERT_STATE_ROUTE_KEY_H

#include "alert/config/config.h"

#include <stddef.h>

enum { ROUTE_KEY_SIZE = 64 };

/* Its name, "#2" for the nameless; of a long name the beginning and its
 * number. */
void route_key(const struct notify_config *config, int route, char *out,
               size_t size);
/* The route of that name; -1 = there is none any more. */
int route_by_key(const struct notify_config *config, const char *key);

#endif
