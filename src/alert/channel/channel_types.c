/* SPDX-License-Identifier: MIT */
/* The kinds of channel this build knows: one line each. */
#include <config.h>

#include "alert/channel/channel_types.h"

const struct sender *const senders[] = {
    &sender_email,   &sender_pushover, &sender_slack,
    &sender_webhook, &sender_discord,  NULL,
};
