/* SPDX-License-Identifier: MIT */
/* Any receiver of JSON by HTTP. */
#ifndef ALERT_CHANNEL_WEBHOOK_H
#define ALERT_CHANNEL_WEBHOOK_H

#include "alert/channel/sender.h"

extern const struct sender sender_webhook;

#endif
