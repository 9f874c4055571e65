/* SPDX-License-Identifier: MIT */
/* See route_key.h. */
#include <config.h>

#include "alert/state/route_key.h"

#include <stdio.h>
#include <string.h>

void route_key(const struct notify_config *config, int route, char *out,
               size_t size) {
  const char *name = config->routes[route].words.name;

  if (name != NULL && strlen(name) > 60) /* two may begin alike */
    snprintf(out, size, "%.50s#%d", name, route + 1);
  else if (name != NULL && name[0] != '\0')
    snprintf(out, size, "%s", name);
  else
    snprintf(out, size, "#%d", route + 1);
}

int route_by_key(const struct notify_config *config, const char *key) {
  char name[ROUTE_KEY_SIZE];

  for (size_t i = 0; key[0] != '\0' && i < config->routes_num; i++) {
    route_key(config, (int)i, name, sizeof(name));
    if (strcmp(name, key) == 0)
      return (int)i;
  }
  return -1;
}
