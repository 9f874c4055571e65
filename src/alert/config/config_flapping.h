/* SPDX-License-Identifier: MIT */
/* <Flapping>: when an alert that comes and goes is told as such. */
#ifndef ALERT_CONFIG_CONFIG_FLAPPING_H
#define ALERT_CONFIG_CONFIG_FLAPPING_H

#include "config/conf_tree.h"
#include "config/option.h"

extern const struct option flapping_options[];

/* Reads the block into target, a struct notify_config. */
void flapping_read(void *target, const struct conf_item *item,
                   struct option_reporter *reporter);

#endif
