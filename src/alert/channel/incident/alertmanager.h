/* SPDX-License-Identifier: MIT */
/* Prometheus Alertmanager: the feed for an engine that is there already. */
#ifndef ALERT_CHANNEL_INCIDENT_ALERTMANAGER_H
#define ALERT_CHANNEL_INCIDENT_ALERTMANAGER_H

#include "alert/channel/sender.h"

extern const struct sender sender_alertmanager;

#endif
