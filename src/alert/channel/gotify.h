/* SPDX-License-Identifier: MIT */
/* Gotify: pushes by a server of one's own. */
#ifndef ALERT_CHANNEL_GOTIFY_H
#define ALERT_CHANNEL_GOTIFY_H

#include "alert/channel/sender.h"

extern const struct sender sender_gotify;

#endif
