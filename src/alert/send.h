/* The channel kinds, each in its own file send_<name>.c. */
#ifndef ALERT_SEND_H
#define ALERT_SEND_H

#include "alert/sender.h"

extern const struct sender sender_email;
extern const struct sender sender_pushover;
extern const struct sender sender_slack;
extern const struct sender sender_webhook;
extern const struct sender sender_discord;

#endif
