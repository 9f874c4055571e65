/* SPDX-License-Identifier: MIT */
/* Text from strangers: repaired, cleaned, cut between characters. */
#include <config.h>

#include "base/guess.h"
#include "base/text.h"

#include "../support/suite.h"

#include <string.h>

static const struct {
  const char *in;
  const char *out;
} names[] = {
    {"Living room", "Living room"},
    {"a/b", "a_b"},
    {"line\nbreak", "line break"},
    {"  padded \t", "padded"},
    {"bell\a and \x1b[31mred", "bell and [31mred"},
    {"K\xc3\xbc"
     "che \xff",
     "K\xc3\xbc"
     "che ?"},
    {"overlong \xc0\xaf", "overlong ??"},
    {"surrogate \xed\xa0\x80", "surrogate ???"},
    {"cut \xe2\x82", "cut ??"},
    {"\xf0\x9f\x8c\xb2 tree", "\xf0\x9f\x8c\xb2 tree"},
    {"turn \xe2\x80\xae around", "turn  around"},
    {"c1 \xc2\x9b here", "c1  here"},
    {"\xc2\xa0 hard blanks \xe2\x80\xa8", "hard blanks"},
    {"\x01 \x02 behind controls \x03", "behind controls"},
    {"\xe2\x80\xae", ""},
    {"", ""},
    {"///", "___"},
};

START_TEST(alias_becomes_a_clean_name) {
  char out[64];
  text_name(names[_i].in, strlen(names[_i].in), out, sizeof(out));
  ck_assert_str_eq(out, names[_i].out);
}
END_TEST

START_TEST(names_are_cut_between_characters) {
  char out[8];
  text_name("abcde\xc3\xbc\xc3\xbc", 9, out, sizeof(out));
  ck_assert_str_eq(out, "abcde\xc3\xbc");
  ck_assert_uint_eq(text_cut("abcde\xc3\xbc", 6), 5);
  ck_assert_uint_eq(text_cut("abc", 6), 3);
}
END_TEST

START_TEST(every_valid_character_survives_a_round_trip) {
  for (uint32_t c = 1; c <= 0x10ffff; c++) {
    char bytes[4];
    uint32_t back = 0;
    size_t n = text_encode(c, bytes);
    bool surrogate = c >= 0xd800 && c <= 0xdfff;

    if (surrogate ? n != 0 : text_decode(bytes, n, &back) != n || back != c)
      ck_abort_msg("U+%04X: %zu bytes, back U+%04X", c, n, back);
  }
}
END_TEST

START_TEST(distance_counts_single_edits) {
  ck_assert_uint_eq(text_distance("Interval", "interval"), 0);
  ck_assert_uint_eq(text_distance("Intervall", "Interval"), 1);
  ck_assert_uint_eq(text_distance("Timeuot", "Timeout"), 1);
  ck_assert_uint_eq(text_distance("", "abc"), 3);
}
END_TEST

START_TEST(of_names_the_nearest_within_reach_is_meant) {
  struct guess g = {.word = "Intervall", .reach = 2};
  struct guess letter = {.word = "b", .reach = 2};

  ck_assert(!guess_try(&g, "DiscoveryInterval"));
  ck_assert_ptr_null(g.nearest);
  ck_assert(guess_try(&g, "Interwal"));
  ck_assert(guess_try(&g, "interval"));
  ck_assert(!guess_try(&g, "Interval")); /* the first of two as near */
  ck_assert_str_eq(g.nearest, "interval");
  ck_assert_uint_eq(g.edits, 1);
  ck_assert(!guess_try(&letter, "")); /* nothing in common */
  ck_assert(!guess_try(&letter, "a"));
}
END_TEST

START_TEST(a_host_name_has_its_letters_only) {
  static const struct {
    const char *in, *out;
  } hosts[] = {{"nas.example.org", "nas.example.org"},
               {"My Pi 3", "MyPi3"},
               {"k\xc3\xbc"
                "che",
                "kche"},
               {"pi;x", "pix"},
               {"a b@c", "abc"},
               {"-.x.-", "x"},
               {"\xc3\xbc", "localhost"},
               {"", "localhost"}};
  char out[32];

  for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
    text_host(hosts[i].in, out, sizeof(out));
    ck_assert_str_eq(out, hosts[i].out);
  }
}
END_TEST

static void fill(TCase *t) {
  tcase_add_test(t, a_host_name_has_its_letters_only);
  tcase_set_timeout(t, 60); /* every character there is, under a sanitizer */
  tcase_add_loop_test(t, alias_becomes_a_clean_name, 0, ROWS(names));
  tcase_add_test(t, names_are_cut_between_characters);
  tcase_add_test(t, every_valid_character_survives_a_round_trip);
  tcase_add_test(t, distance_counts_single_edits);
  tcase_add_test(t, of_names_the_nearest_within_reach_is_meant);
}

int main(void) { return suite_run("text", fill); }
