/* SPDX-License-Identifier: MIT */
/* Escaping for each place a text may go to: see escape.h. */
#include <config.h>

#include "alert/text/escape.h"

#include "base/text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */
#define ZERO_WIDTH_SPACE "\xe2\x80\x8b"           /* U+200B */

/* Characters that would turn a line around or hide in it. */
static bool is_control(uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

static bool is_word(const char *at, const char *start, const char *end) {
  unsigned char c;

  if (at < start || at >= end)
    return false;
  c = (unsigned char)*at;
  return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
         (c >= 'a' && c <= 'z');
}

/* One character of the value, which is whole and no control character. */
struct letter {
  const char *at;
  size_t len;
  const char *start, *end; /* of the whole value, to look at neighbours */
};

/* Of the three that markup of all kinds begins with; NULL = none of these. */
static const char *entity(char c) {
  return c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : NULL;
}

static int add_html(const struct letter *l, struct buf *out) {
  if (entity(*l->at) != NULL)
    return buf_adds(out, entity(*l->at));
  switch (*l->at) {
  case '"':
    return buf_adds(out, "&quot;");
  case '\'':
    return buf_adds(out, "&#39;");
  }
  return buf_add(out, l->at, l->len);
}

/* Only & < > have entities at Slack. The characters that begin bold, italic,
 * struck-out or code text cannot be escaped there; a zero-width space behind
 * them keeps two of them from pairing up. Inside a word (plug_1) Slack shows
 * them as they are, so a name stays fit for copying. */
static int add_slack(const struct letter *l, struct buf *out) {
  int err;

  if (entity(*l->at) != NULL)
    return buf_adds(out, entity(*l->at));
  switch (*l->at) {
  case '*':
  case '_':
  case '~':
  case '`':
    err = buf_add(out, l->at, 1);
    if (err < 0 || (*l->at != '`' && is_word(l->at - 1, l->start, l->end) &&
                    is_word(l->at + 1, l->start, l->end)))
      return err;
    return buf_adds(out, ZERO_WIDTH_SPACE);
  }
  return buf_add(out, l->at, l->len);
}

static int add_discord(const struct letter *l, struct buf *out) {
  if (*l->at != '\0' && strchr("\\*_~`>#[]()|", *l->at) != NULL) {
    int err = buf_adds(out, "\\");

    if (err < 0)
      return err;
  }
  return buf_add(out, l->at, l->len);
}

static int add_json(const struct letter *l, struct buf *out) {
  if (*l->at == '"' || *l->at == '\\')
    return buf_addf(out, "\\%c", *l->at);
  if (*l->at == '\n')
    return buf_adds(out, "\\n");
  return buf_add(out, l->at, l->len);
}

static int add_url(const struct letter *l, struct buf *out) {
  int err = 0;

  for (size_t i = 0; i < l->len && err == 0; i++) {
    unsigned char c = (unsigned char)l->at[i];

    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
        (c >= 'a' && c <= 'z') || strchr("-._~", c) != NULL)
      err = buf_add(out, &c, 1);
    else
      err = buf_addf(out, "%%%02X", c);
  }
  return err;
}

static int add_header(const struct letter *l, struct buf *out) {
  return *l->at == '\n' ? buf_adds(out, " ") : buf_add(out, l->at, l->len);
}

static int add_plain(const struct letter *l, struct buf *out) {
  return buf_add(out, l->at, l->len);
}

typedef int add_fn(const struct letter *letter, struct buf *out);

static add_fn *const adders[TARGET_COUNT] = {
    [TARGET_PLAIN] = add_plain, [TARGET_HTML] = add_html,
    [TARGET_SLACK] = add_slack, [TARGET_DISCORD] = add_discord,
    [TARGET_JSON] = add_json,   [TARGET_MAIL_HEADER] = add_header,
    [TARGET_URL] = add_url,
};

int text_escape(const char *text, enum text_target target, struct buf *out) {
  const char *end = text + strlen(text);
  add_fn *add = (unsigned)target < TARGET_COUNT ? adders[target] : add_plain;
  int err = 0;

  for (const char *at = text; at < end && err == 0;) {
    struct letter letter = {at, 0, text, end};
    uint32_t code = 0;
    size_t len = text_decode(at, (size_t)(end - at), &code);

    if (len == 0) { /* repaired, then escaped like any other character */
      code = 0xfffd;
      letter = (struct letter){replacement, 3, replacement, &replacement[3]};
      at++;
    } else {
      letter.len = len;
      at += len;
    }
    if (code == '\t')
      letter = (struct letter){" ", 1, NULL, NULL};
    else if (code != '\n' && is_control(code))
      continue;
    err = add(&letter, out);
  }
  return err;
}
