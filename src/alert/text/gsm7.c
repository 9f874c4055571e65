/* SPDX-License-Identifier: MIT */
/* The GSM alphabet (3GPP TS 23.038): see gsm7.h. */
#include <config.h>

#include "alert/text/gsm7.h"

#include "alert/text/text_limits.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
  SEGMENT = 160,
  SEGMENT_OF_MANY = 153, /* the rest says which of how many it is */
  WIDE_SEGMENT = 70,
  WIDE_SEGMENT_OF_MANY = 67,
};

/* What stands for a letter that the alphabet lacks. */
static const struct {
  uint32_t letter;
  const char *instead;
} others[] = {
    {0xa0, " "},    {0xb0, " "},        {0xb2, "2"},   {0xb3, "3"},
    {0xb5, "u"},    {0xb7, "."},        {0xba, "o"},   {0xc0, "A"},
    {0xc1, "A"},    {0xc2, "A"},        {0xc3, "A"},   {0xc8, "E"},
    {0xca, "E"},    {0xcb, "E"},        {0xcc, "I"},   {0xcd, "I"},
    {0xce, "I"},    {0xcf, "I"},        {0xd2, "O"},   {0xd3, "O"},
    {0xd4, "O"},    {0xd5, "O"},        {0xd7, "x"},   {0xd9, "U"},
    {0xda, "U"},    {0xdb, "U"},        {0xe1, "a"},   {0xe2, "a"},
    {0xe3, "a"},    {0xe7, "\xc3\x87"}, {0xea, "e"},   {0xeb, "e"},
    {0xed, "i"},    {0xee, "i"},        {0xef, "i"},   {0xf3, "o"},
    {0xf4, "o"},    {0xf5, "o"},        {0xfa, "u"},   {0xfb, "u"},
    {0xfd, "y"},    {0xff, "y"},        {0x105, "a"},  {0x107, "c"},
    {0x10d, "c"},   {0x10f, "d"},       {0x119, "e"},  {0x11b, "e"},
    {0x142, "l"},   {0x141, "L"},       {0x144, "n"},  {0x148, "n"},
    {0x151, "o"},   {0x152, "OE"},      {0x153, "oe"}, {0x159, "r"},
    {0x15b, "s"},   {0x15f, "s"},       {0x161, "s"},  {0x160, "S"},
    {0x165, "t"},   {0x16f, "u"},       {0x171, "u"},  {0x17a, "z"},
    {0x17c, "z"},   {0x17e, "z"},       {0x17d, "Z"},  {0x2009, " "},
    {0x2010, "-"},  {0x2011, "-"},      {0x2013, "-"}, {0x2014, "-"},
    {0x2018, "'"},  {0x2019, "'"},      {0x201a, ","}, {0x201c, "\""},
    {0x201d, "\""}, {0x201e, "\""},     {0x2022, "*"}, {0x2026, "..."},
    {0x202f, " "},  {0x2192, "->"},     {0x2212, "-"}, {0xfffd, "?"},
};

static bool is_basic(uint32_t c) {
  static const uint32_t beyond[] = {
      0xa1,  0xa3,  0xa4,  0xa5,  0xa7,  0xbf,  0xc4,  0xc5,  0xc6, 0xc7,
      0xc9,  0xd1,  0xd6,  0xd8,  0xdc,  0xdf,  0xe0,  0xe4,  0xe5, 0xe6,
      0xe8,  0xe9,  0xec,  0xf1,  0xf2,  0xf6,  0xf8,  0xf9,  0xfc, 0x393,
      0x394, 0x398, 0x39b, 0x39e, 0x3a0, 0x3a3, 0x3a6, 0x3a8, 0x3a9};

  if (c == '\n' || (c >= 0x20 && c < 0x7f))
    return c != '`' && strchr("[\\]^{|}~", (int)c) == NULL;
  for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++)
    if (beyond[i] == c)
      return true;
  return false;
}

/* Those behind an escape count twice. */
static bool is_extended(uint32_t c) {
  return c == 0x20ac || (c != 0 && c < 0x80 && strchr("[\\]^{|}~", (int)c));
}

/* Appends the letter or what stands for it; how many septets, 0 = there is
 * nothing that could. */
static size_t add_letter(uint32_t c, const char *at, size_t len,
                         struct buf *out) {
  if (is_basic(c) || is_extended(c)) {
    buf_put(out, at, len);
    return is_basic(c) ? 1 : 2;
  }
  if (c == '`') {
    buf_puts(out, "'");
    return 1;
  }
  for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
    if (others[i].letter == c) {
      buf_puts(out, others[i].instead);
      return text_limits_length(others[i].instead, TEXT_LIMITS_CHARACTERS);
    }
  return 0;
}

/* Writes into out what fits; false when some letter has no stand-in. */
static bool as_gsm(const char *text, size_t max, struct buf *out) {
  static const char cut[] = "...";
  const char *end = text + strlen(text);
  size_t room = 0; /* where the text is cut, should it be too long */
  size_t used = 0;

  for (const char *at = text; at < end;) {
    uint32_t c = 0xfffd;
    size_t len = text_decode(at, (size_t)(end - at), &c);
    size_t n = add_letter(c, at, len, out);

    if (n == 0)
      return false;
    used += n;
    if (used <= max - strlen(cut))
      room = out->len;
    if (used > max) {
      out->len = room;
      if (out->data != NULL)
        out->data[room] = '\0';
      buf_puts(out, cut);
      return true;
    }
    at += len > 0 ? len : 1;
  }
  return true;
}

int gsm7_text(const char *text, unsigned segments, struct buf *out) {
  size_t max = segments > 1 ? segments * SEGMENT_OF_MANY : SEGMENT;
  size_t wide = segments > 1 ? segments * WIDE_SEGMENT_OF_MANY : WIDE_SEGMENT;
  struct buf narrow;

  buf_init(&narrow, 8 * max + 64);
  if (as_gsm(text, max, &narrow) && buf_error(&narrow) == 0)
    buf_puts(out, narrow.data != NULL ? narrow.data : "");
  else
    buf_put_result(out,
                   text_limits_truncate(text, TEXT_LIMITS_UTF16, wide, 0, out));
  buf_free(&narrow);
  return buf_error(out);
}
