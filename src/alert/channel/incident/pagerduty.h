/* SPDX-License-Identifier: MIT */
/* PagerDuty: on-call duty that escalates by itself. */
#ifndef ALERT_CHANNEL_INCIDENT_PAGERDUTY_H
#define ALERT_CHANNEL_INCIDENT_PAGERDUTY_H

#include "alert/channel/sender.h"

extern const struct sender sender_pagerduty;

#endif
