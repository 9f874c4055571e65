/* SPDX-License-Identifier: MIT */
/* Columns on a terminal: see width.h. */
#include <config.h>

#include "base/width.h"

#include "base/text.h"
#include "base/width_ranges.h"

#include <string.h>

static bool in_ranges(const struct width_range *ranges, size_t count,
                      uint32_t c) {
  size_t low = 0;

  while (count > low) {
    size_t middle = low + (count - low) / 2;

    if (c < ranges[middle].first)
      count = middle;
    else if (c > ranges[middle].last)
      low = middle + 1;
    else
      return true;
  }
  return false;
}

#define IN(table, c) in_ranges(table, sizeof(table) / sizeof((table)[0]), c)

unsigned width_of(uint32_t c) {
  if (c < zero_width[0].first)
    return 1;
  if (IN(zero_width, c))
    return 0;
  return IN(double_width, c) ? 2 : 1;
}

/* The next character's length in bytes; *columns becomes its columns, and is
 * on entry those of the one before (0 at the start). */
static size_t step(const char *text, size_t len, unsigned *columns) {
  enum { EMOJI_STYLE = 0xfe0f }; /* makes a narrow symbol a wide picture */
  uint32_t c = 0;
  size_t n = text_decode(text, len, &c);

  if (n == 0) {
    *columns = 1;
    return 1;
  }
  *columns = c == EMOJI_STYLE ? *columns == 1 : width_of(c);
  return n;
}

unsigned width_text(const char *text) {
  size_t len = strlen(text);
  unsigned columns = 0;
  unsigned sum = 0;

  while (len > 0) {
    size_t n = step(text, len, &columns);

    sum += columns;
    text += n;
    len -= n;
  }
  return sum;
}

unsigned width_cut(const char *text, unsigned columns, const char *ellipsis,
                   char *out, size_t size) {
  size_t len = strlen(text);
  bool fits = width_text(text) <= columns && len < size;
  size_t tail = fits ? 0 : strlen(ellipsis);
  unsigned room = fits ? columns : columns - (columns > 0);
  unsigned used = 0;
  unsigned next = 0;
  size_t at = 0;

  if (columns == 0 || size < tail + 1) {
    if (size > 0)
      out[0] = '\0';
    return 0;
  }
  while (at < len) {
    size_t n = step(text + at, len - at, &next);

    if (used + next > room || at + n + tail >= size)
      break;
    used += next;
    at += n;
  }
  memcpy(out, text, at);
  memcpy(out + at, ellipsis, tail);
  out[at + tail] = '\0';
  return used + (tail > 0);
}
