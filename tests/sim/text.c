/* SPDX-License-Identifier: MIT */
/* A growing byte string and a small JSON writer. */
#include "text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_free(struct text *t) {
  free(t->p);
  *t = (struct text){0};
}

char *text_room(struct text *t, size_t n) {
  if (t->len + n + 1 > t->cap) {
    t->cap = (t->len + n + 1) * 2;
    t->p = xrealloc(t->p, t->cap);
  }
  t->p[t->len + n] = '\0';
  return t->p + t->len;
}

void text_add(struct text *t, const void *bytes, size_t len) {
  if (len == 0)
    return;
  memcpy(text_room(t, len), bytes, len);
  t->len += len;
}

void text_addz(struct text *t, const char *words) {
  text_add(t, words, strlen(words));
}

void text_char(struct text *t, char c) { text_add(t, &c, 1); }

void text_int(struct text *t, int64_t value) {
  char digits[24];
  size_t at = sizeof(digits);
  uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  do {
    digits[--at] = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  if (value < 0)
    digits[--at] = '-';
  text_add(t, digits + at, sizeof(digits) - at);
}

void text_fixed(struct text *t, double value, unsigned decimals) {
  static const int64_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
  int64_t scale = powers[decimals < COUNT(powers) ? decimals : 6];
  int64_t scaled = llround(value * (double)scale);
  uint64_t size = scaled < 0 ? 0 - (uint64_t)scaled : (uint64_t)scaled;
  if (scaled < 0)
    text_char(t, '-');
  text_int(t, (int64_t)(size / (uint64_t)scale));
  if (scale == 1)
    return;
  text_char(t, '.');
  for (scale /= 10; scale > 0; scale /= 10)
    text_char(t, (char)('0' + size / (uint64_t)scale % 10));
}

void text_number(struct text *t, double value) {
  text_printf(t, "%.10g", isfinite(value) ? value : 0.0);
}

void text_printf(struct text *t, const char *fmt, ...) {
  char small[512];
  va_list args;
  va_start(args, fmt);
  int n = vsnprintf(small, sizeof(small), fmt, args);
  va_end(args);
  if (n < 0)
    return;
  if ((size_t)n < sizeof(small)) {
    text_add(t, small, (size_t)n);
    return;
  }
  char *room = text_room(t, (size_t)n);
  va_start(args, fmt);
  vsnprintf(room, (size_t)n + 1, fmt, args);
  va_end(args);
  t->len += (size_t)n;
}

static void quoted_byte(struct text *t, char c) {
  unsigned char u = (unsigned char)c;
  if (c == '"' || c == '\\') {
    text_char(t, '\\');
    text_char(t, c);
  } else if (u < 0x20) {
    text_printf(t, "\\u%04x", u);
  } else {
    text_char(t, c);
  }
}

void text_quoted(struct text *t, const char *p, size_t len) {
  text_char(t, '"');
  for (size_t i = 0; i < len; i++)
    quoted_byte(t, p[i]);
  text_char(t, '"');
}

/* Length of the valid UTF-8 character at p, or 0. */
static size_t utf8_length(const unsigned char *p, size_t left) {
  static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  size_t n = p[0] < 0x80             ? 1
             : (p[0] & 0xe0) == 0xc0 ? 2
             : (p[0] & 0xf0) == 0xe0 ? 3
             : (p[0] & 0xf8) == 0xf0 ? 4
                                     : 0;
  if (n < 2)
    return n;
  if (n > left)
    return 0;
  uint32_t code = p[0] & (0xffu >> (n + 1));
  for (size_t i = 1; i < n; i++) {
    if ((p[i] & 0xc0) != 0x80)
      return 0;
    code = code << 6 | (p[i] & 0x3fu);
  }
  bool bad = code < smallest[n] || code > 0x10ffff ||
             (code >= 0xd800 && code < 0xe000);
  return bad ? 0 : n;
}

void text_quoted_clean(struct text *t, const char *p, size_t len) {
  text_char(t, '"');
  for (size_t i = 0; i < len;) {
    size_t n = utf8_length((const unsigned char *)p + i, len - i);
    if (n == 1)
      quoted_byte(t, p[i]);
    else if (n > 1)
      text_add(t, p + i, n);
    else
      text_addz(t, "\\ufffd");
    i += n > 0 ? n : 1;
  }
  text_char(t, '"');
}

void text_hex(struct text *t, const void *bytes, size_t len) {
  static const char digits[] = "0123456789abcdef";
  const unsigned char *p = bytes;
  for (size_t i = 0; i < len; i++) {
    text_char(t, digits[p[i] >> 4]);
    text_char(t, digits[p[i] & 15]);
  }
}

void text_key(struct text *t, const char *key) {
  if (t->len > 0 && t->p[t->len - 1] != '{' && t->p[t->len - 1] != '[')
    text_char(t, ',');
  text_char(t, '"');
  text_addz(t, key);
  text_addz(t, "\":");
}
