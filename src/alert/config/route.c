/* SPDX-License-Identifier: MIT */
/* Which alert goes where: see route.h. */
#include <config.h>

#include "alert/config/route.h"

size_t route_match(const struct notify_config *config,
                   const struct alert *alert, int routes[ROUTES_MAX]) {
  size_t found = 0;

  for (size_t i = 0; i < config->routes_num && found < ROUTES_MAX; i++) {
    if (!matchers_take(&config->routes[i].match, alert))
      continue;
    routes[found++] = (int)i;
    if (!config->routes[i].go_on)
      break;
  }
  return found;
}

enum level route_level(const struct route_config *route, enum alert_class class,
                       enum severity severity) {
  if (route != NULL && route->level >= 0)
    return (enum level)route->level;
  if (class == ALERT_MISSING)
    return LEVEL_ERROR;
  switch (severity) {
  case SEVERITY_WARNING:
    return LEVEL_WARNING;
  case SEVERITY_FAILURE:
    return LEVEL_CRITICAL;
  case SEVERITY_OKAY: /* an announcement, such as a finished washing machine */
    return LEVEL_INFO;
  case SEVERITY_NONE:
    break;
  }
  return LEVEL_ERROR;
}
