/* SPDX-License-Identifier: MIT */
/* JSON as services get it: escaped, repaired, null where there is no number. */
#include <config.h>

#include "base/json_writer.h"

#include "../support/suite.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

START_TEST(everything_a_payload_is_made_of) {
  struct json_writer j;
  struct buf out;
  cJSON *list;

  json_writer_init(&j);
  json_writer_text(&j, j.root, "text", "a \"b\" \xff\x01\n");
  json_writer_number(&j, j.root, "number", 1.5);
  json_writer_number(&j, j.root, "none", (double)NAN);
  json_writer_bool(&j, j.root, "yes", true);
  list = json_writer_array(&j, j.root, "list");
  json_writer_text(&j, list, NULL, "one");
  json_writer_null(&j, json_writer_object(&j, list, NULL), "nothing");
  buf_init(&out, 1000);
  ck_assert_int_eq(json_writer_print(&j, &out), 0);
  ck_assert_str_eq(out.data,
                   "{\"text\":\"a \\\"b\\\" \xef\xbf\xbd\\n\",\"number\":1.5,"
                   "\"none\":null,\"yes\":true,\"list\":[\"one\","
                   "{\"nothing\":null}]}");
  buf_free(&out);
  json_writer_free(&j);
}
END_TEST

START_TEST(moments_carry_their_zone) {
  struct json_writer j;
  struct buf out;

  setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
  tzset();
  json_writer_init(&j);
  json_writer_moment(&j, j.root, "winter", 1795266202000);
  json_writer_moment(&j, j.root, "summer", 1782306202000);
  json_writer_moment(&j, j.root, "never", 0);
  buf_init(&out, 1000);
  ck_assert_int_eq(json_writer_print(&j, &out), 0);
  ck_assert_str_eq(out.data, "{\"winter\":\"2026-11-21T14:03:22+01:00\","
                             "\"summer\":\"2026-06-24T15:03:22+02:00\","
                             "\"never\":null}");
  buf_free(&out);
  json_writer_free(&j);
}
END_TEST

START_TEST(a_failure_stays) {
  struct json_writer j;
  struct buf out;

  json_writer_init(&j);
  json_writer_text(&j, NULL, "lost", "no parent");
  json_writer_text(&j, j.root, "kept", "fine");
  buf_init(&out, 1000);
  ck_assert_int_lt(json_writer_print(&j, &out), 0);
  ck_assert_ptr_null(json_writer_take(&j));
  buf_free(&out);
  json_writer_free(&j);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_test(t, everything_a_payload_is_made_of);
  tcase_add_test(t, moments_carry_their_zone);
  tcase_add_test(t, a_failure_stays);
}

int main(void) { return suite_run("json_writer", fill); }
