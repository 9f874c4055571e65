/* SPDX-License-Identifier: MIT */
/* The words of one message, ready to be sent: the route's own ones or the
 * default ones, and what every text gets, such as "Delayed 3 h 12 min: ...".
 * Pure functions, safe from any thread. */
#ifndef ALERT_TEXT_MESSAGE_TEXTS_H
#define ALERT_TEXT_MESSAGE_TEXTS_H

#include "alert/model/message.h"
#include "alert/text/escape.h"
#include "alert/text/template_variables.h"
#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Title and body of a message. Reads kind, reason, alert, delay_*,
 * fallback_for, shrink, words, style; ignores title and body, so the engine
 * fills those with this, TARGET_PLAIN, and a sender may call it again for its
 * own target. 0, or -ENOMEM; title is never empty after 0. */
int message_texts(const struct message *message, enum text_target target,
                  struct buf *title, struct buf *body);

/* Whether the route has a text of its own for this occasion. */
bool message_has_own_text(const struct message *message);

/* Appends what every text ends with: that it is late, or came another way. 0 or
 * -ENOMEM. */
int message_notes(const struct message *message, enum text_target target,
                  struct buf *out) __attribute__((warn_unused_result));

/* Title and body of a text about several alerts; those in view are borrowed for
 * the call. */
int view_texts(const struct view *view, enum text_target target,
               struct buf *title, struct buf *body);

/* template_render() with the names of a message, %{title} and %{url} among
 * them. */
int message_render(const struct template *t, const struct message *message,
                   enum text_target target, struct buf *out);

/* Appends the address of the dashboard for this message, if one is configured,
 * leads to something about it and it comes out as plain http or https of at
 * most max bytes; else nothing. 0, -ENOMEM, -EMSGSIZE. */
int message_url(const struct message *message, size_t max, struct buf *out)
    __attribute__((warn_unused_result));

#endif
