/* SPDX-License-Identifier: MIT */
/* A program of one's own, for whatever is missing. */
#ifndef ALERT_CHANNEL_EXEC_H
#define ALERT_CHANNEL_EXEC_H

#include "alert/channel/sender.h"

extern const struct sender sender_exec;

#endif
