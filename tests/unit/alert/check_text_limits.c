/* SPDX-License-Identifier: MIT */
/* Texts cut in the provider's own unit, between what a reader sees. */
#include <config.h>

#include "alert/text/text_limits.h"
#include "base/text.h"

#include "../support/suite.h"

#include <string.h>

#define DOTS "\xe2\x80\xa6"
#define UE "\xc3\xbc"
#define ICE "\xf0\x9f\xa7\x8a" /* one, 4 bytes */
#define ACUTE "e\xcc\x81"      /* e + accent */
#define PAIR                                                                   \
  "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9" /* joined by ZWJ              \
                                                  */
#define FLAG "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa"  /* two halves */
#define THUMB "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd" /* skin tone */

static const struct {
  const char *text;
  enum text_limits_unit unit;
  size_t max, lines;
  const char *out;
} cuts[] = {
    {"short", TEXT_LIMITS_CHARACTERS, 10, 0, "short"},
    {"exactly10!", TEXT_LIMITS_CHARACTERS, 10, 0, "exactly10!"},
    {"eleven char", TEXT_LIMITS_CHARACTERS, 10, 0, "eleven ch" DOTS},
    {"ten then b lank", TEXT_LIMITS_CHARACTERS, 10, 0, "ten then" DOTS},
    {"", TEXT_LIMITS_CHARACTERS, 10, 0, ""},
    {UE UE UE UE, TEXT_LIMITS_CHARACTERS, 3, 0, UE UE DOTS},
    {UE UE UE UE, TEXT_LIMITS_BYTES, 7, 0, UE UE DOTS},
    {UE UE UE UE, TEXT_LIMITS_BYTES, 8, 0, UE UE UE UE},
    {ICE ICE ICE, TEXT_LIMITS_UTF16, 6, 0, ICE ICE ICE},
    {ICE ICE ICE, TEXT_LIMITS_UTF16, 5, 0, ICE ICE DOTS},
    {ICE ICE ICE, TEXT_LIMITS_UTF16, 4, 0, ICE DOTS},
    {ICE ICE ICE, TEXT_LIMITS_CHARACTERS, 2, 0, ICE DOTS},
    {"ab" ACUTE "cd", TEXT_LIMITS_CHARACTERS, 4, 0, "ab" DOTS},
    {"ab" PAIR "cd", TEXT_LIMITS_CHARACTERS, 5, 0, "ab" DOTS},
    {"ab" PAIR "cd", TEXT_LIMITS_CHARACTERS, 6, 0, "ab" PAIR DOTS},
    {"a" FLAG FLAG "b", TEXT_LIMITS_CHARACTERS, 5, 0, "a" FLAG DOTS},
    {"a" THUMB "bc", TEXT_LIMITS_CHARACTERS, 3, 0, "a" DOTS},
    {"first\nsecond\nthird", TEXT_LIMITS_CHARACTERS, 15, 0,
     "first\nsecond " DOTS},
    {"first\nsecond\nthird", TEXT_LIMITS_CHARACTERS, 10, 0, "first " DOTS},
    {"first\nsecond\nthird", TEXT_LIMITS_CHARACTERS, 18, 0,
     "first\nsecond\nthird"},
    {"first\nsecond", TEXT_LIMITS_CHARACTERS, 99, 1, "first " DOTS},
    {"first\nsecond", TEXT_LIMITS_CHARACTERS, 99, 2, "first\nsecond"},
    {"first line\nsecond", TEXT_LIMITS_CHARACTERS, 6, 0, "first" DOTS},
    {"trailing\n\n", TEXT_LIMITS_CHARACTERS, 99, 1, "trailing"},
    {"bad \xff\xc3", TEXT_LIMITS_CHARACTERS, 99, 0,
     "bad \xef\xbf\xbd\xef\xbf\xbd"},
    {"a\x1b[31mb\r\nc\td", TEXT_LIMITS_CHARACTERS, 99, 0, "a[31mb\nc d"},
    {"anything", TEXT_LIMITS_CHARACTERS, 1, 0, DOTS},
    {"anything", TEXT_LIMITS_CHARACTERS, 0, 0, ""},
};

START_TEST(text_is_cut_where_nobody_minds) {
  struct buf out;

  buf_init(&out, 1000);
  ck_assert_int_eq(text_limits_truncate(cuts[_i].text, cuts[_i].unit,
                                        cuts[_i].max, cuts[_i].lines, &out),
                   0);
  ck_assert_str_eq(out.data, cuts[_i].out);
  ck_assert_uint_le(text_limits_length(out.data, cuts[_i].unit), cuts[_i].max);
  buf_free(&out);
}
END_TEST

START_TEST(no_length_is_ever_exceeded) {
  static const char text[] =
      "Freezer: 1\xe2\x80\xaf"
      "620 W " ACUTE PAIR FLAG "\nsecond line " ICE ICE "\n\nfourth " UE UE UE;
  struct buf out;

  buf_init(&out, 1000);
  for (int unit = TEXT_LIMITS_BYTES; unit <= TEXT_LIMITS_UTF16; unit++)
    for (size_t max = 0; max < 130; max++)
      for (size_t lines = 0; lines < 6; lines++) {
        size_t n = 1;
        buf_clear(&out);
        ck_assert_int_eq(text_limits_truncate(text, (enum text_limits_unit)unit,
                                              max, lines, &out),
                         0);
        ck_assert_uint_le(
            text_limits_length(out.data, (enum text_limits_unit)unit), max);
        for (const char *c = out.data; *c != '\0'; c++)
          n += *c == '\n';
        ck_assert(lines == 0 || n <= lines);
      }
  buf_free(&out);
}
END_TEST

START_TEST(one_line_has_no_line_feeds) {
  struct buf out;

  buf_init(&out, 1000);
  ck_assert_int_eq(text_repair("a\nb\xc2\x85"
                               "c\xc2\x9b"
                               "d",
                               true, &out),
                   0);
  ck_assert_str_eq(out.data, "a bcd");
  buf_free(&out);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_loop_test(t, text_is_cut_where_nobody_minds, 0, ROWS(cuts));
  tcase_add_test(t, no_length_is_ever_exceeded);
  tcase_add_test(t, one_line_has_no_line_feeds);
}

int main(void) { return suite_run("fit", fill); }
