/* SPDX-License-Identifier: MIT */
/* Reading <Route "name">. */
#ifndef ALERT_CONFIG_CONFIG_ROUTE_H
#define ALERT_CONFIG_CONFIG_ROUTE_H

#include "alert/config/config.h"
#include "config/conf_tree.h"
#include "config/option.h"

/* OPTION_BLOCK reader; target is the struct notify_config. */
void route_read(void *target, const struct conf_item *item,
                struct option_reporter *reporter);
/* After the last block: resolves the channels' names, adds the implicit route
 * where there is none. */
void routes_finish(struct notify_config *config,
                   struct option_reporter *reporter);
void route_clear(struct route_config *route);

extern const struct option route_options[];

#endif
