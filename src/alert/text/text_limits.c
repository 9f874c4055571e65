/* SPDX-License-Identifier: MIT */
/* Repairing, cutting, escaping, in this order: see text_limits.h. */
#include <config.h>

#include "alert/text/text_limits.h"

#include "alert/text/message_texts.h"
#include "alert/text/template.h"
#include "base/text.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

static const char ellipsis[] = "\xe2\x80\xa6";

static size_t units_of(uint32_t code, size_t bytes,
                       enum text_limits_unit unit) {
  switch (unit) {
  case TEXT_LIMITS_BYTES:
    return bytes;
  case TEXT_LIMITS_CHARACTERS:
    return 1;
  case TEXT_LIMITS_UTF16:
    return code > 0xffff ? 2 : 1;
  }
  return bytes;
}

size_t text_limits_length(const char *text, enum text_limits_unit unit) {
  size_t len = strlen(text);
  size_t sum = 0;

  for (size_t i = 0; i < len;) {
    uint32_t c = 0;
    size_t n = text_decode(text + i, len - i, &c);
    if (n == 0)
      n = 1;
    sum += units_of(c, n, unit);
    i += n;
  }
  return sum;
}

/* Characters that belong to the one before them on the screen. */
static bool joins_previous(uint32_t c) {
  static const struct {
    uint32_t first, last;
  } table[] = {
      {0x0300, 0x036f},   {0x0483, 0x0489},   {0x0591, 0x05bd},
      {0x064b, 0x065f},   {0x093a, 0x094d},   {0x0e31, 0x0e31},
      {0x0e34, 0x0e3a},   {0x1ab0, 0x1aff},   {0x1dc0, 0x1dff},
      {0x200d, 0x200d},   {0x20d0, 0x20ff},   {0x3099, 0x309a},
      {0xfe00, 0xfe0f},   {0xfe20, 0xfe2f},   {0x1f3fb, 0x1f3ff},
      {0xe0020, 0xe007f}, {0xe0100, 0xe01ef},
  };
  for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
    if (c >= table[i].first && c <= table[i].last)
      return true;
  return false;
}

static bool is_flag_half(uint32_t c) { return c >= 0x1f1e6 && c <= 0x1f1ff; }

/* Bytes of the longest prefix of at most max units that does not part what is
 * drawn as one. */
static size_t prefix(const char *s, size_t len, enum text_limits_unit unit,
                     size_t max) {
  size_t used = 0;
  size_t safe = 0; /* last place where a cut shows nothing half */
  uint32_t before = 0;
  unsigned flags = 0;

  for (size_t i = 0; i < len;) {
    uint32_t c = 0;
    size_t n = text_decode(s + i, len - i, &c);
    bool joined;

    if (n == 0)
      n = 1;
    joined = joins_previous(c) || before == 0x200d ||
             (is_flag_half(c) && flags % 2 == 1);
    flags = is_flag_half(c) ? flags + 1 : 0;
    if (!joined)
      safe = i;
    used += units_of(c, n, unit);
    if (used > max)
      return safe;
    before = c;
    i += n;
  }
  return len;
}

static int cut(const char *s, enum text_limits_unit unit, size_t max,
               size_t max_lines, struct buf *out) {
  size_t dots = text_limits_length(ellipsis, unit);
  size_t keep = 0;  /* bytes of whole lines that fit with the dots */
  size_t units = 0; /* of these */
  size_t lines = 0;
  size_t all = strlen(s);
  size_t line;
  size_t n;
  int err;

  while (all > 0 && s[all - 1] == '\n')
    all--;
  for (size_t at = 0;; at += n + 1) {
    size_t needed;
    bool last;

    line = strcspn(s + at, "\n");
    n = at + line > all ? all - at : line;
    last = at + n >= all;
    needed = units;
    if (at > 0)
      needed++;
    for (size_t i = at; i < at + n;) {
      uint32_t c = 0;
      size_t bytes = text_decode(s + i, at + n - i, &c);
      if (bytes == 0)
        bytes = 1;
      needed += units_of(c, bytes, unit);
      i += bytes;
    }
    lines++;
    if (last && needed <= max && (max_lines == 0 || lines <= max_lines))
      return buf_add(out, s, all); /* everything fits */
    if (needed + 1 + dots > max || (max_lines != 0 && lines >= max_lines)) {
      if (max_lines != 0 && lines == max_lines && needed + 1 + dots <= max) {
        keep = at + n;
      }
      break;
    }
    keep = at + n;
    units = needed;
    if (last)
      break;
  }
  if (keep > 0) {
    err = buf_add(out, s, keep);
    if (err == 0)
      err = buf_adds(out, " ");
  } else {
    line = strcspn(s, "\n");
    n = max > dots ? prefix(s, line, unit, max - dots) : 0;
    while (n > 0 && s[n - 1] == ' ')
      n--;
    err = buf_add(out, s, n);
  }
  if (err == 0 && max >= dots)
    err = buf_adds(out, ellipsis);
  return err;
}

int text_limits_truncate(const char *text, enum text_limits_unit unit,
                         size_t max, size_t max_lines, struct buf *out) {
  struct buf clean;
  int err;

  buf_init(&clean, (size_t)1 << 20);
  err = text_repair(text, false, &clean);
  if (err == 0)
    err = cut(clean.data, unit, max, max_lines, out);
  buf_free(&clean);
  return err;
}

static bool fits(const char *text, enum text_limits_unit unit, size_t max,
                 size_t max_lines) {
  size_t lines = 1;

  for (const char *c = text; *c != '\0'; c++)
    lines += *c == '\n';
  return text_limits_length(text, unit) <= max &&
         (max_lines == 0 || lines <= max_lines);
}

static bool is_blank(const char *text) {
  return text == NULL || text[strspn(text, " \n\t")] == '\0';
}

static int cut_and_escape(const char *text, const struct text_limits *limits,
                          size_t max, size_t lines, struct buf *out) {
  struct buf plain;
  int err;

  buf_init(&plain, (size_t)1 << 20);
  err = text_limits_truncate(text, limits->unit, max, lines, &plain);
  if (err == 0)
    err = text_escape(plain.data, limits->target, out);
  buf_free(&plain);
  return err;
}

/* The template rendered for this target, if it says the same as the plain
 * texts of the message and they fit: then its author's markup survives. */
static int with_markup(const struct message *message,
                       const struct text_limits *limits, struct buf *title,
                       struct buf *body, bool *done) {
  struct buf plain_title, plain_body;
  int err;

  *done = false;
  if (!message_has_own_text(message) || limits->target == TARGET_PLAIN ||
      message->shrink ||
      !fits(message->title, limits->unit, limits->title, 1) ||
      !fits(message->body, limits->unit, limits->body, limits->lines))
    return 0;
  buf_init(&plain_title, TEMPLATE_OUTPUT_MAX);
  buf_init(&plain_body, TEMPLATE_OUTPUT_MAX);
  err = message_texts(message, TARGET_PLAIN, &plain_title, &plain_body);
  if (err == 0 && plain_title.data != NULL && plain_body.data != NULL &&
      strcmp(plain_title.data, message->title) == 0 &&
      strcmp(plain_body.data, message->body) == 0) {
    buf_clear(title);
    buf_clear(body);
    err = message_texts(message, limits->target, title, body);
    *done = err == 0;
  }
  buf_free(&plain_title);
  buf_free(&plain_body);
  return err;
}

int text_limits_message(const struct message *message,
                        const struct text_limits *limits, struct buf *title,
                        struct buf *body) {
  const char *text = is_blank(message->body) ? message->title : message->body;
  size_t lines = message->shrink ? 1 : limits->lines;
  bool done = false;
  int err = with_markup(message, limits, title, body, &done);

  if (err < 0 || done)
    return err;
  err = cut_and_escape(message->title, limits, limits->title, 1, title);
  if (err == 0)
    err = cut_and_escape(text, limits, limits->body, lines, body);
  return err;
}
