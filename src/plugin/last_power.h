/* SPDX-License-Identifier: MIT */
/* What each device took at last. A value leaves collectd's cache two intervals
 * after it came; by the time a device is called missing it is long gone, so it
 * is copied when it goes. Include collectd.h and plugin.h first. */
#ifndef PLUGIN_LAST_POWER_H
#define PLUGIN_LAST_POWER_H

#include "alert/model/alert.h"

#include <stdbool.h>
#include <stdint.h>

/* collectd's "missing" callback: remembers a power that leaves the cache. In
 * one of collectd's threads; short. */
int last_power_missing(const value_list_t *vl, user_data_t *unused);

/* A hook of the alert engine (alert/model/value_source.h): the watts, and when
 * (wall ms; unchanged while the value is still in the cache). Any thread; arg
 * is not used. */
bool last_power_of(void *arg, const struct alert *alert, double *watts,
                   int64_t *at);

/* Forgets all, when no callback can come any more. */
void last_power_forget(void);

#endif
