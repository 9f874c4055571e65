/* SPDX-License-Identifier: MIT */
/* Strict JSON reading without allocation. */
#include "json.h"

#include <string.h>

#define MAX_DEPTH 16

static void blanks(struct cursor *c) {
  while (c->p < c->end &&
         (*c->p == ' ' || *c->p == '\t' || *c->p == '\n' || *c->p == '\r'))
    c->p++;
}

static bool eat(struct cursor *c, char want) {
  blanks(c);
  if (c->p >= c->end || *c->p != want)
    return false;
  c->p++;
  return true;
}

static bool string(struct cursor *c, struct slice *value) {
  if (!eat(c, '"'))
    return false;
  value->p = c->p;
  for (; c->p < c->end; c->p++) {
    if ((unsigned char)*c->p < 0x20)
      return false;
    if (*c->p == '"') {
      value->len = (size_t)(c->p++ - value->p);
      return true;
    }
    if (*c->p == '\\' && ++c->p >= c->end)
      return false;
  }
  return false;
}

static size_t digits(struct cursor *c) {
  const char *start = c->p;
  while (c->p < c->end && *c->p >= '0' && *c->p <= '9')
    c->p++;
  return (size_t)(c->p - start);
}

static bool number(struct cursor *c) {
  if (c->p < c->end && *c->p == '-')
    c->p++;
  if (digits(c) == 0)
    return false;
  if (c->p < c->end && *c->p == '.') {
    c->p++;
    if (digits(c) == 0)
      return false;
  }
  if (c->p < c->end && (*c->p == 'e' || *c->p == 'E')) {
    c->p++;
    if (c->p < c->end && (*c->p == '+' || *c->p == '-'))
      c->p++;
    return digits(c) > 0;
  }
  return true;
}

static bool word(struct cursor *c, const char *want) {
  size_t len = strlen(want);
  if ((size_t)(c->end - c->p) < len || memcmp(c->p, want, len) != 0)
    return false;
  c->p += len;
  return true;
}

bool json_enter(struct cursor *c, char bracket) { return eat(c, bracket); }

int json_next(struct cursor *c, char closing, bool *first, struct slice *key) {
  bool was_first = *first;
  *first = false;
  if (eat(c, closing)) /* a comma before it was refused by the last value */
    return 0;
  if (!was_first && !eat(c, ','))
    return -1;
  if (key == NULL)
    return 1;
  return string(c, key) && eat(c, ':') ? 1 : -1;
}

static enum json_type value_at(struct cursor *c, struct slice *value,
                               unsigned depth);

static bool container(struct cursor *c, bool object, unsigned depth) {
  struct slice key, inner;
  char closing = object ? '}' : ']';
  if (depth >= MAX_DEPTH)
    return false;
  c->p++;
  if (eat(c, closing))
    return true;
  do {
    if (object && (!string(c, &key) || !eat(c, ':')))
      return false;
    if (value_at(c, &inner, depth + 1) == JSON_BAD)
      return false;
  } while (eat(c, ','));
  return eat(c, closing);
}

static enum json_type value_at(struct cursor *c, struct slice *value,
                               unsigned depth) {
  blanks(c);
  if (c->p >= c->end)
    return JSON_BAD;
  enum json_type type = JSON_BAD;
  value->p = c->p;
  switch (*c->p) {
  case '"':
    return string(c, value) ? JSON_STRING : JSON_BAD;
  case '{':
    type = container(c, true, depth) ? JSON_OBJECT : JSON_BAD;
    break;
  case '[':
    type = container(c, false, depth) ? JSON_ARRAY : JSON_BAD;
    break;
  case 'n':
    type = word(c, "null") ? JSON_NULL : JSON_BAD;
    break;
  case 't':
    type = word(c, "true") ? JSON_BOOL : JSON_BAD;
    break;
  case 'f':
    type = word(c, "false") ? JSON_BOOL : JSON_BAD;
    break;
  default:
    type = number(c) ? JSON_NUMBER : JSON_BAD;
  }
  value->len = (size_t)(c->p - value->p);
  return type;
}

enum json_type json_value(struct cursor *c, struct slice *value) {
  return value_at(c, value, 0);
}

bool json_done(struct cursor *c) {
  blanks(c);
  return c->p == c->end;
}

bool json_int(struct slice object, const char *key, int64_t *value) {
  struct cursor c = {object.p, object.p + object.len};
  struct slice name, number_text;
  bool first = true;
  if (!json_enter(&c, '{'))
    return false;
  while (json_next(&c, '}', &first, &name) == 1) {
    enum json_type type = json_value(&c, &number_text);
    if (type == JSON_BAD)
      return false;
    if (type != JSON_NUMBER || !slice_is(name, key))
      continue;
    *value = 0;
    for (size_t i = 0; i < number_text.len; i++) {
      char digit = number_text.p[i];
      if (digit < '0' || digit > '9' || *value > 999999)
        return false;
      *value = *value * 10 + (digit - '0');
    }
    return true;
  }
  return false;
}
