/* SPDX-License-Identifier: MIT */
/* Matching alerts with routes. Pure, any thread. */
#ifndef ALERT_CONFIG_ROUTE_H
#define ALERT_CONFIG_ROUTE_H

#include "alert/config/config.h"

/* Indices of the routes that take this alert, in order: the first match, and
 * those its Continue leads to. Returns how many (0 = no route). Looks at
 * identity, device, class, severity and text only. */
size_t route_match(const struct notify_config *config,
                   const struct alert *alert, int routes[ROUTES_MAX]);

/* The level of an alert of this class and severity on this route; route may be
 * NULL. */
enum level route_level(const struct route_config *route, enum alert_class class,
                       enum severity severity);

#endif
