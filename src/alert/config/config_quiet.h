/* SPDX-License-Identifier: MIT */
/* Reads <QuietHours "name">. */
#ifndef ALERT_CONFIG_CONFIG_QUIET_H
#define ALERT_CONFIG_CONFIG_QUIET_H

#include "alert/config/config.h"

extern const struct option quiet_options[];

void quiet_read(void *target, const struct conf_item *item,
                struct option_reporter *reporter);
void quiet_clear(struct quiet_config *quiet);
/* Names of routes and channels to indices, after the last block. */
void quiet_finish(struct notify_config *config,
                  struct option_reporter *reporter);

#endif
