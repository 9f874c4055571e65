/* SPDX-License-Identifier: MIT */
/* Columns on a terminal. */
#include <config.h>

#include "base/width.h"

#include "../support/suite.h"

#include <string.h>

static const struct {
  const char *text;
  unsigned columns;
} widths[] = {
    {"", 0},
    {"Freezer", 7},
    {"Büro", 4},
    {"Bu\xcc\x88ro", 4}, /* a combining mark */
    {"日本語", 6},
    {"ﾊﾝｶｸ", 4}, /* half width */
    {"한국", 4},
    {"🎄 Xmas", 7},
    {"❄️", 2},             /* a symbol made a picture */
    {"👨‍👩‍👧", 6}, /* three pictures, joined where terminals can */
    {"🇩🇪", 2},
    {"\xff\xfe", 2}, /* no UTF-8 */
    {"●○…─├▂█", 7},
};

START_TEST(characters_take_their_columns) {
  ck_assert_uint_eq(width_text(widths[_i].text), widths[_i].columns);
}
END_TEST

static const struct {
  const char *text;
  unsigned columns;
  const char *cut;
  unsigned used;
} cuts[] = {
    {"Freezer", 7, "Freezer", 7},
    {"Freezer", 6, "Freez…", 6},
    {"Freezer", 1, "…", 1},
    {"Freezer", 0, "", 0},
    {"日本語", 6, "日本語", 6},
    {"日本語", 5, "日本…", 5},
    {"日本語", 4, "日…", 3}, /* no half characters */
    {"Bu\xcc\x88ro", 3, "Bu\xcc\x88…", 3},
};

START_TEST(text_is_cut_to_columns) {
  char out[40];
  unsigned used =
      width_cut(cuts[_i].text, cuts[_i].columns, "…", out, sizeof(out));

  ck_assert_str_eq(out, cuts[_i].cut);
  ck_assert_uint_eq(used, cuts[_i].used);
}
END_TEST

START_TEST(text_is_cut_to_bytes_between_characters) {
  char out[8];

  ck_assert_uint_eq(width_cut("日本語", 6, "…", out, sizeof(out)), 3);
  ck_assert_str_eq(out, "日…");
}
END_TEST

static void fill(TCase *t) {
  tcase_add_loop_test(t, characters_take_their_columns, 0, ROWS(widths));
  tcase_add_loop_test(t, text_is_cut_to_columns, 0, ROWS(cuts));
  tcase_add_test(t, text_is_cut_to_bytes_between_characters);
}

int main(void) { return suite_run("width", fill); }
