/* SPDX-License-Identifier: MIT */
/* The JSON reader: lenient where devices are, strict in the rest, bounded. */
#include <config.h>

#include "base/json.h"

#include "../support/suite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TEXT(literal) literal, sizeof(literal) - 1

static const struct {
  const char *what;
  const char *text;
  size_t len;
  enum json_type type; /* of the root; JSON_NONE: refused */
} texts[] = {
    {"an empty object", TEXT("{}"), JSON_OBJECT},
    {"an empty array with blanks", TEXT(" [ \r\n\t ] "), JSON_ARRAY},
    {"a number", TEXT("-12.5e+3"), JSON_NUMBER},
    {"zero", TEXT("0"), JSON_NUMBER},
    {"the three words", TEXT("[true,false,null]"), JSON_ARRAY},
    {"garbage after the closing brace", TEXT("{\"a\":1}\0\0xyz}"), JSON_OBJECT},
    {"a control character in a string", TEXT("{\"a\":\"b\x01\n\tc\"}"),
     JSON_OBJECT},
    {"a NUL in a string", TEXT("{\"a\":\"b\0c\"}"), JSON_OBJECT},
    {"invalid UTF-8 in a string", TEXT("\"\xff\xfe\xc3\""), JSON_STRING},
    {"nothing", TEXT(""), JSON_NONE},
    {"blanks only", TEXT("  \n"), JSON_NONE},
    {"an object cut short", TEXT("{\"a\":1"), JSON_NONE},
    {"an object cut in a key", TEXT("{\"a"), JSON_NONE},
    {"an object cut behind the colon", TEXT("{\"a\":"), JSON_NONE},
    {"an array cut behind a comma", TEXT("[1,"), JSON_NONE},
    {"a string cut behind a backslash", TEXT("\"a\\"), JSON_NONE},
    {"a comma before the brace", TEXT("{\"a\":1,}"), JSON_NONE},
    {"a comma before the bracket", TEXT("[1,]"), JSON_NONE},
    {"a missing comma", TEXT("[1 2]"), JSON_NONE},
    {"a missing colon", TEXT("{\"a\" 1}"), JSON_NONE},
    {"a key without quotes", TEXT("{a:1}"), JSON_NONE},
    {"the wrong bracket", TEXT("[1}"), JSON_NONE},
    {"single quotes", TEXT("{'a':1}"), JSON_NONE},
    {"a comment", TEXT("/* */ {}"), JSON_NONE},
    {"a byte order mark", TEXT("\xef\xbb\xbf{}"), JSON_NONE},
    {"NaN", TEXT("NaN"), JSON_NONE},
    {"nan", TEXT("nan"), JSON_NONE},
    {"Infinity", TEXT("Infinity"), JSON_NONE},
    {"a minus alone", TEXT("[-]"), JSON_NONE},
    {"a plus sign", TEXT("+1"), JSON_NONE},
    {"no digit before the point", TEXT(".5"), JSON_NONE},
    {"no digit behind the point", TEXT("[5.]"), JSON_NONE},
    {"no digit behind the e", TEXT("[5e]"), JSON_NONE},
    {"no digit behind the sign", TEXT("[5e-]"), JSON_NONE},
    {"zeros before a number", TEXT("[007]"), JSON_ARRAY},
    {"hexadecimal", TEXT("[0x10]"), JSON_NONE},
    {"half a word", TEXT("[tru]"), JSON_NONE},
    {"a word in capitals", TEXT("[True]"), JSON_NONE},
};

START_TEST(texts_are_read_or_refused) {
  struct json doc;
  char *exact = malloc(texts[_i].len + 1); /* so that ASan sees an overrun */

  ck_assert_ptr_nonnull(exact);
  memcpy(exact, texts[_i].text, texts[_i].len);
  exact[texts[_i].len] = '\0'; /* the callers terminate what they pass */
  json_init(&doc);
  ck_assert_msg(json_type(&doc, json_parse(&doc, exact, texts[_i].len)) ==
                    texts[_i].type,
                "%s", texts[_i].what);
  json_free(&doc);
  free(exact);
}
END_TEST

static const struct {
  const char *text;
  double number;
  bool good;
} numbers[] = {
    {"0", 0, true},
    {"-0", 0, true},
    {"7", 7, true},
    {"-32407", -32407, true},
    {"0.014937", 0.014937, true},
    {"231.067823", 231.067823, true},
    {"55.139", 55.139, true},
    {"1234567890123456", 1234567890123456, true},
    {"9007199254740993", 9007199254740992, true},
    {"0.1234567890123456789", 0.1234567890123456789, true},
    {"123456789012345678901234567890", 123456789012345678901234567890.0, true},
    {"1e3", 1000, true},
    {"1.5E-3", 0.0015, true},
    {"-2.5e+2", -250, true},
    {"1e308", 1e308, true},
    {"1e309", 0, false},
    {"-1e999", 0, false},
    {"1e-999", 0, true},
    {"\"12.5\"", 12.5, true},
    {"\"-3\"", -3, true},
    {"\"1e2\"", 100, true},
    {"\"\"", 0, false},
    {"\"12V\"", 0, false},
    {"\" 12\"", 0, false},
    {"\"NaN\"", 0, false},
    {"\"inf\"", 0, false},
    {"\"0x10\"", 0, false},
    {"\"1e999\"", 0, false},
    {"true", 1, true},
    {"false", 0, true},
    {"null", 0, false},
    {"[1]", 0, false},
    {"{\"a\":1}", 0, false},
};

START_TEST(numbers_are_read_however_they_are_written) {
  struct json doc;
  json_ref root;
  double number = NAN;

  json_init(&doc);
  root = json_parse(&doc, numbers[_i].text, strlen(numbers[_i].text));
  ck_assert_msg(root != 0, "%s is JSON", numbers[_i].text);
  ck_assert_msg(json_number(&doc, root, &number) == numbers[_i].good, "%s",
                numbers[_i].text);
  if (numbers[_i].good)
    ck_assert_msg(number == numbers[_i].number, "%s became %.17g",
                  numbers[_i].text, number);
  json_free(&doc);
}
END_TEST

START_TEST(every_short_decimal_is_the_nearest_double) {
  uint64_t random = 88172645463325252U;
  struct json doc;

  json_init(&doc);
  for (int i = 0; i < 200000; i++) {
    char text[40];
    double number;

    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    if (i % 2)
      snprintf(text, sizeof(text), "%.*f", i % 12,
               (double)(random % 2000000000) / 1000.0 - 1e6);
    else
      snprintf(text, sizeof(text), "%lld",
               (long long)(random >> (i % 60)) - 1000);
    ck_assert(json_number(&doc, json_parse(&doc, text, strlen(text)), &number));
    ck_assert_msg(number == strtod(text, NULL), "%s became %.17g", text,
                  number);
  }
  json_free(&doc);
}
END_TEST

#define FFFD "\xef\xbf\xbd"

static const struct {
  const char *what;
  const char *text; /* between the quotes */
  const char *out;
} strings[] = {
    {"plain", "Living room", "Living room"},
    {"the short escapes", "\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t"},
    {"an escaped letter", "\\u0041\\u00e9\\u20AC", "A\xc3\xa9\xe2\x82\xac"},
    {"a pair of surrogates", "\\uD83C\\udf32", "\xf0\x9f\x8c\xb2"},
    {"a high surrogate alone", "\\ud83c!", FFFD "!"},
    {"a low surrogate alone", "\\udf32!", FFFD "!"},
    {"two high surrogates", "\\ud83c\\ud83c", FFFD FFFD},
    {"a high one before a letter", "\\ud83c\\u0041", FFFD "A"},
    {"a high one at the end", "x\\ud83c", "x" FFFD},
    {"an escaped NUL ends no string", "a\\u0000b", "a" FFFD "b"},
    {"too few digits", "\\u12", FFFD "12"},
    {"no digits", "\\uzzzz", FFFD "zzzz"},
    {"an unknown escape", "a\\xb", "a" FFFD "b"},
    {"bytes that are no UTF-8 stay", "K\xff\xc3", "K\xff\xc3"},
    {"raw control characters stay", "a\x01\nb", "a\x01\nb"},
    {"empty", "", ""},
};

START_TEST(strings_are_unescaped) {
  struct json doc;
  char text[200];
  char out[100] = "before";

  json_init(&doc);
  snprintf(text, sizeof(text), "{\"a\":\"%s\"}", strings[_i].text);
  ck_assert(json_string(
      &doc, json_get(&doc, json_parse(&doc, text, strlen(text)), "a"), out,
      sizeof(out)));
  ck_assert_msg(strcmp(out, strings[_i].out) == 0, "%s: \"%s\"",
                strings[_i].what, out);
  json_free(&doc);
}
END_TEST

START_TEST(strings_are_cut_between_characters) {
  static const char text[] = "\"ab\xc3\xbc\\ud83c\\udf32\"";
  static const char *const cuts[] = {
      NULL,         "",
      "a",          "ab",
      "ab",         "ab\xc3\xbc",
      "ab\xc3\xbc", "ab\xc3\xbc",
      "ab\xc3\xbc", "ab\xc3\xbc\xf0\x9f\x8c\xb2"};
  struct json doc;
  json_ref root;
  char out[16];

  json_init(&doc);
  root = json_parse(&doc, text, strlen(text));
  for (size_t size = 1; size < sizeof(cuts) / sizeof(cuts[0]); size++) {
    memset(out, '#', sizeof(out));
    ck_assert(json_string(&doc, root, out, size));
    ck_assert_str_eq(out, cuts[size]);
    ck_assert(out[size] == '#');
  }
  ck_assert(!json_string(&doc, root, out, 0));
  json_free(&doc);
}
END_TEST

START_TEST(what_is_not_there_is_looked_into_without_harm) {
  static const char text[] = "{\"a\":{\"b\":[10,20,{\"c\":30}]},"
                             "\"\\u0061\":1,\"a\":2,\"e\":{},\"f\":[ ]}";
  struct json doc;
  json_ref root, list;
  double number = 5;
  char out[4] = "xyz";

  json_init(&doc);
  root = json_parse(&doc, text, strlen(text));
  list = json_get(&doc, json_get(&doc, root, "a"), "b");
  ck_assert_int_eq(json_type(&doc, list), JSON_ARRAY);
  list = json_first(&doc, list);
  ck_assert(json_number(&doc, list, &number) && number == 10);
  list = json_next(&doc, list);
  ck_assert(json_number(&doc, list, &number) && number == 20);
  list = json_next(&doc, list);
  ck_assert(json_number(&doc, json_get(&doc, list, "c"), &number) &&
            number == 30);
  ck_assert_uint_eq(json_next(&doc, list), 0);

  ck_assert_uint_eq(json_first(&doc, json_get(&doc, root, "e")), 0);
  ck_assert_uint_eq(json_first(&doc, json_get(&doc, root, "f")), 0);
  ck_assert_uint_eq(json_get(&doc, root, "A"), 0);
  ck_assert_uint_eq(json_get(&doc, root, "aa"), 0);
  ck_assert_uint_eq(
      json_get(&doc, json_get(&doc, json_get(&doc, 0, "a"), "b"), "c"), 0);
  ck_assert_uint_eq(json_get(&doc, json_get(&doc, root, "f"), "a"), 0);
  ck_assert_uint_eq(json_next(&doc, json_first(&doc, 0)), 0);
  ck_assert_int_eq(json_type(&doc, 0), JSON_NONE);
  ck_assert(!json_number(&doc, 0, &number));
  ck_assert(!json_string(&doc, 0, out, sizeof(out)));
  ck_assert_str_eq(out, "");
  ck_assert(!json_string(&doc, root, out, sizeof(out)));
  json_free(&doc);
}
END_TEST

static char *nested(int depth, char open, char close) {
  size_t num = (size_t)depth;
  char *text = malloc(2 * num + 1);

  ck_assert_ptr_nonnull(text);
  memset(text, open, num);
  memset(text + num, close, num);
  text[2 * num] = '\0';
  return text;
}

static const struct {
  int depth;
  bool good;
} depths[] = {{1, true},
              {JSON_DEPTH_MAX, true},
              {JSON_DEPTH_MAX + 1, false},
              {30000, false}};

START_TEST(depth_is_bounded) {
  struct json doc;
  char *text = nested(depths[_i].depth, '[', ']');

  json_init(&doc);
  ck_assert_int_eq(json_parse(&doc, text, strlen(text)) != 0, depths[_i].good);
  json_free(&doc);
  free(text);
}
END_TEST

START_TEST(the_number_of_values_is_bounded) {
  static char text[2 * JSON_VALUES_MAX + 8];
  struct json doc;
  size_t used = 0;

  json_init(&doc);
  text[used++] = '[';
  for (int i = 2; i < JSON_VALUES_MAX - 1; i++) { /* [0] and the array */
    text[used++] = '1';
    text[used++] = ',';
  }
  memcpy(text + used, "1]", 3);
  ck_assert_uint_ne(json_parse(&doc, text, used + 2), 0);
  ck_assert_uint_eq(doc.count, JSON_VALUES_MAX);
  memcpy(text + used, "1,1]", 5);
  ck_assert_uint_eq(json_parse(&doc, text, used + 4), 0);
  ck_assert_uint_ne(json_parse(&doc, "[1]", 3), 0); /* fit for use again */
  json_free(&doc);
}
END_TEST

START_TEST(a_key_longer_than_its_field_is_not_mistaken) {
  static char text[80000];
  struct json doc;
  json_ref root;

  json_init(&doc);
  memset(text, 'k', sizeof(text));
  memcpy(text, "{\"", 2);
  memcpy(text + 65536 + 3, "\":1,\"kkk\":2}", 13); /* 65537 = 1 by 16 bits */
  root = json_parse(&doc, text, 65536 + 3 + 12);
  ck_assert_int_eq(json_type(&doc, root), JSON_OBJECT);
  ck_assert_uint_eq(json_get(&doc, root, "k"), 0);
  ck_assert_uint_ne(json_get(&doc, root, "kkk"), 0);
  json_free(&doc);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_loop_test(t, texts_are_read_or_refused, 0, ROWS(texts));
  tcase_add_loop_test(t, numbers_are_read_however_they_are_written, 0,
                      ROWS(numbers));
  tcase_add_test(t, every_short_decimal_is_the_nearest_double);
  tcase_add_loop_test(t, strings_are_unescaped, 0, ROWS(strings));
  tcase_add_test(t, strings_are_cut_between_characters);
  tcase_add_test(t, what_is_not_there_is_looked_into_without_harm);
  tcase_add_loop_test(t, depth_is_bounded, 0, ROWS(depths));
  tcase_add_test(t, the_number_of_values_is_bounded);
  tcase_add_test(t, a_key_longer_than_its_field_is_not_mistaken);
}

int main(void) { return suite_run("json", fill); }
