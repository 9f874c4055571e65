/* SPDX-License-Identifier: MIT */
/* The thresholds that collectd's threshold plugin has read. Include collectd.h
 * and plugin.h first. */
#ifndef PLUGIN_COLLECTD_THRESHOLD_H
#define PLUGIN_COLLECTD_THRESHOLD_H

#include "alert/model/event.h"
#include "alert/model/threshold.h"

#include <stddef.h>

/* A hook of the alert engine (alert/model/value_source.h): those that hold for
 * a series. Any thread; arg is not used. */
size_t collectd_thresholds(void *arg, const struct event *series,
                           struct threshold *out, size_t max);

#endif
