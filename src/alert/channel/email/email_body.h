/* SPDX-License-Identifier: MIT */
/* What a mail shows: the plain part and the HTML part, which must read well in
 * the narrow window of a telephone, by day and by night. */
#ifndef ALERT_CHANNEL_EMAIL_EMAIL_BODY_H
#define ALERT_CHANNEL_EMAIL_EMAIL_BODY_H

#include "alert/channel/sender.h"
#include "alert/model/message.h"
#include "base/buf.h"

/* Appends UTF-8 text with bare line feeds: 0, -ENOMEM, -EMSGSIZE. */
int email_body_text(const struct message *message, const struct sender_env *env,
                    struct buf *out) __attribute__((warn_unused_result));
int email_body_html(const struct message *message, const struct sender_env *env,
                    struct buf *out) __attribute__((warn_unused_result));

/* "CRITICAL", "OK", "ACKNOWLEDGED", ...: what stands in the subject's brackets
 * and on the coloured band. */
void email_body_state(const struct message *message, char *out, size_t size);

#endif
