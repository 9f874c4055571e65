/* SPDX-License-Identifier: MIT */
/* The alert engine's questions about present and last values and about their
 * thresholds, answered from what collectd keeps. Include collectd.h and
 * plugin.h first. */
#ifndef PLUGIN_VALUE_CACHE_H
#define PLUGIN_VALUE_CACHE_H

#include "alert/model/alert.h"
#include "alert/model/threshold.h"

#include <stdbool.h>
#include <stdint.h>

/* Hooks of the engine, see engine.h; any thread, arg is not used. */
bool value_cache_lookup(void *arg, const struct alert *alert,
                        const char *series, double *value);
bool value_cache_last_power(void *arg, const struct alert *alert, double *watts,
                            int64_t *at);

size_t value_cache_thresholds(void *arg, const struct event *series,
                              struct threshold *out, size_t max);

/* The "missing" callback: remembers what a device took before its power leaves
 * the cache. In one of collectd's threads; short. */
int value_cache_missing(const value_list_t *vl, user_data_t *unused);
/* When no callback can come any more. */
void value_cache_forget(void);

#endif
