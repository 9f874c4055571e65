/* SPDX-License-Identifier: MIT */
/* The channel kinds, each in its own file send_<name>.c. */
#ifndef ALERT_CHANNEL_CHANNEL_TYPES_H
#define ALERT_CHANNEL_CHANNEL_TYPES_H

#include "alert/channel/sender.h"

extern const struct sender sender_email;
extern const struct sender sender_pushover;
extern const struct sender sender_slack;
extern const struct sender sender_webhook;
extern const struct sender sender_discord;

#endif
