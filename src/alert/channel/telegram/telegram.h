/* SPDX-License-Identifier: MIT */
/* Telegram, by a bot. */
#ifndef ALERT_CHANNEL_TELEGRAM_TELEGRAM_H
#define ALERT_CHANNEL_TELEGRAM_TELEGRAM_H

#include "alert/channel/sender.h"

extern const struct sender sender_telegram;

#endif
