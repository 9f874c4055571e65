/* SPDX-License-Identifier: MIT */
/* UTF-8 checking, cleaning, cutting and comparing: see text.h. */
#include <config.h>

#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

size_t text_decode(const char *s, size_t len, uint32_t *code) {
  /* The smallest character of each length: anything below is overlong. */
  static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const unsigned char *u = (const unsigned char *)s;
  size_t need;
  uint32_t c;

  if (u[0] < 0x80) {
    *code = u[0];
    return 1;
  }
  if (u[0] < 0xc2 || u[0] > 0xf4)
    return 0;
  need = u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;
  if (need > len)
    return 0;
  c = u[0] & (0xffU >> (need + 1));
  for (size_t i = 1; i < need; i++) {
    if ((u[i] & 0xc0) != 0x80)
      return 0;
    c = c << 6 | (u[i] & 0x3fU);
  }
  if (c < smallest[need] || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
    return 0;
  *code = c;
  return need;
}

size_t text_encode(uint32_t code, char *out) {
  if (code < 0x80) {
    out[0] = (char)code;
    return 1;
  }
  if (code < 0x800) {
    out[0] = (char)(0xc0 | code >> 6);
    out[1] = (char)(0x80 | (code & 0x3f));
    return 2;
  }
  if (code < 0x10000) {
    if (code >= 0xd800 && code <= 0xdfff)
      return 0;
    out[0] = (char)(0xe0 | code >> 12);
    out[1] = (char)(0x80 | (code >> 6 & 0x3f));
    out[2] = (char)(0x80 | (code & 0x3f));
    return 3;
  }
  if (code > 0x10ffff)
    return 0;
  out[0] = (char)(0xf0 | code >> 18);
  out[1] = (char)(0x80 | (code >> 12 & 0x3f));
  out[2] = (char)(0x80 | (code >> 6 & 0x3f));
  out[3] = (char)(0x80 | (code & 0x3f));
  return 4;
}

/* Ranges that would turn a line of a log or a terminal upside down, or that
 * show as nothing: two names that differ in them alone look the same. */
static bool is_unprintable(uint32_t c) {
  static const struct {
    uint32_t first, last;
  } ranges[] = {
      {0x00, 0x1f},       {0x7f, 0x9f},     /* C0, DEL, C1 */
      {0xad, 0xad},       {0x34f, 0x34f},   /* soft hyphen, joiner */
      {0x61c, 0x61c},     {0x115f, 0x1160}, /* mark, fillers */
      {0x17b4, 0x17b5},   {0x180b, 0x180f}, /* vowels, selectors */
      {0x200b, 0x200f},                     /* zero width, marks */
      {0x202a, 0x202e},                     /* direction overrides */
      {0x2060, 0x206f}, /* joiner, invisible operators, isolates */
      {0x3164, 0x3164},   {0xfe00, 0xfe0f},   /* filler, selectors */
      {0xfeff, 0xfeff},   {0xffa0, 0xffa0},   /* BOM, filler */
      {0xfff0, 0xfffb},   {0x1bca0, 0x1bca3}, /* annotation, shorthand */
      {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff}, /* music, tags */
  };

  for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
    if (c >= ranges[i].first && c <= ranges[i].last)
      return true;
  return (c & 0xfffe) == 0xfffe; /* noncharacters */
}

static bool is_space(uint32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xa0 ||
         c == 0x2028 || c == 0x2029;
}

size_t text_clean(const char *in, size_t len, char *out, size_t size) {
  size_t used = 0;

  if (size == 0)
    return 0;
  for (size_t i = 0; i < len && in[i] != '\0';) {
    uint32_t c = 0;
    const char *add = in + i;
    size_t n;
    size_t take;

    if (in[i] >= ' ' && in[i] <= '~') { /* nearly always */
      size_t most = size - used < len - i ? size - used : len - i;

      for (n = 0; n < most && in[i + n] >= ' ' && in[i + n] <= '~'; n++)
        out[used + n] = in[i + n];
      if (used + n >= size) {
        used = size - 1;
        break;
      }
      used += n;
      i += n;
      continue;
    }
    n = take = text_decode(in + i, len - i, &c);
    if (n == 0) {
      add = "?";
      n = take = 1;
    } else if (is_space(c)) {
      add = " ";
      n = 1;
    } else if (is_unprintable(c)) {
      n = 0;
    }
    if (used + n >= size)
      break;
    memcpy(out + used, add, n);
    used += n;
    i += take;
  }
  out[used] = '\0';
  return used;
}

size_t text_cut(const char *s, size_t max) {
  size_t len = strnlen(s, max + 1);

  if (len <= max)
    return len;
  len = max;
  while (len > 0 && ((unsigned char)s[len] & 0xc0) == 0x80)
    len--;
  return len;
}

size_t text_name(const char *in, size_t len, char *out, size_t size) {
  size_t skip = 0;
  size_t used;
  size_t n;
  uint32_t c;

  if (size == 0)
    return 0;
  while (skip < len && in[skip] != '\0' &&
         (n = text_decode(in + skip, len - skip, &c)) > 0 &&
         (is_space(c) || is_unprintable(c)))
    skip += n;
  used = text_clean(in + skip, len - skip, out, size);
  for (size_t i = 0; i < used; i++)
    if (out[i] == '/')
      out[i] = '_';
  while (used > 0 && out[used - 1] == ' ')
    out[--used] = '\0';
  skip = strspn(out, " ");
  memmove(out, out + skip, used - skip + 1);
  return used - skip;
}

void text_host(const char *in, char *out, size_t size) {
  size_t used = 0;

  for (; *in != '\0' && used + 1 < size; in++)
    if ((*in >= '0' && *in <= '9') || (*in >= 'a' && *in <= 'z') ||
        (*in >= 'A' && *in <= 'Z') || (used > 0 && (*in == '-' || *in == '.')))
      out[used++] = *in;
  while (used > 0 && (out[used - 1] == '.' || out[used - 1] == '-'))
    used--;
  out[used] = '\0';
  if (used == 0)
    snprintf(out, size, "localhost");
}

bool text_same(const char *a, const char *b) { return strcasecmp(a, b) == 0; }

static int lower(char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }

unsigned text_distance(const char *a, const char *b) {
  enum { LONGEST = 63 };
  unsigned rows[3][LONGEST + 1];
  size_t la = strlen(a);
  size_t lb = strlen(b);

  if (la > LONGEST || lb > LONGEST)
    return LONGEST;
  for (size_t j = 0; j <= lb; j++)
    rows[0][j] = (unsigned)j;
  for (size_t i = 1; i <= la; i++) {
    unsigned *now = rows[i % 3];
    const unsigned *before = rows[(i + 2) % 3];
    const unsigned *older = rows[(i + 1) % 3];

    now[0] = (unsigned)i;
    for (size_t j = 1; j <= lb; j++) {
      unsigned best =
          before[j - 1] + (lower(a[i - 1]) != lower(b[j - 1]) ? 1U : 0U);
      if (before[j] + 1 < best)
        best = before[j] + 1;
      if (now[j - 1] + 1 < best)
        best = now[j - 1] + 1;
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
          lower(a[i - 2]) == lower(b[j - 1]) && older[j - 2] + 1 < best)
        best = older[j - 2] + 1;
      now[j] = best;
    }
  }
  return rows[la % 3][lb];
}

int text_repair(const char *text, bool one_line, struct buf *out) {
  size_t len = strlen(text);
  int err = buf_adds(out, ""); /* a text even where there is none */

  for (size_t i = 0; i < len && err == 0;) {
    uint32_t c = 0;
    size_t n = text_decode(text + i, len - i, &c);

    if (n == 0) {
      err = buf_adds(out, "\xef\xbf\xbd");
      n = 1;
    } else if (c == '\n' || c == '\t') {
      err = buf_adds(out, c == '\t' || one_line ? " " : "\n");
    } else if (c >= 0x20 && !(c >= 0x7f && c < 0xa0)) {
      err = buf_add(out, text + i, n);
    }
    i += n;
  }
  return err;
}
