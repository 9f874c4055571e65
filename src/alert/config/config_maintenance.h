/* SPDX-License-Identifier: MIT */
/* Reads <Maintenance "name">: hours that come again, in which some alerts are
 * nobody's business. */
#ifndef ALERT_CONFIG_CONFIG_MAINTENANCE_H
#define ALERT_CONFIG_CONFIG_MAINTENANCE_H

#include "alert/config/config.h"

extern const struct option maintenance_options[];

void maintenance_read(void *target, const struct conf_item *item,
                      struct option_reporter *reporter);
void maintenance_clear(struct maintenance_config *maintenance);

#endif
