/* SPDX-License-Identifier: MIT */
/* From an event to the alert people will see: names, level, values. */
#ifndef ALERT_STATE_ALERT_BUILD_H
#define ALERT_STATE_ALERT_BUILD_H

#include "alert/config/config.h"
#include "alert/model/event.h"
#include "alert/state/alert_table.h"

#include <stdint.h>

/* Fills a fresh alert from an event as opening it would (device, level, unit,
 * labels) and matches its routes; for explain and render too. */
void alert_build(const struct notify_config *config, const struct event *event,
                 int64_t now, struct open_alert *e);
/* Parts of it: the level for a severity on the alert's first route; what an
 * event brings to an alert that is open; device, labels and routes by the
 * configuration. */
enum level open_alert_level(const struct notify_config *config,
                            const struct open_alert *e, enum severity severity);
void open_alert_values(struct open_alert *e, const struct event *event);
void open_alert_peak(struct open_alert *e);
void open_alert_names(const struct notify_config *config, struct open_alert *e);
void open_alert_routes(const struct notify_config *config,
                       struct open_alert *e);

#endif
