/* SPDX-License-Identifier: MIT */
/* collectd's configuration items as the tree of config/conf_tree.h, and its log
 * as our sink: what both plugins share of the daemon. */
#ifndef PLUGIN_OCONFIG_H
#define PLUGIN_OCONFIG_H

#include "base/log.h"
#include "config/conf_tree.h"

struct oconfig_item_s;

/* A copy of the item and all below it; NULL when memory is out. */
struct conf_item *oconfig_read(const struct oconfig_item_s *item);

/* A log_sink; arg is the plugin's name for the front of each line. */
void oconfig_log(void *arg, enum log_level level, const char *text);

#endif
