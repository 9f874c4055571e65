/* SPDX-License-Identifier: MIT */
/* What the engine asks the daemon about values: hooks of the glue, called on
 * the engine's thread with no lock held. Each may be NULL. */
#ifndef ALERT_MODEL_VALUE_SOURCE_H
#define ALERT_MODEL_VALUE_SOURCE_H

#include "alert/model/alert.h"
#include "alert/model/threshold.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct value_source {
  /* The value cache: the present value of a series; host, plugin and
   * plugin_instance from alert. False = none or not a number. */
  bool (*lookup)(void *arg, const struct alert *alert, const char *series,
                 double *value);
  /* What a device that is away took at last, and when (wall ms, 0 = not
   * known); false = never seen. */
  bool (*last_power)(void *arg, const struct alert *alert, double *watts,
                     int64_t *at);
  /* The thresholds for the series that the five names of an event stand for;
   * how many, at most max. */
  size_t (*thresholds)(void *arg, const struct event *series,
                       struct threshold *out, size_t max);
  void *arg;
};

#endif
