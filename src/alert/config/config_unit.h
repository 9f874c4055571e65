/* SPDX-License-Identifier: MIT */
/* Reading <Unit "type"> and Unit "type" "symbol". */
#ifndef ALERT_CONFIG_CONFIG_UNIT_H
#define ALERT_CONFIG_CONFIG_UNIT_H

#include "alert/config/config.h"
#include "config/conf_tree.h"
#include "config/option.h"

/* OPTION_BLOCK reader; target is the struct notify_config. */
void unit_read(void *target, const struct conf_item *item,
               struct option_reporter *reporter);

extern const struct option unit_options[];

#endif
