/* SPDX-License-Identifier: MIT */
/* Options by table: every type, every mistake, and the tree they come from. */
#include <config.h>

#include "config/option.h"

#include "../support/conf_build.h"
#include "../support/suite.h"

#include <errno.h>
#include <math.h>

struct target {
  bool flag;
  unsigned count;
  double seconds, number;
  char *string;
  struct option_strings strings;
  int choice;
  unsigned blocks;
};

static void take_block(void *target, const struct conf_item *item,
                       struct option_reporter *reporter) {
  struct target *t = target;

  if (option_block_name(item, "<Test>", reporter) != NULL)
    t->blocks++;
}

static const char *const colours[] = {"red", "green", "blue", NULL};

#define AT(member) offsetof(struct target, member)

static const struct option table[] = {
    {.name = "Flag", .type = OPTION_BOOL, .offset = AT(flag)},
    {.name = "Count",
     .type = OPTION_COUNT,
     .offset = AT(count),
     .min = 1,
     .max = 100},
    {.name = "Seconds",
     .type = OPTION_SECONDS,
     .offset = AT(seconds),
     .min = 0.5,
     .max = 86400},
    {.name = "Number",
     .type = OPTION_NUMBER,
     .offset = AT(number),
     .min = -10,
     .max = 10},
    {.name = "String", .type = OPTION_STRING, .offset = AT(string)},
    {.name = "Strings", .type = OPTION_STRINGS, .offset = AT(strings)},
    {.name = "Choice",
     .type = OPTION_CHOICE,
     .offset = AT(choice),
     .choices = colours},
    {.name = "Block", .type = OPTION_BLOCK, .block = take_block},
    {.name = "Later", .type = OPTION_LATER},
    {0},
};

/* The line; what the target then shows; what the complaint says (NULL: there
 * is none). Before each the target is: false 7 7 7 none [] red 0. */
static const struct {
  const char *line;
  const char *shows;
  const char *complaint;
} lines[] = {
    {"Flag true", "true 7 7 7 none [] red 0", NULL},
    {"flag true", "true 7 7 7 none [] red 0", NULL},
    {"Flag \"yes\"", "true 7 7 7 none [] red 0", NULL},
    {"Flag On", "true 7 7 7 none [] red 0", NULL},
    {"Flag \"No\"", "false 7 7 7 none [] red 0", NULL},
    {"Flag 1", "false 7 7 7 none [] red 0",
     "<Test>: option Flag expects true or false, found 1"},
    {"Flag maybe", "false 7 7 7 none [] red 0",
     "<Test>: option Flag expects true or false, found \"maybe\""},
    {"Flag", "false 7 7 7 none [] red 0",
     "<Test>: option Flag expects true or false, found nothing"},
    {"Flag true false", "false 7 7 7 none [] red 0",
     "<Test>: option Flag expects true or false, found true false"},
    {"Count 1", "false 1 7 7 none [] red 0", NULL},
    {"Count \"12\"", "false 12 7 7 none [] red 0", NULL},
    {"Count \"0x10\"", "false 7 7 7 none [] red 0",
     "<Test>: option Count expects a whole number from 1 to 100, found "
     "\"0x10\""},
    {"Count \"\"", "false 7 7 7 none [] red 0",
     "<Test>: option Count expects a whole number from 1 to 100, found \"\""},
    {"Count \"101\"", "false 7 7 7 none [] red 0",
     "<Test>: option Count expects a whole number from 1 to 100, found "
     "\"101\""},
    {"Number \"-2.5\"", "false 7 7 -2.5 none [] red 0", NULL},
    {"Count 100", "false 100 7 7 none [] red 0", NULL},
    {"Count 0", "false 7 7 7 none [] red 0",
     "<Test>: option Count expects a whole number from 1 to 100, found 0"},
    {"Count 101", "false 7 7 7 none [] red 0",
     "<Test>: option Count expects a whole number from 1 to 100, found 101"},
    {"Count 2.5", "false 7 7 7 none [] red 0",
     "<Test>: option Count expects a whole number from 1 to 100, found 2.5"},
    {"Count -1", "false 7 7 7 none [] red 0",
     "<Test>: option Count expects a whole number from 1 to 100, found -1"},
    {"Count 1e300", "false 7 7 7 none [] red 0",
     "<Test>: option Count expects a whole number from 1 to 100, found 1e+300"},
    {"Count nan", "false 7 7 7 none [] red 0",
     "<Test>: option Count expects a whole number from 1 to 100, found"},
    {"Count many", "false 7 7 7 none [] red 0",
     "<Test>: option Count expects a whole number from 1 to 100, found "
     "\"many\""},
    {"Seconds 90", "false 7 90 7 none [] red 0", NULL},
    {"Seconds 0.5", "false 7 0.5 7 none [] red 0", NULL},
    {"Seconds 5m", "false 7 300 7 none [] red 0", NULL},
    {"Seconds \"1h30m\"", "false 7 5400 7 none [] red 0", NULL},
    {"Seconds 0.4", "false 7 7 7 none [] red 0",
     "<Test>: option Seconds expects seconds from 0.5 to 86400, found 0.4"},
    {"Seconds 2d", "false 7 7 7 none [] red 0",
     "<Test>: option Seconds expects seconds from 0.5 to 86400, found \"2d\""},
    {"Seconds nan", "false 7 7 7 none [] red 0",
     "<Test>: option Seconds expects seconds from 0.5 to 86400, found"},
    {"Seconds soon", "false 7 7 7 none [] red 0",
     "<Test>: option Seconds expects seconds from 0.5 to 86400, or a time like "
     "\"30s\", \"5m\" or \"2h\", found \"soon\""},
    {"Seconds -5", "false 7 7 7 none [] red 0",
     "<Test>: option Seconds expects seconds from 0.5 to 86400, found -5"},
    {"Seconds true", "false 7 7 7 none [] red 0",
     "<Test>: option Seconds expects seconds from 0.5 to 86400, or a time like "
     "\"30s\", \"5m\" or \"2h\", found true"},
    {"Number -2.5", "false 7 7 -2.5 none [] red 0", NULL},
    {"Number 11", "false 7 7 7 none [] red 0",
     "<Test>: option Number expects a number from -10 to 10, found 11"},
    {"Number ten", "false 7 7 7 none [] red 0",
     "<Test>: option Number expects a number from -10 to 10, found \"ten\""},
    {"String text", "false 7 7 7 text [] red 0", NULL},
    {"String 5", "false 7 7 7 none [] red 0",
     "<Test>: option String expects one text in quotes, found 5"},
    {"String \"\"", "false 7 7 7 none [] red 0",
     "<Test>: option String expects one text in quotes, found \"\""},
    {"String a b", "false 7 7 7 none [] red 0",
     "<Test>: option String expects one text in quotes, found \"a\" \"b\""},
    {"Strings a b c", "false 7 7 7 none [abc] red 0", NULL},
    {"Strings", "false 7 7 7 none [] red 0",
     "<Test>: option Strings expects texts in quotes, found nothing"},
    {"Strings 5", "false 7 7 7 none [] red 0",
     "<Test>: option Strings expects texts in quotes, found 5"},
    {"Choice blue", "false 7 7 7 none [] blue 0", NULL},
    {"Choice GREEN", "false 7 7 7 none [] green 0", NULL},
    {"Choice pink", "false 7 7 7 none [] red 0",
     "<Test>: option Choice expects one of: red, green, blue, found \"pink\""},
    {"Choice 2", "false 7 7 7 none [] red 0",
     "<Test>: option Choice expects one of: red, green, blue, found 2"},
    {"Block name", "false 7 7 7 none [] red 1", NULL},
    {"Block", "false 7 7 7 none [] red 0",
     "<Test>: <Block> expects one name in quotes, as in <Block \"name\">, "
     "found nothing"},
    {"Block a b", "false 7 7 7 none [] red 0",
     "<Test>: <Block> expects one name in quotes, as in <Block \"name\">, "
     "found \"a\" \"b\""},
    {"Block 5", "false 7 7 7 none [] red 0",
     "<Test>: <Block> expects one name in quotes, as in <Block \"name\">, "
     "found 5"},
    {"Later 1", "false 7 7 7 none [] red 0",
     "<Test>: Later is not yet supported by this version and is ignored"},
    {"Secnods 5", "false 7 7 7 none [] red 0",
     "<Test>: unknown option Secnods, did you mean Seconds?"},
    {"coutn 5", "false 7 7 7 none [] red 0",
     "<Test>: unknown option coutn, did you mean Count?"},
    {"Completely 5", "false 7 7 7 none [] red 0",
     "<Test>: unknown option Completely"},
};

static const char *show(const struct target *t) {
  static char text[200];
  char list[50] = "";

  for (size_t i = 0; i < t->strings.count; i++)
    strcat(list, t->strings.items[i]);
  snprintf(text, sizeof(text), "%s %u %g %g %s [%s] %s %u",
           t->flag ? "true" : "false", t->count, t->seconds, t->number,
           t->string != NULL ? t->string : "none", list, colours[t->choice],
           t->blocks);
  return text;
}

static void target_free(struct target *t) {
  free(t->string);
  option_strings_free(&t->strings);
}

START_TEST(each_line_is_taken_or_named_in_a_complaint) {
  struct target t = {.count = 7, .seconds = 7, .number = 7};
  struct conf_item *root = conf_new("Test");
  COMPLAINTS(c);

  ck_assert_ptr_nonnull(root);
  put_line(root, lines[_i].line);
  options_read(table, &t, root, "<Test>", &c.reporter);
  ck_assert_msg(strcmp(show(&t), lines[_i].shows) == 0, "%s gives %s",
                lines[_i].line, show(&t));
  if (lines[_i].complaint != NULL)
    ck_assert_msg(
        strncmp(c.last, lines[_i].complaint, strlen(lines[_i].complaint)) == 0,
        "%s: \"%s\"", lines[_i].line, c.last);
  ck_assert_msg(c.num == (lines[_i].complaint != NULL), "%s: \"%s\"",
                lines[_i].line, c.last);
  ck_assert_uint_eq(c.reporter.errors, c.num);
  target_free(&t);
  conf_free(root);
}
END_TEST

static const struct {
  const char *text;
  double seconds; /* NAN: refused */
} times[] = {
    {"90", 90},      {"0", 0},       {"0.5", 0.5},   {"90s", 90},
    {"5m", 300},     {"4h", 14400},  {"2d", 172800}, {"250ms", 0.25},
    {"1h30m", 5400}, {"1.5h", 5400}, {"0s", 0},      {"1e2", 100},
    {"", NAN},       {"s", NAN},     {"-5", NAN},    {"+5", NAN},
    {" 5", NAN},     {"5 ", NAN},    {"5x", NAN},    {"1h30", NAN},
    {"0s5", NAN},    {"0x10", NAN},  {"0x5m", NAN},  {"inf", NAN},
    {"nan", NAN},    {"1e999", NAN}, {"5m-1s", NAN}, {".", NAN},
    {"1h0X2", NAN},
};

START_TEST(spans_of_time_are_read) {
  double seconds = NAN;
  int err = option_parse_seconds(times[_i].text, &seconds);

  ck_assert_msg((err == 0) == !isnan(times[_i].seconds), "\"%s\"",
                times[_i].text);
  if (err == 0)
    ck_assert_msg(seconds == times[_i].seconds, "\"%s\" is %g", times[_i].text,
                  seconds);
  else
    ck_assert_int_eq(err, -EINVAL);
}
END_TEST

START_TEST(a_doubled_option_is_told_and_the_last_one_counts) {
  struct target t = {0};
  struct conf_item *root = conf_new("Test");
  COMPLAINTS(c);

  put_line(root, "Count 5");
  put_line(root, "String one");
  put_line(root, "count 6");
  put_line(root, "String two");
  options_read(table, &t, root, "<Test>", &c.reporter);
  ck_assert_uint_eq(t.count, 6);
  ck_assert_str_eq(t.string, "two");
  ck_assert_uint_eq(c.num, 2);
  ck_assert_str_eq(c.last,
                   "<Test>: option String stands twice, the last one counts");
  target_free(&t);
  conf_free(root);
}
END_TEST

START_TEST(lists_and_blocks_may_stand_more_than_once) {
  struct target t = {0};
  struct conf_item *root = conf_new("Test");
  COMPLAINTS(c);

  put_line(root, "Strings a b");
  put_line(root, "Strings c");
  put_line(root, "Block x");
  put_line(root, "Block y");
  options_read(table, &t, root, "<Test>", &c.reporter);
  ck_assert_str_eq(show(&t), "false 0 0 0 none [abc] red 2");
  ck_assert_uint_eq(c.num, 0);
  target_free(&t);
  conf_free(root);
}
END_TEST

START_TEST(an_option_written_as_a_block_is_told) {
  struct target t = {.count = 7};
  struct conf_item *root = conf_new("Test");
  COMPLAINTS(c);

  put_line(put_line(root, "Count 5"), "Flag true");
  options_read(table, &t, root, "<Test>", &c.reporter);
  ck_assert_uint_eq(t.count, 7);
  ck_assert_str_eq(c.last, "<Test>: Count is an option, not a block");
  conf_free(root);
}
END_TEST

static void ignore(void *arg, const char *line) {
  (void)arg;
  (void)line;
}

/* The number of a chat is one, and quotes are easily forgotten. */
START_TEST(a_text_of_digits_needs_no_quotes_where_it_says_so) {
  static const struct option digits[] = {{.name = "Chat",
                                          .type = OPTION_STRING,
                                          .offset = AT(string),
                                          .digits = true},
                                         {0}};
  static const struct {
    double number;
    const char *text;
  } cases[] = {{-1001234567890.0, "-1001234567890"},
               {5, "5"},
               {0.5, NULL},
               {1.3e18, NULL}}; /* its last digits are lost by then */
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct target t = {.string = NULL};
    struct option_reporter reporter = {.say = ignore};
    struct conf_item *block = conf_new("Test");
    ck_assert_int_eq(
        conf_add_number(conf_add_child(block, "Chat"), cases[i].number), 0);
    options_read(digits, &t, block, "<Test>", &reporter);
    ck_assert_uint_eq(reporter.errors, cases[i].text == NULL);
    if (cases[i].text != NULL)
      ck_assert_str_eq(t.string, cases[i].text);
    free(t.string);
    conf_free(block);
  }
}
END_TEST

START_TEST(endless_values_make_no_endless_complaint) {
  struct target t = {0};
  struct conf_item *root = conf_new("Test");
  struct conf_item *item = put(root, "Count");
  char longest[5000];
  COMPLAINTS(c);

  memset(longest, 'x', sizeof(longest));
  longest[sizeof(longest) - 1] = '\0';
  for (int i = 0; i < 50; i++) {
    ck_assert_int_eq(conf_add_string(item, longest), 0);
    ck_assert_int_eq(conf_add_number(item, 1e300), 0);
  }
  put_line(root, "Flag true")->key[0] = 'X';
  put(root, longest);
  options_read(table, &t, root, "<Test>", &c.reporter);
  ck_assert_uint_eq(c.num, 3);
  ck_assert_uint_lt(strlen(c.last), 512);
  conf_free(root);
}
END_TEST

static const struct {
  const char *line;
  const char *described;
} items[] = {
    {"Interval", "Interval"},
    {"Device \"Freezer\"", "<Device \"Freezer\">"},
    {"Device 5", "<Device>"},
    {"Device a b", "<Device>"},
};

START_TEST(items_are_described_as_a_person_writes_them) {
  struct conf_item *root = conf_new("Plugin");
  const struct conf_item *item = put_line(root, items[_i].line);
  char out[40];

  conf_describe(item, out, sizeof(out));
  ck_assert_str_eq(out, items[_i].described);
  conf_describe(item, out, 5);
  ck_assert_uint_eq(strlen(out), 4);
  conf_free(root);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_loop_test(t, each_line_is_taken_or_named_in_a_complaint, 0,
                      ROWS(lines));
  tcase_add_loop_test(t, spans_of_time_are_read, 0, ROWS(times));
  tcase_add_test(t, a_doubled_option_is_told_and_the_last_one_counts);
  tcase_add_test(t, lists_and_blocks_may_stand_more_than_once);
  tcase_add_test(t, an_option_written_as_a_block_is_told);
  tcase_add_test(t, a_text_of_digits_needs_no_quotes_where_it_says_so);
  tcase_add_test(t, endless_values_make_no_endless_complaint);
  tcase_add_loop_test(t, items_are_described_as_a_person_writes_them, 0,
                      ROWS(items));
}

int main(void) { return suite_run("option", fill); }
