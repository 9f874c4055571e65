/* SPDX-License-Identifier: MIT */
/* JSON for people, as jq prints it; what stands in strings stays. */
#include <config.h>

#include "cli/common/json_print.h"

#include "../support/suite.h"

#include <stdlib.h>

START_TEST(two_blanks_a_level) {
  cJSON *root = cJSON_Parse(
      "{\"a\":[{\"b\":1},[],{}],\"c:\\t\":\"d,\\te\\\"{\",\"f\":-1.5e3}");
  char *text = json_print(root);

  ck_assert_str_eq(text, "{\n"
                         "  \"a\": [\n"
                         "    {\n"
                         "      \"b\": 1\n"
                         "    },\n"
                         "    [],\n"
                         "    {}\n"
                         "  ],\n"
                         "  \"c:\\t\": \"d,\\te\\\"{\",\n"
                         "  \"f\": -1500\n"
                         "}");
  free(text);
  cJSON_Delete(root);
}
END_TEST

static void fill(TCase *t) { tcase_add_test(t, two_blanks_a_level); }

int main(void) { return suite_run("json_print", fill); }
