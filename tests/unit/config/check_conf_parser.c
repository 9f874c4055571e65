/* SPDX-License-Identifier: MIT */
/* collectd's configuration text, as collectd's own parser understands it. */
#include <config.h>

#include "config/conf_parser.h"

#include "../support/suite.h"

#include <stdio.h>
#include <string.h>

/* The tree in one line: Name(value value){children}. Strings stand in quotes,
 * booleans as yes and no. */
static void write_item(FILE *out, const struct conf_item *item) {
  fputs(item->key, out);
  for (size_t i = 0; i < item->values_num; i++) {
    const struct conf_value *v = &item->values[i];

    fputc(' ', out);
    if (v->kind == CONF_STRING)
      fprintf(out, "'%s'", v->string);
    else if (v->kind == CONF_BOOL)
      fputs(v->boolean ? "yes" : "no", out);
    else
      fprintf(out, "%g", v->number);
  }
  if (item->children_num > 0) {
    fputs(" {", out);
    for (size_t i = 0; i < item->children_num; i++) {
      if (i > 0)
        fputs("; ", out);
      write_item(out, &item->children[i]);
    }
    fputc('}', out);
  }
}

static void read_to(char out[500], const char *text) {
  char why[CONF_WHY_SIZE];
  struct conf_item *root =
      conf_parser_read(text, strlen(text), NULL, NULL, why);
  FILE *stream;

  if (root == NULL) {
    snprintf(out, 500, "%s", why);
    return;
  }
  stream = fmemopen(out, 500, "w");
  for (size_t i = 0; i < root->children_num; i++) {
    if (i > 0)
      fputs("; ", stream);
    write_item(stream, &root->children[i]);
  }
  fputc('\0', stream);
  fclose(stream);
  conf_free(root);
}

static const struct {
  const char *text;
  const char *tree;
} texts[] = {
    {"", ""},
    {"\n\n# only a comment\n", ""},
    {"Interval 10\n", "Interval 10"},
    {"a 0600 0x1f -5 +5 1.5 .5 1.5e+3\n", "a 600 31 -5 5 1.5 0.5 1500"},
    {"a 5m 1e3 True\n", "a '5m' '1e3' 'True'"},
    {"a true yes on false no off\n", "a yes yes yes no no no"},
    {"a online\n", "a 'online'"},
    {"a 192.168.1.50 10.0.0.1:9999\n", "a '192.168.1.50' '10.0.0.1:9999'"},
    {"a :: ::1 fe80::1 1:2:3:4:5:6:7:8\n",
     "a '::' '::1' 'fe80::1' '1:2:3:4:5:6:7:8'"},
    {"a [::1]:25826 ::ffff:1.2.3.4\n", "a '[::1]:25826' '::ffff:1.2.3.4'"},
    {"a 50:c7:bf:00:11:22\n", "a 50 'c7' 'bf' 0 11 22"},
    {"a \"K\xc3\xbc"
     "che\"\n",
     "a 'K\xc3\xbc"
     "che'"},
    {"a \"q\\\"x\\\\y\\nz\"\n", "a 'q\"x\\ynz'"},
    {"a \"# no comment\" # one\n", "a '# no comment'"},
    {"a \"over\ntwo lines\"\n", "a 'over\ntwo lines'"},
    {"a \"one \\\n   word\"\n", "a 'one word'"},
    {"a 1 \\\n 2\n", "a 1 2"},
    {"a 1\r\nb 2\r\n", "a 1; b 2"},
    {"<Plugin kasa>\n A 1\n <Device \"x\">\n B 2\n </Device>\n</Plugin>\n",
     "Plugin 'kasa' {A 1; Device 'x' {B 2}}"},
    {"<Plugin kasa>\n</Plugin>\n", "Plugin 'kasa'"},
    {"<Empty>\n</Empty>\na 1\n", "a 1"},
    {"a \"never closed\nb 1\n", "a 'never' 'closed'; b 1"},
    /* what collectd refuses */
    {"a 1", "line 1: expected a value or the end of the line, found the end of "
            "the file"},
    {"a\n", "line 1: expected a value, found the end of the line"},
    {"a 1\nDataDir /var/lib\n",
     "line 2: expected a value, found \"/\"; texts with \"/\" must be in "
     "quotes"},
    {"<A 1>\n<B>\n</A>\n", "line 3: </A> does not close <B> of line 2"},
    {"<A>\n</a>\n", "line 2: </a> does not close <A> of line 1"},
    {"<A>\nb 1\n", "line 3: <A> of line 1 is not closed"},
    {"</A>\n", "line 1: a block ends that never began"},
    {"\n12 a\n",
     "line 2: expected the name of an option or block, found a number"},
    {"a 1 >\n", "line 1: expected a value or the end of the line, found \">\""},
};

START_TEST(text_becomes_the_tree_that_collectd_sees) {
  char out[500] = "";
  read_to(out, texts[_i].text);
  ck_assert_str_eq(out, texts[_i].tree);
}
END_TEST

START_TEST(items_know_their_lines) {
  static const char text[] =
      "\n\na 1\n<B>\n# no\n  c 2\n</B>\nd \"x\ny\"\ne 1\n";
  char why[CONF_WHY_SIZE];
  struct conf_item *root =
      conf_parser_read(text, strlen(text), NULL, NULL, why);

  ck_assert_ptr_nonnull(root);
  ck_assert_uint_eq(root->children[0].line, 3);
  ck_assert_uint_eq(root->children[1].line, 4);
  ck_assert_uint_eq(root->children[1].children[0].line, 6);
  ck_assert_uint_eq(root->children[2].line, 8);
  ck_assert_uint_eq(root->children[3].line, 10);
  conf_free(root);
}
END_TEST

static void keep_note(void *arg, unsigned line, const char *text) {
  (void)line;
  strcat(arg, text);
  strcat(arg, "|");
}

START_TEST(skipped_characters_are_told_once_per_line) {
  static const char text[] = "Interval = 10 =\nMac 50:c7\nb \"x\nUser a@b\n"
                             "User 'x'\nUser \xe2\x80\x9cx\xe2\x80\x9d\n";
  char notes[1000] = "";
  char why[CONF_WHY_SIZE];
  struct conf_item *root =
      conf_parser_read(text, strlen(text), keep_note, notes, why);

  ck_assert_ptr_nonnull(root);
  ck_assert_str_eq(
      notes, "line 1: collectd ignores '=' here: a value with it needs quotes, "
             "and none stands between an option and its value|"
             "line 2: collectd ignores ':' here: a value with it needs quotes, "
             "and none stands between an option and its value|"
             "line 3: this quote is never closed, collectd ignores it|"
             "line 4: collectd ignores '@' here: does the text need quotes?|"
             "line 5: collectd ignores ''' here: texts stand in \"...\"|"
             "line 6: collectd ignores the byte 0xe2 here: quotes are the "
             "plain \", not those of a word processor|");
  conf_free(root);
}
END_TEST

START_TEST(blocks_that_hold_nothing_are_told) {
  static const char text[] = "<A>\n  <B>\n  </B>\n  <C x>\n  </C>\n</A>\n"
                             "<D>\n  <E>\n  </E>\n</D>\n";
  char notes[1000] = "";
  char why[CONF_WHY_SIZE];
  struct conf_item *root =
      conf_parser_read(text, strlen(text), keep_note, notes, why);

  ck_assert_ptr_nonnull(root);
  ck_assert_uint_eq(root->children_num, 1);
  ck_assert_str_eq(
      notes, "line 2: collectd passes over <B>, for nothing stands in it|"
             "line 8: collectd passes over <E>, for nothing stands in it|"
             "line 7: collectd passes over <D>, for nothing stands in it|");
  conf_free(root);
}
END_TEST

START_TEST(depth_is_bounded) {
  char text[CONF_DEPTH_MAX * 4 + 5] = "";
  char why[CONF_WHY_SIZE];

  for (int i = 0; i <= CONF_DEPTH_MAX; i++)
    strcat(text, "<a>\n");
  ck_assert_ptr_null(conf_parser_read(text, strlen(text), NULL, NULL, why));
  ck_assert_str_eq(why, "line 33: blocks are nested deeper than 32");
}
END_TEST

START_TEST(binary_files_are_refused) {
  char why[CONF_WHY_SIZE];

  ck_assert_ptr_null(conf_parser_read("a 1\nb\0c 1\n", 10, NULL, NULL, why));
  ck_assert_str_eq(why, "line 2: a NUL byte: this is no text");
}
END_TEST

static void fill(TCase *t) {
  tcase_add_loop_test(t, text_becomes_the_tree_that_collectd_sees, 0,
                      ROWS(texts));
  tcase_add_test(t, items_know_their_lines);
  tcase_add_test(t, skipped_characters_are_told_once_per_line);
  tcase_add_test(t, blocks_that_hold_nothing_are_told);
  tcase_add_test(t, depth_is_bounded);
  tcase_add_test(t, binary_files_are_refused);
}

int main(void) { return suite_run("conf_text", fill); }
