/* SPDX-License-Identifier: MIT */
/* Discord, by webhook. */
#ifndef ALERT_CHANNEL_DISCORD_H
#define ALERT_CHANNEL_DISCORD_H

#include "alert/channel/sender.h"

extern const struct sender sender_discord;

#endif
