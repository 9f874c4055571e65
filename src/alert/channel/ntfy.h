/* SPDX-License-Identifier: MIT */
/* ntfy: pushes by topic, at ntfy.sh or a server of one's own. */
#ifndef ALERT_CHANNEL_NTFY_H
#define ALERT_CHANNEL_NTFY_H

#include "alert/channel/sender.h"

extern const struct sender sender_ntfy;

#endif
