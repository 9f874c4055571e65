/* SPDX-License-Identifier: MIT */
/* Pushover: pushes to telephones. */
#ifndef ALERT_CHANNEL_PUSHOVER_PUSHOVER_H
#define ALERT_CHANNEL_PUSHOVER_PUSHOVER_H

#include "alert/channel/sender.h"

extern const struct sender sender_pushover;

#endif
