/* SPDX-License-Identifier: MIT */
/* Microsoft Teams: cards by a workflow or by a connector of old. */
#ifndef ALERT_CHANNEL_TEAMS_H
#define ALERT_CHANNEL_TEAMS_H

#include "alert/channel/sender.h"

extern const struct sender sender_teams;

#endif
