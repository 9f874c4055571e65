/* SPDX-License-Identifier: MIT */
/* What the state of an alert has to say, to whom it concerns. */
#ifndef ALERT_STATE_NOTIFICATION_H
#define ALERT_STATE_NOTIFICATION_H

#include "alert/model/message.h"

#include <stdbool.h>
#include <stdint.h>

struct escalation_step;

struct notification {
  enum message_kind kind;
  enum alert_reason reason;
  bool quiet;
  bool stateful_only; /* only services that keep incidents open hear of it */
  int route;          /* position in episode->routes, -1 = all */
  const struct escalation_step *step; /* its channels instead of the route's */
  int64_t now;
};

#endif
