/* SPDX-License-Identifier: MIT */
/* Matching alerts with routes. Compiled at start, then read from any
 * thread. */
#ifndef ALERT_CONFIG_ROUTE_H
#define ALERT_CONFIG_ROUTE_H

#include "alert/config/config.h"
#include "config/option.h"

/* Prepares the route's matchers (route->matchers): 0, or -EINVAL after
 * reporting a bad regular expression or an unknown class or severity, or
 * -ENOMEM. */
int route_compile(struct route_config *route, const char *where,
                  struct option_reporter *reporter);
void route_release(struct route_config *route);

/* Indices of the routes that take this alert, in order: the first match, and
 * those its Continue leads to. Returns how many (0 = no route). Looks at
 * identity, device, class, severity and text only. */
size_t route_match(const struct notify_config *config,
                   const struct alert *alert, int routes[ROUTES_MAX]);

/* The level of an alert of this class and severity on this route; route may be
 * NULL. */
enum level route_level(const struct route_config *route, enum alert_class class,
                       enum severity severity);

/* Whether this one route takes the alert. */
bool route_takes(const struct route_config *route, const struct alert *alert);

#endif
