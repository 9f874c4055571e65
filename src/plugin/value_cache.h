/* SPDX-License-Identifier: MIT */
/* The alert engine's question about a present value, answered from collectd's
 * value cache. Include collectd.h and plugin.h first. */
#ifndef PLUGIN_VALUE_CACHE_H
#define PLUGIN_VALUE_CACHE_H

#include "alert/model/alert.h"

#include <stdbool.h>

/* A hook of the alert engine (alert/model/value_source.h); any thread, arg is
 * not used. series is type or type-instance of the alert's plugin. */
bool value_cache_lookup(void *arg, const struct alert *alert,
                        const char *series, double *value);

#endif
