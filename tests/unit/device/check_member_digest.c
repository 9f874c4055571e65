/* SPDX-License-Identifier: MIT */
/* Whether an object says again what it said before. */
#include <config.h>

#include "device/member_digest.h"

#include "../support/suite.h"

#include <string.h>

static const char *const passing[] = {"rssi", "on_time", NULL};

static uint64_t digest(const char *text) {
  struct json doc;
  json_ref object;
  uint64_t x;

  json_init(&doc);
  object = json_parse(&doc, text, strlen(text));
  ck_assert_msg(object != 0, "%s", text);
  x = member_digest(&doc, object, passing);
  json_free(&doc);
  return x;
}

#define TOLD "{\"a\":\"one\",\"rssi\":-40,\"b\":2,\"list\":[1,2],\"c\":\"3\"}"

/* What is left out may be anything, also the letters that look like it. */
static const char *const again[] = {
    TOLD,
    "{\"a\":\"one\",\"rssi\":-55,\"b\":2,\"list\":[1,2],\"c\":\"3\"}",
    "{\"a\":\"one\",\"rssi\":{\"c\":4},\"b\":2,\"list\":[1,2],\"c\":\"3\"}",
    "{\"a\":\"one\",\"on_time\":7,\"b\":2,\"list\":[3],\"c\":\"3\"}",
    "{\"a\":\"one\",\"rssi\":-40,\"b\":2,\"list\":[],\"c\":\"3\",\"rssi\":1}",
};

START_TEST(what_is_told_again_has_one_number) {
  ck_assert_uint_ne(digest(TOLD), 0);
  ck_assert_msg(digest(again[_i]) == digest(TOLD), "%s", again[_i]);
}
END_TEST

static const char *const otherwise[] = {
    "{}",
    "{\"a\":\"two\",\"rssi\":-40,\"b\":2,\"list\":[1,2],\"c\":\"3\"}",
    "{\"a\":\"one\",\"rssi\":-40,\"b\":3,\"list\":[1,2],\"c\":\"3\"}",
    "{\"a\":\"one\",\"rssi\":-40,\"b\":2,\"list\":[1,2],\"c\":\"4\"}",
    "{\"a\":\"one\",\"rssi\":-40,\"b\":2,\"list\":[1,2],\"c\":3}",
    "{\"a\":\"one\",\"rssi\":-40,\"b\":2,\"list\":{},\"c\":\"3\"}",
    "{\"a\":\"one\",\"rssi\":-40,\"b\":2,\"lisp\":[1,2],\"c\":\"3\"}",
    "{\"a\":\"one\",\"rssi\":-40,\"list\":[1,2],\"c\":\"3\"}",
    "{\"a\":\"one\",\"rssj\":-40,\"b\":2,\"list\":[1,2],\"c\":\"3\"}",
    "{\"a\":\"one\",\"rssi\":-40,\"b\":2,\"list\":[1,2],\"c\":\"3\",\"d\":1}",
    "{\"rssi\":-40,\"b\":2,\"list\":[1,2],\"c\":\"3\",\"a\":\"one\"}",
};

START_TEST(what_is_told_otherwise_has_another) {
  ck_assert_msg(digest(otherwise[_i]) != digest(TOLD), "%s", otherwise[_i]);
}
END_TEST

/* One letter of many, wherever it is. */
START_TEST(each_letter_counts) {
  char text[] =
      "{\"device_id\":\"0123456789ABCDEF01234567\",\"fw_ver\":\"1.0.4 "
      "Build 191111\",\"nickname\":\"TGFtcA==\",\"on_time\":1}";
  size_t told = strlen(text) - strlen("\",\"on_time\":1}");
  uint64_t before = digest(text);

  for (size_t i = 0; i < told; i++) {
    char letter = text[i];

    if (strchr("{}\":,\\", letter) != NULL)
      continue;
    text[i] = letter == 'x' ? 'y' : 'x';
    ck_assert_msg(digest(text) != before, "%s", text);
    text[i] = letter;
  }
  ck_assert_uint_eq(digest(text), before);
}
END_TEST

START_TEST(what_is_no_object_has_a_number) {
  ck_assert_uint_eq(digest("3"), digest("\"text\""));
  ck_assert_uint_ne(digest("3"), 0);
  ck_assert_uint_eq(digest("{\"rssi\":1}"), digest("{\"on_time\":[2]}"));
}
END_TEST

static void fill(TCase *t) {
  tcase_add_loop_test(t, what_is_told_again_has_one_number, 0, ROWS(again));
  tcase_add_loop_test(t, what_is_told_otherwise_has_another, 0,
                      ROWS(otherwise));
  tcase_add_test(t, each_letter_counts);
  tcase_add_test(t, what_is_no_object_has_a_number);
}

int main(void) { return suite_run("member_digest", fill); }
