/* SPDX-License-Identifier: MIT */
/* Texts for people: templates compiled at start, default texts, escaping for
 * where a text goes (ALERTING.md C).
 *
 * A compiled template is immutable: render from any thread. */
#ifndef ALERT_TEXT_TEMPLATE_H
#define ALERT_TEXT_TEMPLATE_H

#include "alert/model/message.h"
#include "base/buf.h"

#include <stddef.h>

/* Applied to substituted values, never to the template's own text. */
enum text_target {
  TARGET_PLAIN, /* control characters out */
  TARGET_HTML,
  TARGET_SLACK,
  TARGET_DISCORD,
  TARGET_JSON,        /* inside a JSON string: quotes and escapes */
  TARGET_MAIL_HEADER, /* one line; RFC 2047 is the mail sender's work */
  TARGET_URL,
  TARGET_COUNT
};

struct template;

enum { TEMPLATE_OUTPUT_MAX = 16384 };

/* Compiles text. On a mistake returns NULL and writes to error what is wrong
 * and where, with the nearest known name for an unknown one. Also NULL with
 * "out of memory". */
struct template *template_compile(const char *text, char *error,
                                  size_t error_size);
void template_free(struct template *t);

/* Appends to out: 0, -ENOMEM, -EMSGSIZE beyond TEMPLATE_OUTPUT_MAX. Values
 * come from message and message->alert; what is unset or NaN gives nothing. */
int template_render(const struct template *t, const struct message *message,
                    enum text_target target, struct buf *out);

/* Title and body of a message: its route's Title and Text where given (only
 * for reasons they fit), else the default texts of C.3; then what every text
 * gets, such as "Delayed 3 h 12 min: ...", "Slack unreachable: ...". Reads
 * kind, reason, alert, delay_*, fallback_for, shrink, route, config; ignores
 * title and body, so the engine fills those with this, TARGET_PLAIN, and a
 * sender may call it again for its own target.
 * 0, or -ENOMEM; title is never empty after 0. */
int message_texts(const struct message *message, enum text_target target,
                  struct buf *title, struct buf *body);

/* Escapes text for target and appends it: 0, -ENOMEM, -EMSGSIZE. */
int text_escape(const char *text, enum text_target target, struct buf *out);

/* "W", "V", ... for a collectd type ("power"), after <Unit> and Currency;
 * "" = none. config may be NULL. The string lives as long as config. */
const char *unit_of_type(const struct notify_config *config, const char *type);

#endif
