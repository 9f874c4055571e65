/* SPDX-License-Identifier: MIT */
/* Reads <Inhibit "name"> and <Storm>: what explains the rest. */
#ifndef ALERT_CONFIG_CONFIG_INHIBIT_H
#define ALERT_CONFIG_CONFIG_INHIBIT_H

#include "alert/config/config.h"

extern const struct option inhibit_options[];
extern const struct option storm_options[];

void inhibit_read(void *target, const struct conf_item *item,
                  struct option_reporter *reporter);
void inhibit_clear(struct inhibit_config *inhibit);
void storm_read(void *target, const struct conf_item *item,
                struct option_reporter *reporter);

#endif
