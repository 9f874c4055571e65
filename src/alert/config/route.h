/* SPDX-License-Identifier: MIT */
/* Matching alerts with routes; route_match() and route_level() of config.h are
 * what the engine calls. Compiled at start, then read from any thread. */
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

/* Whether this one route takes the alert. */
bool route_takes(const struct route_config *route, const struct alert *alert);

#endif
