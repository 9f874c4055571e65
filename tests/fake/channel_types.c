/* SPDX-License-Identifier: MIT */
/* The kinds of channel that tests use instead of the real ones. */
#include <config.h>

#include "alert/channel/channel_types.h"

#include "alert/channel/sender.h"

extern const struct sender sender_file;
extern const struct sender sender_pager;
extern const struct sender sender_family;

const struct channel_type channel_types[] = {
    {"file", &sender_file},     {"pager", &sender_pager},
    {"family", &sender_family}, {"telegram", NULL},
    {"twilio", NULL},           {NULL, NULL},
};

const struct sender *const heartbeat_sender = NULL;
