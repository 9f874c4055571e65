/* SPDX-License-Identifier: MIT */
/* A message as JSON for programs, schema 1 (collectd-notify_kasa(5), "WEBHOOK
 * BODY"): what the webhook posts and the exec channel hands over. Pure. */
#ifndef ALERT_CHANNEL_MESSAGE_JSON_H
#define ALERT_CHANNEL_MESSAGE_JSON_H

#include "alert/channel/sender.h"
#include "alert/model/message.h"
#include "base/buf.h"

/* The receiver's words for what happened: "firing", "resolved", ... */
const char *message_json_event(const struct message *message);
/* Appends the object: 0, -ENOMEM, -EMSGSIZE. */
int message_json(const struct message *message, const struct sender_env *env,
                 struct buf *out);

#endif
