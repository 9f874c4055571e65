/* SPDX-License-Identifier: MIT */
/* Many devices gone at once become one alert (<Storm>). */
#ifndef ALERT_CORE_CORE_STORM_H
#define ALERT_CORE_CORE_STORM_H

#include "alert/core/core_internal.h"

/* Looks every few seconds whether one begins or ends. */
void core_storm(struct alert_core *core, int64_t now);

#endif
