/* SPDX-License-Identifier: MIT */
/* Slack, by incoming webhook or by a bot. */
#ifndef ALERT_CHANNEL_SLACK_H
#define ALERT_CHANNEL_SLACK_H

#include "alert/channel/sender.h"

extern const struct sender sender_slack;

#endif
