/* SPDX-License-Identifier: MIT */
/* What collectd's threshold plugin would say of a value, so that `explain` and
 * `render` can tell beforehand what then happens. Pure, any thread. */
#ifndef ALERT_MODEL_THRESHOLD_H
#define ALERT_MODEL_THRESHOLD_H

#include "alert/model/event.h"

#include <stdbool.h>
#include <stddef.h>

enum { THRESHOLDS_MAX = 8 }; /* for one series */

/* One <Type> block; bounds are NaN where not set. */
struct threshold {
  double warning_min, warning_max, failure_min, failure_max;
  char data_source[64];
  bool odd; /* inverted, or of percentages: not judged here */
};

/* The verdict on ev->value: the worst of all. SEVERITY_NONE: not to be told.
 * Where it is ev->severity, ev gets numbers, data source and the sentence that
 * the notification will have. */
enum severity threshold_speak(struct event *ev, const struct threshold *all,
                              size_t n);

#endif
