/* SPDX-License-Identifier: MIT */
/* Mail over SMTP. */
#ifndef ALERT_CHANNEL_EMAIL_EMAIL_H
#define ALERT_CHANNEL_EMAIL_EMAIL_H

#include "alert/channel/sender.h"

extern const struct sender sender_email;

#endif
