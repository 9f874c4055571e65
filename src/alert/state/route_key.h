/* SPDX-License-Identifier: MIT */
/* How the store names a route. */
#ifndef ALERT_STATE_ROUTE_KEY_H
#define ALERT_STATE_ROUTE_KEY_H

#include "alert/config/config.h"

#include <stddef.h>

/* Its name, or "#2" for the nameless. */
void route_key(const struct notify_config *config, int route, char *out,
               size_t size);

#endif
