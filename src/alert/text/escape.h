/* SPDX-License-Identifier: MIT */
/* Escaping of a stranger's words for where a text goes. Pure, any thread. */
#ifndef ALERT_TEXT_ESCAPE_H
#define ALERT_TEXT_ESCAPE_H

#include "base/buf.h"

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

/* Escapes text for target and appends it: 0, -ENOMEM, -EMSGSIZE. */
int text_escape(const char *text, enum text_target target, struct buf *out);

#endif
