/* SPDX-License-Identifier: MIT */
/* Text messages to telephones, by Twilio. */
#ifndef ALERT_CHANNEL_TWILIO_H
#define ALERT_CHANNEL_TWILIO_H

#include "alert/channel/sender.h"

extern const struct sender sender_twilio;

#endif
