/* SPDX-License-Identifier: MIT */
/* Texts made to fit a channel: repaired, cut in the provider's own unit, then
 * escaped. In this order: cutting escaped markup would break it, and broken
 * markup loses alerts. Pure functions, safe from any thread. */
#ifndef ALERT_TEXT_TEXT_LIMITS_H
#define ALERT_TEXT_TEXT_LIMITS_H

#include "alert/model/message.h"
#include "alert/text/escape.h"
#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* How a provider counts. */
enum text_limits_unit {
  TEXT_LIMITS_BYTES,
  TEXT_LIMITS_CHARACTERS,
  TEXT_LIMITS_UTF16
};

size_t text_limits_length(const char *text, enum text_limits_unit unit);

/* Appends text, repaired and cut to max units and max_lines lines (0 = any).
 * What does not fit goes from the end: whole lines while the first one stays,
 * then within it, between characters as a reader sees them; "…" says so. */
int text_limits_truncate(const char *text, enum text_limits_unit unit,
                         size_t max, size_t max_lines, struct buf *out)
    __attribute__((warn_unused_result));

/* Limits of one channel for title and body. */
struct text_limits {
  enum text_target target;
  enum text_limits_unit unit;
  size_t title;
  size_t body;
  size_t lines; /* of the body; 0 = any */
};

/* A message's title and body for a channel, escaped for its target. With
 * message->shrink the body is one line. Whoever wrote markup into a template
 * of their own gets it as long as the text fits. A body never comes out empty:
 * it then repeats the title. 0, -ENOMEM, -EMSGSIZE. */
int text_limits_message(const struct message *message,
                        const struct text_limits *limits, struct buf *title,
                        struct buf *body) __attribute__((warn_unused_result));

#endif
