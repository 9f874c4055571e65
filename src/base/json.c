/* SPDX-License-Identifier: MIT */
/* The JSON reader: see json.h. */
#include <config.h>

#include "base/json.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct json_reader {
  struct json *doc;
  const char *text;
  uint32_t len;
  uint32_t at;
  unsigned depth;
};

void json_init(struct json *doc) { *doc = (struct json){0}; }

void json_free(struct json *doc) {
  free(doc->values);
  json_init(doc);
}

/* -- reading -- */

static json_ref value_new(struct json *doc) {
  if (doc->count == doc->room) {
    uint32_t room = doc->room == 0 ? 128 : doc->room * 2;
    struct json_value *grown;

    if (room > JSON_VALUES_MAX)
      return 0;
    grown = realloc(doc->values, room * sizeof(*grown));
    if (grown == NULL)
      return 0;
    doc->values = grown;
    doc->room = room;
  }
  doc->values[doc->count] = (struct json_value){0};
  return doc->count++;
}

static void skip_space(struct json_reader *r) {
  const char *p = r->text + r->at;
  const char *end = r->text + r->len;

  while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
    p++;
  r->at = (uint32_t)(p - r->text);
}

static bool take(struct json_reader *r, char c) {
  if (r->at < r->len && (unsigned char)r->text[r->at] <= ' ')
    skip_space(r);
  if (r->at >= r->len || r->text[r->at] != c)
    return false;
  r->at++;
  return true;
}

/* From behind the opening quote to behind the closing one. */
static bool read_string(struct json_reader *r, uint32_t *start, uint32_t *len,
                        bool *escaped) {
  const char *begin = r->text + r->at;
  const char *end = r->text + r->len;
  const char *p = memchr(begin, '"', (size_t)(end - begin));

  *start = r->at;
  *escaped = p != NULL && memchr(begin, '\\', (size_t)(p - begin)) != NULL;
  if (*escaped) /* then the first quote may be an escaped one */
    for (p = begin; p < end && *p != '"'; p++)
      if (*p == '\\' && ++p == end)
        return false;
  if (p == NULL || p >= end)
    return false;
  *len = (uint32_t)(p - begin);
  r->at += *len + 1;
  return true;
}

static bool read_digits(struct json_reader *r) {
  const char *begin = r->text + r->at;
  const char *end = r->text + r->len;
  const char *p = begin;

  while (p < end && *p >= '0' && *p <= '9')
    p++;
  r->at += (uint32_t)(p - begin);
  return p > begin;
}

static bool read_number(struct json_reader *r) {
  if (r->text[r->at] == '-')
    r->at++;
  if (!read_digits(r))
    return false;
  if (r->at < r->len && r->text[r->at] == '.') {
    r->at++;
    if (!read_digits(r))
      return false;
  }
  if (r->at < r->len && (r->text[r->at] == 'e' || r->text[r->at] == 'E')) {
    r->at++;
    if (r->at < r->len && (r->text[r->at] == '+' || r->text[r->at] == '-'))
      r->at++;
    if (!read_digits(r))
      return false;
  }
  return true;
}

static bool read_word(struct json_reader *r, const char *word) {
  size_t n = strlen(word);

  if (r->len - r->at < n || memcmp(r->text + r->at, word, n) != 0)
    return false;
  r->at += (uint32_t)n;
  return true;
}

static json_ref read_value(struct json_reader *r);

/* Members of an object or array, after the opening bracket. */
static bool read_members(struct json_reader *r, bool keys) {
  char close = keys ? '}' : ']';
  json_ref last = 0;

  if (take(r, close))
    return true;
  do {
    uint32_t key_start = 0;
    uint32_t key_len = 0;
    bool escaped = false;
    json_ref child;

    if (keys &&
        (!take(r, '"') || !read_string(r, &key_start, &key_len, &escaped) ||
         !take(r, ':')))
      return false;
    child = read_value(r);
    if (child == 0)
      return false;
    if (!escaped && key_len <= UINT16_MAX) {
      r->doc->values[child].key_start = key_start;
      r->doc->values[child].key_len = (uint16_t)key_len;
    }
    if (last != 0)
      r->doc->values[last].next = child;
    last = child;
  } while (take(r, ','));
  return take(r, close);
}

static bool read_container(struct json_reader *r, bool keys) {
  bool good;

  if (r->depth == JSON_DEPTH_MAX)
    return false;
  r->at++;
  r->depth++;
  good = read_members(r, keys);
  r->depth--;
  return good;
}

static bool read_scalar(struct json_reader *r, struct json_value *v) {
  v->start = r->at;
  switch (r->text[r->at]) {
  case 't':
    v->type = JSON_BOOL;
    return read_word(r, "true");
  case 'f':
    v->type = JSON_BOOL;
    return read_word(r, "false");
  case 'n':
    v->type = JSON_NULL;
    return read_word(r, "null");
  default:
    v->type = JSON_NUMBER;
    return read_number(r);
  }
}

static json_ref read_value(struct json_reader *r) {
  json_ref ref = value_new(r->doc);
  struct json_value v = {0};
  bool good;

  if (r->at < r->len && (unsigned char)r->text[r->at] <= ' ')
    skip_space(r);
  if (ref == 0 || r->at >= r->len)
    return 0;
  v.start = r->at;
  switch (r->text[r->at]) {
  case '{':
    v.type = JSON_OBJECT;
    good = read_container(r, true);
    break;
  case '[':
    v.type = JSON_ARRAY;
    good = read_container(r, false);
    break;
  case '"': {
    bool escaped = false;

    r->at++;
    v.type = JSON_STRING;
    good = read_string(r, &v.start, &v.len, &escaped);
    v.escaped = escaped;
    break;
  }
  default:
    good = read_scalar(r, &v);
    v.len = r->at - v.start;
  }
  if (!good)
    return 0;
  r->doc->values[ref] = v;
  return ref;
}

json_ref json_parse(struct json *doc, const char *text, size_t len) {
  struct json_reader r = {.doc = doc, .text = text};

  doc->text = text;
  doc->count = 0;
  if (len > UINT32_MAX / 2 || value_new(doc) != 0 || doc->count != 1)
    return 0;
  r.len = (uint32_t)len;
  return read_value(&r);
}

/* -- looking -- */

enum json_type json_type(const struct json *doc, json_ref ref) {
  return ref == 0 ? JSON_NONE : (enum json_type)doc->values[ref].type;
}

json_ref json_first(const struct json *doc, json_ref parent) {
  /* A container's first child is the value read right after it. */
  uint32_t at;

  if (parent == 0 || doc->values[parent].type < JSON_ARRAY)
    return 0;
  at = doc->values[parent].start + 1;
  while (doc->text[at] == ' ' || doc->text[at] == '\n' ||
         doc->text[at] == '\r' || doc->text[at] == '\t')
    at++;
  return doc->text[at] == '}' || doc->text[at] == ']' ? 0 : parent + 1;
}

json_ref json_next(const struct json *doc, json_ref child) {
  return child == 0 ? 0 : doc->values[child].next;
}

json_ref json_get(const struct json *doc, json_ref object, const char *key) {
  size_t len = strlen(key);

  if (json_type(doc, object) != JSON_OBJECT)
    return 0;
  for (json_ref c = json_first(doc, object); c != 0; c = doc->values[c].next) {
    const struct json_value *v = &doc->values[c];

    if (v->key_len == len && memcmp(doc->text + v->key_start, key, len) == 0)
      return c;
  }
  return 0;
}

/* Decimal text to the nearest double. The common short numbers are exact with
 * one multiplication or division; the rest goes through strtod, which needs a
 * terminated copy (and LC_NUMERIC "C", which collectd forces). */
static bool decimal(const char *s, size_t len, double *number) {
  static const double powers[] = {1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  char copy[64];
  uint64_t digits = 0;
  size_t fraction = 0;
  bool point = false;
  size_t i = len > 0 && s[0] == '-' ? 1 : 0;
  size_t first = i;

  for (; i < len && len - first <= 16; i++) {
    if (s[i] == '.' && !point) {
      point = true;
      continue;
    }
    if (s[i] < '0' || s[i] > '9')
      break;
    digits = digits * 10 + (uint64_t)(s[i] - '0');
    fraction += point;
  }
  if (i == len && i > first) {
    double value = (double)digits / powers[fraction];

    *number = first == 1 ? -value : value;
    return true;
  }
  if (len >= sizeof(copy))
    return false;
  memcpy(copy, s, len);
  copy[len] = '\0';
  *number = strtod(copy, NULL);
  return isfinite(*number);
}

bool json_number(const struct json *doc, json_ref ref, double *number) {
  const struct json_value *v = &doc->values[ref];
  struct json inner = {0};
  struct json_reader r;

  switch (json_type(doc, ref)) {
  case JSON_BOOL:
    *number = doc->text[v->start] == 't';
    return true;
  case JSON_NUMBER:
    return decimal(doc->text + v->start, v->len, number);
  case JSON_STRING:
    r = (struct json_reader){
        .doc = &inner, .text = doc->text + v->start, .len = v->len};
    return v->len > 0 && read_number(&r) && r.at == r.len &&
           decimal(r.text, r.len, number);
  default:
    return false;
  }
}

static int hex4(const char *s, size_t len, uint32_t *out) {
  if (len < 4)
    return -1;
  *out = 0;
  for (int i = 0; i < 4; i++) {
    char c = s[i];
    uint32_t digit;

    if (c >= '0' && c <= '9')
      digit = (uint32_t)(c - '0');
    else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
      digit = (uint32_t)((c | 0x20) - 'a') + 10;
    else
      return -1;
    *out = *out << 4 | digit;
  }
  return 0;
}

/* One escape, s behind the backslash; returns how much of s it took, sets
 * out (at most 4 bytes) and *n. A broken one yields U+FFFD. */
static size_t unescape(const char *s, size_t len, char *out, size_t *n) {
  static const char from[] = "\"\\/bfnrt";
  static const char to[] = "\"\\/\b\f\n\r\t";
  const char *plain = strchr(from, s[0]);
  uint32_t code = 0xfffd;
  size_t took = 1;
  uint32_t low;

  if (s[0] != 'u' && plain != NULL && *plain != '\0') {
    out[0] = to[plain - from];
    *n = 1;
    return 1;
  }
  if (s[0] == 'u' && hex4(s + 1, len - 1, &code) == 0) {
    took = 5;
    if (code >= 0xd800 && code < 0xdc00 && len >= 11 && s[5] == '\\' &&
        s[6] == 'u' && hex4(s + 7, len - 7, &low) == 0 && low >= 0xdc00 &&
        low <= 0xdfff) {
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      took = 11;
    }
  }
  *n = text_encode(code == 0 ? 0xfffd : code, out);
  if (*n == 0)
    *n = text_encode(0xfffd, out);
  return took;
}

/* How many bytes from s on stand for themselves. */
static size_t plain_run(const char *s, size_t len) {
  size_t n = 0;

  while (n < len && (unsigned char)s[n] < 0x80 && s[n] != '\\')
    n++;
  return n;
}

bool json_string(const struct json *doc, json_ref ref, char *out, size_t size) {
  const struct json_value *v = &doc->values[ref];
  const char *s;
  size_t used = 0;

  if (size > 0)
    out[0] = '\0';
  if (json_type(doc, ref) != JSON_STRING || size == 0)
    return false;
  s = doc->text + v->start;
  for (size_t i = 0; i < v->len;) {
    char piece[4];
    size_t n = plain_run(s + i, v->len - i);
    size_t took = 1;
    uint32_t code;

    if (n > 0) { /* nearly always the whole */
      size_t room = size - 1 - used;

      memcpy(out + used, s + i, n < room ? n : room);
      used += n < room ? n : room;
      if (n >= room)
        break;
      i += n;
      continue;
    }
    if (s[i] == '\\' && i + 1 < v->len) {
      took = 1 + unescape(s + i + 1, v->len - i - 1, piece, &n);
    } else {
      took = text_decode(s + i, v->len - i, &code);
      if (took == 0)
        took = 1;
      n = took;
      memcpy(piece, s + i, n);
    }
    if (used + n >= size)
      break;
    memcpy(out + used, piece, n);
    used += n;
    i += took;
  }
  out[used] = '\0';
  return true;
}
