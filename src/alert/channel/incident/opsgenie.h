/* SPDX-License-Identifier: MIT */
/* Opsgenie (a legacy): on-call duty that escalates by itself. */
#ifndef ALERT_CHANNEL_INCIDENT_OPSGENIE_H
#define ALERT_CHANNEL_INCIDENT_OPSGENIE_H

#include "alert/channel/sender.h"

extern const struct sender sender_opsgenie;

#endif
