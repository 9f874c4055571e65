/* SPDX-License-Identifier: MIT */
/* The SMART dialect against answers of anybody: codes at three levels, children
 * that come, go and lie, names of hostile bytes. */
#include <config.h>

#include "device/crypto/crypto.h"
#include "device/smart/smart.h"
#include "device/smart/smart_meter.h"
#include "device/smart/smart_methods.h"

#include "../support/suite.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* -- a device that answers by rules -- */

/* The first rule whose word stands in the request answers it. */
static struct {
  const char *word;
  char answer[20000];
} rules[8];
static int rules_num;

static void rule(const char *word, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void rule(const char *word, const char *format, ...) {
  va_list args;
  int i = 0;

  while (i < rules_num && strcmp(rules[i].word, word) != 0)
    i++;
  ck_assert_int_lt(i, 8);
  rules_num += i == rules_num;
  rules[i].word = word;
  va_start(args, format);
  ck_assert_int_lt(
      vsnprintf(rules[i].answer, sizeof(rules[i].answer), format, args),
      (int)sizeof(rules[i].answer));
  va_end(args);
}

static struct device d;
static struct json doc;
static struct buf request;
static char why[WHY_SIZE];
static int asked;
static bool rarely;               /* polls ask for what is polled rarely, too */
static unsigned failed[OUTCOMES]; /* of the parts of a poll */
static char last[1100];           /* the last request */

/* One whole poll: OUTCOME_OK, or why its reading could not be made. */
static enum outcome poll_once(void) {
  struct progress p = {.rare = rarely};
  enum next next;

  asked = 0;
  memset(failed, 0, sizeof(failed));
  while ((next = dialect_smart.next(&d, &p, &request)) != NEXT_DONE) {
    char *text = NULL;
    enum outcome outcome;

    ck_assert_int_ne(next, NEXT_ERROR);
    ck_assert_int_lt(++asked, 200);
    snprintf(last, sizeof(last), "%s", request.data);
    for (int i = 0; i < rules_num && text == NULL; i++)
      if (strstr(request.data, rules[i].word) != NULL)
        text = strdup(rules[i].answer);
    ck_assert_msg(text != NULL, "no rule for %s", request.data);
    why[0] = '\0';
    outcome = dialect_smart.take(&d, &p, &doc, text, strlen(text), why);
    free(text);
    for (int o = 0; o < OUTCOMES; o++)
      failed[o] += p.failed[o];
    memset(p.failed, 0, sizeof(p.failed));
    if (outcome == OUTCOME_OK)
      continue;
    failed[outcome]++;
    ck_assert_str_ne(why, "");
    if (next == NEXT_CORE)
      return outcome;
    dialect_smart.skip(&d, &p, OUTCOME_TIMEOUT);
  }
  device_sum_plugs(&d);
  return OUTCOME_OK;
}

#define INFO                                                                   \
  "\"device_id\":\"80\",\"type\":\"SMART.TAPOPLUG\",\"fw_ver\":\"1.0.0\","     \
  "\"mac\":\"AA-BB-CC-11-22-33\",\"model\":\"P\",\"hw_ver\":\"1.0\""

static void setup(void) {
  rules_num = 0;
  rarely = false;
  d = (struct device){0};
  json_init(&doc);
  buf_init(&request, 1024);
}

static void teardown(void) {
  device_free(&d);
  json_free(&doc);
  buf_free(&request);
}

/* -- a strip -- */

/* What a batch about a strip answers: its list of children. */
static void list_children(const char *children, int sum) {
  rule("multipleRequest\",\"params\":{\"requests\":[{\"method\":\"get_device_"
       "info",
       "{\"error_code\":0,\"result\":{\"responses\":["
       "{\"method\":\"get_device_info\",\"error_code\":0,\"result\":{" INFO
       "}},"
       "{\"method\":\"component_nego\",\"error_code\":0,\"result\":"
       "{\"component_list\":[{\"id\":\"child_device\",\"ver_code\":1},"
       "{\"id\":\"energy_monitoring\",\"ver_code\":2}]}},"
       "{\"method\":\"get_child_device_list\",\"error_code\":0,\"result\":"
       "{\"child_device_list\":[%s],\"start_index\":0,\"sum\":%d}}]}}",
       children, sum);
  rule("get_child_device_component_list",
       "{\"error_code\":0,\"result\":{\"child_component_list\":["
       "{\"device_id\":\"A\",\"component_list\":"
       "[{\"id\":\"energy_monitoring\",\"ver_code\":2}]},"
       "{\"device_id\":\"B\",\"component_list\":[{\"id\":\"device\",\"ver_"
       "code\":2}]}],\"sum\":2}}");
  rule("\"method\":\"get_child_device_list",
       "{\"error_code\":0,\"result\":{\"child_device_list\":[%s],"
       "\"start_index\":0,\"sum\":%d}}",
       children, sum);
}

#define CHILD(id, position)                                                    \
  "{\"device_id\":\"" id "\",\"position\":" position                           \
  ",\"device_on\":true,\"nickname\":\"\"}"

static const char child_answers[] =
    "{\"error_code\":0,\"result\":{\"responseData\":{\"error_code\":0,"
    "\"result\":{\"responses\":["
    "{\"method\":\"get_energy_usage\",\"error_code\":0,\"result\":"
    "{\"today_energy\":5,\"month_energy\":50}},"
    "{\"method\":\"get_emeter_data\",\"error_code\":0,\"result\":"
    "{\"power_mw\":7000,\"voltage_mv\":230000,\"current_ma\":30}}]}}}}";

START_TEST(a_strip_as_it_should_be) {
  list_children(CHILD("B", "2") "," CHILD("A", "1"), 2);
  rule("control_child", "%s", child_answers);
  ck_assert_msg(poll_once() == OUTCOME_OK, "%s", why);
  ck_assert_uint_eq(d.plugs_num, 2);
  ck_assert_str_eq(d.plugs[0].id, "A");
  ck_assert(d.plugs[0].metered && !d.plugs[1].metered);
  ck_assert(reading_has(&d.plugs[0].now, Q_POWER));
  ck_assert_double_eq(d.plugs[0].now.value[Q_POWER], 7);
}
END_TEST

/* To a plug's methods one by one. */
static void answer_singly(const char *energy, const char *emeter) {
  rule("requestData\":{\"method\":\"get_energy_usage", "%s", energy);
  rule("requestData\":{\"method\":\"get_emeter_data", "%s", emeter);
}

#define TO_PLUG(result)                                                        \
  "{\"error_code\":0,\"result\":{\"responseData\":{\"error_code\":0,"          \
  "\"result\":" result "}}}"

static const struct {
  const char *what, *answer;
  enum outcome outcome;
} levels[] = {
    {"the outermost", "{\"error_code\":-1001}", OUTCOME_DEVICE},
    {"the outermost, a session's", "{\"error_code\":9999}", OUTCOME_DEVICE},
    {"the outermost is no number", "{\"error_code\":{}}", OUTCOME_MALFORMED},
    {"nothing in the middle", "{\"error_code\":0}", OUTCOME_MALFORMED},
    {"nothing below the middle", "{\"error_code\":0,\"result\":{}}",
     OUTCOME_MALFORMED},
    {"the middle is a list",
     "{\"error_code\":0,\"result\":{\"responseData\":[1]}}", OUTCOME_MALFORMED},
    {"the middle, a session's",
     "{\"error_code\":0,\"result\":{\"responseData\":{\"error_code\":9999}}}",
     OUTCOME_DEVICE},
    {"the middle is no number",
     "{\"error_code\":0,\"result\":{\"responseData\":{\"error_code\":[]}}}",
     OUTCOME_MALFORMED},
    {"the innermost are missing",
     "{\"error_code\":0,\"result\":{\"responseData\":{\"error_code\":0,"
     "\"result\":{\"responses\":[]}}}}",
     OUTCOME_MALFORMED},
    {"the innermost is no number",
     "{\"error_code\":0,\"result\":{\"responseData\":{\"error_code\":0,"
     "\"result\":{\"responses\":[{\"method\":\"get_energy_usage\","
     "\"error_code\":\"?\"}]}}}}",
     OUTCOME_MALFORMED},
};

START_TEST(codes_at_three_levels) {
  enum outcome outcome;

  list_children(CHILD("A", "1"), 1);
  answer_singly(levels[_i].answer, levels[_i].answer);
  rule("control_child", "%s", levels[_i].answer);
  outcome = poll_once();
  ck_assert_msg(outcome == OUTCOME_OK && failed[levels[_i].outcome] > 0,
                "%s: %d, %s", levels[_i].what, (int)outcome, why);
  ck_assert(reading_has(&d.plugs[0].now, Q_RELAY));
  ck_assert(!reading_has(&d.plugs[0].now, Q_POWER));
  answer_singly(TO_PLUG("{\"today_energy\":5,\"month_energy\":50}"),
                TO_PLUG("{\"power_mw\":7000}"));
  rule("control_child", "%s", child_answers); /* and it is over */
  ck_assert_int_eq(poll_once(), OUTCOME_OK);
  ck_assert(reading_has(&d.plugs[0].now, Q_POWER));
}
END_TEST

/* The innermost level refuses one method after the other: each is asked no
 * more, what is left counts. */
START_TEST(methods_refused_at_the_innermost_level) {
  int before;

  list_children(CHILD("A", "1"), 1);
  rule("control_child",
       "{\"error_code\":0,\"result\":{\"responseData\":{\"error_code\":0,"
       "\"result\":{\"responses\":["
       "{\"method\":\"get_emeter_data\",\"error_code\":-1002},"
       "{\"method\":\"get_energy_usage\",\"error_code\":0,\"result\":"
       "{\"current_power\":9000}}]}}}}");
  ck_assert_int_eq(poll_once(), OUTCOME_OK);
  ck_assert_double_eq(d.plugs[0].now.value[Q_POWER], 9);
  before = asked;
  rule("control_child",
       "{\"error_code\":0,\"result\":{\"responseData\":{\"error_code\":0,"
       "\"result\":{\"current_power\":8000}}}}");
  ck_assert_int_eq(poll_once(), OUTCOME_OK);
  ck_assert_ptr_null(strstr(last, "get_emeter_data"));
  ck_assert_double_eq(d.plugs[0].now.value[Q_POWER], 8);
  ck_assert_int_le(asked, before);
}
END_TEST

START_TEST(children_come_and_go) {
  static const struct {
    const char *children;
    int sum;
    unsigned num;
    const char *first;
  } steps[] = {
      {CHILD("A", "1"), 1, 1, "A"},
      {CHILD("A", "1") "," CHILD("B", "2"), 2, 2, "A"},
      {CHILD("B", "2"), 1, 2, "A"}, /* one is missing: it keeps its place */
      {CHILD("B", "2") "," CHILD("A", "1"), 2, 2, "A"}, /* in another order */
      {CHILD("B", "1") "," CHILD("A", "2"), 2, 2, "B"}, /* moved */
      {CHILD("A", "1") "," CHILD("B", "2"), 2, 2, "A"},
      {CHILD("A", "1") "," CHILD("A", "2"), 2, 2, "A"}, /* twice the same */
      {CHILD("A", "-1") "," CHILD("B", "1e9"), 2, 2, "A"},
      {CHILD("A", "1") "," CHILD("B", "2"), 0, 2, "A"}, /* fewer than it has */
      {CHILD("A", "1") "," CHILD("B", "2"), -7, 2, "A"},
      {CHILD("A", "1") "," CHILD("B", "2") "," CHILD("X", "3"), 3, 3, "A"},
      {CHILD("A", "1") "," CHILD("B", "2"), 2, 3, "A"},
      {CHILD("A", "1") "," CHILD("B", "2"), 2, 3, "A"},
      {CHILD("A", "1") "," CHILD("B", "2"), 2, 2, "A"}, /* that was nobody */
      {CHILD("C", "1") "," CHILD("D", "2"), 2, 2, "C"}, /* by new ids */
      {CHILD("C", "1") "," CHILD("D", "2"), 2, 2, "C"},
      {"", 0, 2, "C"}, /* none: they keep their places */
  };

  rule("control_child", "%s", child_answers);
  for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
    list_children(steps[i].children, steps[i].sum);
    ck_assert_msg(poll_once() == OUTCOME_OK, "step %zu: %s", i, why);
    ck_assert_uint_eq(d.plugs_num, steps[i].num);
    ck_assert_str_eq(d.plugs[0].id, steps[i].first);
    if (strcmp(steps[i].first, "A") == 0 && i != 2)
      ck_assert_msg(reading_has(&d.plugs[0].now, Q_POWER), "step %zu", i);
  }
}
END_TEST

/* It would be believed until the next firmware. */
START_TEST(components_that_are_none_are_asked_again) {
  static const char *const lists[] = {"", "null", "7", "{\"id\":7}",
                                      "[[{\"id\":null}]]"};

  list_children(CHILD("A", "1") "," CHILD("B", "2"), 2);
  rule("get_child_device_component_list",
       "{\"error_code\":0,\"result\":{\"child_component_list\":[%s]}}",
       lists[_i]);
  rule("control_child", "%s", child_answers);
  ck_assert_int_eq(poll_once(), OUTCOME_OK);
  ck_assert_msg(reading_has(&d.plugs[0].now, Q_POWER), "no word of its meter");
  rule("get_child_device_component_list",
       "{\"error_code\":0,\"result\":{\"child_component_list\":["
       "{\"device_id\":\"A\",\"component_list\":"
       "[{\"id\":\"energy_monitoring\",\"ver_code\":2}]},"
       "{\"device_id\":\"A\",\"component_list\":[]},"
       "{\"device_id\":\"B\",\"component_list\":[%s]}]}}",
       lists[_i]);
  ck_assert_int_eq(poll_once(), OUTCOME_OK);
  ck_assert_int_eq(poll_once(), OUTCOME_OK);
  ck_assert_msg(reading_has(&d.plugs[0].now, Q_POWER), "of A");
  ck_assert_msg(reading_has(&d.plugs[1].now, Q_POWER), "of B");
}
END_TEST

START_TEST(a_device_that_names_no_component_has_not_told) {
  static const char *const lists[] = {"",
                                      "null",
                                      "7",
                                      "{\"id\":7}",
                                      "[[{\"id\":null}]]",
                                      "{\"id\":\"device\"},{\"id\":null}"};

  rule("{\"method\":\"multipleRequest",
       "{\"error_code\":0,\"result\":{\"responses\":["
       "{\"method\":\"get_device_info\",\"error_code\":0,\"result\":{" INFO
       "}},"
       "{\"method\":\"component_nego\",\"error_code\":0,\"result\":"
       "{\"component_list\":[%s]}}]}}",
       lists[_i]);
  rule("get_child_device", "{\"error_code\":-1002}");
  rule("component_nego",
       "{\"error_code\":0,\"result\":{\"component_list\":[%s]}}", lists[_i]);
  rule("get_energy_usage",
       "{\"error_code\":0,\"result\":{\"current_power\":9000}}");
  rule("get_emeter_data", "{\"error_code\":-1002}");
  rule("get_current_power", "{\"error_code\":-1002}");
  ck_assert_int_eq(poll_once(), OUTCOME_OK);
  ck_assert(!d.learned);
}
END_TEST

/* Whatever it says at first: an error that passes is no answer to whether it
 * takes batches. */
START_TEST(a_batch_that_fails_at_first_is_sent_again_rarely) {
  rule("{\"method\":\"multipleRequest", "{\"error_code\":%s}",
       _i == 0 ? "-1001" : "-1601");
  rule("get_device_info", "{\"error_code\":0,\"result\":{" INFO "}}");
  rule("component_nego", "{\"error_code\":0,\"result\":{\"component_list\":"
                         "[{\"id\":\"energy_monitoring\"}]}}");
  rule("\"method\":\"get_", "{\"error_code\":-1002}");
  for (int i = 0; i < 4; i++) {
    rarely = i == 0;
    ck_assert_int_eq(poll_once(), OUTCOME_OK);
  }
  rarely = true;
  rule("{\"method\":\"multipleRequest",
       "{\"error_code\":0,\"result\":{\"responses\":["
       "{\"method\":\"get_device_info\",\"error_code\":0,\"result\":{" INFO
       "}},{\"method\":\"component_nego\",\"error_code\":0,\"result\":"
       "{\"component_list\":[{\"id\":\"energy_monitoring\"}]}},"
       "{\"method\":\"get_energy_usage\",\"error_code\":-1002},"
       "{\"method\":\"get_emeter_data\",\"error_code\":-1002},"
       "{\"method\":\"get_current_power\",\"error_code\":-1002},"
       "{\"method\":\"get_fw_download_state\",\"error_code\":-1002},"
       "{\"method\":\"get_max_power\",\"error_code\":-1002}]}}");
  ck_assert_int_eq(poll_once(), OUTCOME_OK);
  ck_assert_uint_ne(d.memory.proven & NO_BATCHES, 0);
  ck_assert_uint_eq((d.memory.refused | d.memory.failing) & NO_BATCHES, 0);
}
END_TEST

/* A list that never gets as long as it says it is. */
START_TEST(lists_that_lie_come_to_an_end) {
  list_children(CHILD("A", "1"), 1000000);
  rule("control_child", "%s", child_answers);
  (void)poll_once();
  ck_assert_int_lt(asked, 60);
  ck_assert_uint_le(d.plugs_num, DEVICE_PLUGS_MAX);
  list_children("", 1000000);
  (void)poll_once();
  ck_assert_int_lt(asked, 60);
}
END_TEST

START_TEST(more_children_than_anybody_has) {
  char children[16000] = "";

  for (int i = 0; i < 100; i++)
    sprintf(children + strlen(children),
            "%s{\"device_id\":\"%d\",\"device_on\":true}", i > 0 ? "," : "", i);
  list_children(children, 100);
  rule("control_child", "%s", child_answers);
  ck_assert_int_eq(poll_once(), OUTCOME_OK);
  ck_assert_uint_gt(failed[OUTCOME_MALFORMED], 0);
  ck_assert_uint_le(d.plugs_num, DEVICE_PLUGS_MAX);
}
END_TEST

static const char *const ids[] = {
    "{\"device_id\":\"\"}",
    "{\"device_id\":\"a\\\"b\"}",
    "{\"device_id\":\"a\\\\\"}",
    "{\"device_id\":7}",
    "{\"device_id\":null}",
    "{}",
    "[]",
    "7",
    "{\"device_id\":\"\\u0000\"}",
};

START_TEST(children_without_a_usable_id) {
  list_children(ids[_i], 1);
  rule("control_child", "%s", child_answers);
  if (poll_once() == OUTCOME_OK) /* then it goes back as clean text */
    for (const char *c = last; *c != '\0'; c++)
      ck_assert((unsigned char)*c >= ' ');
  else
    ck_assert_ptr_nonnull(strstr(why, "no usable id"));
}
END_TEST

/* -- names -- */

static const struct {
  const char *bytes;
  size_t len;
  const char *name;
} nicknames[] = {
    {"Lamp", 4, "Lamp"},
    {"", 0, ""},
    {"K\xc3\xbc"
     "che",
     6,
     "K\xc3\xbc"
     "che"},
    {"a\x01\x1b[31mb\x7f", 8, "a[31mb"},
    {"line\nbreak\r\n", 12, "line break"},
    {"\xff\xfe", 2, "??"},
    {"\xed\xa0\x80", 3, "???"},       /* half of a pair */
    {"Test \xc3", 6, "Test ?"},       /* cut within a letter */
    {"12345678\xe2", 9, "12345678?"}, /* the same */
    {"\xc0\xaf", 2, "??"},            /* a slash, overlong */
    {"\xe2\x80\xae"
     "evil",
     7, "evil"}, /* right to left */
    {"a\0b", 3, "a"},
};

START_TEST(names_of_hostile_bytes) {
  char text[BASE64_SIZE(64)];

  crypto_base64(nicknames[_i].bytes, nicknames[_i].len, text);
  rule("get_device_info",
       "{\"error_code\":0,\"result\":{\"responses\":["
       "{\"method\":\"get_device_info\",\"error_code\":0,\"result\":{" INFO
       ",\"nickname\":\"%s\"}},"
       "{\"method\":\"component_nego\",\"error_code\":0,\"result\":"
       "{\"component_list\":[{\"id\":\"device\",\"ver_code\":2}]}}]}}",
       text);
  ck_assert_msg(poll_once() == OUTCOME_OK, "%s", why);
  ck_assert_str_eq(d.alias, nicknames[_i].name);
}
END_TEST

/* What is normal is no alarm, however it is spelled. */
static const struct {
  const char *members;
  double hot, over; /* -1: not told */
} statuses[] = {
    {"\"overheat_status\":\"normal\"", 0, -1},
    {"\"overheat_status\":\"Normal\",\"overcurrent_status\":\"NORMAL\"", 0, 0},
    {"\"power_protection_status\":\"normal \"", -1, 0},
    {"\"overheat_status\":\"\",\"overcurrent_status\":null", -1, -1},
    {"\"overheat_status\":\"overheated\"", 1, -1},
    {"\"overcurrent_status\":\"lifted\"", -1, 1},
    {"\"overheated\":\"false\"", 0, -1},
    {"\"overheated\":\"true\"", 1, -1},
};

START_TEST(a_status_is_normal_in_any_spelling) {
  rule("get_device_info",
       "{\"error_code\":0,\"result\":{\"responses\":["
       "{\"method\":\"get_device_info\",\"error_code\":0,\"result\":{" INFO
       ",%s}},"
       "{\"method\":\"component_nego\",\"error_code\":0,\"result\":"
       "{\"component_list\":[{\"id\":\"device\",\"ver_code\":2}]}}]}}",
       statuses[_i].members);
  ck_assert_msg(poll_once() == OUTCOME_OK, "%s", why);
  ck_assert_int_eq(reading_has(&d.now, Q_OVERHEATED), statuses[_i].hot >= 0);
  ck_assert_int_eq(reading_has(&d.now, Q_OVERLOADED), statuses[_i].over >= 0);
  if (statuses[_i].hot >= 0)
    ck_assert_double_eq(d.now.value[Q_OVERHEATED], statuses[_i].hot);
  if (statuses[_i].over >= 0)
    ck_assert_double_eq(d.now.value[Q_OVERLOADED], statuses[_i].over);
}
END_TEST

/* As they stand in the JSON. */
static const struct {
  const char *json, *name;
} no_base64[] = {
    {"\"Lamp!\"", "Lamp!"},
    {"\"!*no*!\"", "!*no*!"},
    {"\"a\\nb\"", "a b"},
    {"\"=\"", "="},
    {"\"TGFtcA===\"", "TGFtcA==="},
    {"\"TGFt\\u0000cA\"", "TGFt"},
    {"\"Test\"", "Test"},
    {"\"Kitchen1\"", "Kitchen1"},
    {"\"TGFtcA\"", "Lamp"},
    {"7", ""},
    {"null", ""},
    {"[\"TGFtcA==\"]", ""},
    {"true", ""},
};

START_TEST(names_that_are_no_base64) {
  rule("get_device_info",
       "{\"error_code\":0,\"result\":{\"responses\":["
       "{\"method\":\"get_device_info\",\"error_code\":0,\"result\":{" INFO
       ",\"nickname\":%s}},"
       "{\"method\":\"component_nego\",\"error_code\":0,\"result\":"
       "{\"component_list\":[{\"id\":\"device\",\"ver_code\":2}]}}]}}",
       no_base64[_i].json);
  ck_assert_msg(poll_once() == OUTCOME_OK, "%s", why);
  for (const char *c = d.alias; *c != '\0'; c++)
    ck_assert((unsigned char)*c >= ' ');
  if (strstr(no_base64[_i].json, "u0000") == NULL)
    ck_assert_str_eq(d.alias, no_base64[_i].name);
}
END_TEST

START_TEST(a_name_without_end_is_cut) {
  char text[BASE64_SIZE(6000)];
  char bytes[6000];

  memset(bytes, 'x', sizeof(bytes));
  crypto_base64(bytes, sizeof(bytes), text);
  rule("get_device_info",
       "{\"error_code\":0,\"result\":{\"responses\":["
       "{\"method\":\"get_device_info\",\"error_code\":0,\"result\":{" INFO
       ",\"nickname\":\"%s\"}},"
       "{\"method\":\"component_nego\",\"error_code\":0,\"result\":"
       "{\"component_list\":[{\"id\":\"device\",\"ver_code\":2}]}}]}}",
       text);
  ck_assert_int_eq(poll_once(), OUTCOME_OK);
  ck_assert_uint_le(strlen(d.alias), DEVICE_NAME_MAX);
}
END_TEST

/* -- whole answers -- */

static const struct {
  const char *answer;
  enum outcome outcome;
} answers[] = {
    {"", OUTCOME_MALFORMED},
    {"<html></html>", OUTCOME_MALFORMED},
    {"[]", OUTCOME_MALFORMED},
    {"{}", OUTCOME_MALFORMED},
    {"{\"error_code\":\"\"}", OUTCOME_MALFORMED},
    {"{\"error_code\":0,\"result\":[]}", OUTCOME_MALFORMED},
    {"{\"error_code\":0,\"result\":{\"responses\":{}}}", OUTCOME_MALFORMED},
    {"{\"error_code\":0,\"result\":{\"responses\":[{}]}}", OUTCOME_MALFORMED},
    {"{\"error_code\":0,\"result\":{\"responses\":[null,1,\"x\"]}}",
     OUTCOME_MALFORMED},
    {"{\"error_code\":0,\"result\":{\"responses\":["
     "{\"method\":\"get_device_info\",\"error_code\":-1001}]}}",
     OUTCOME_DEVICE},
    {"{\"error_code\":0,\"result\":{\"responses\":["
     "{\"method\":\"get_device_info\",\"result\":{\"device_id\":\"x\"}}]}}",
     OUTCOME_MALFORMED},
    {"{\"error_code\":0,\"result\":{\"responses\":["
     "{\"method\":\"get_device_info\",\"result\":[]}]}}",
     OUTCOME_MALFORMED},
    {"{\"error_code\":9999}", OUTCOME_DEVICE},
    {"{\"error_code\":-40401}", OUTCOME_DEVICE},
};

START_TEST(answers_that_make_no_sense_fail_the_poll) {
  enum outcome outcome;

  rule("get_device_info", "%s", answers[_i].answer);
  outcome = poll_once();
  ck_assert_msg(outcome == answers[_i].outcome, "%s: %d, %s",
                answers[_i].answer, (int)outcome, why);
}
END_TEST

/* -- the days of early firmware -- */

#define CLOCK "\"local_time\":\"2026-03-02 10:00:00\","

static const struct {
  unsigned since;
  double kwh; /* 0: nothing is known */
  const char *result;
} days[] = {
    {20260301, 0.005, CLOCK "\"today_energy\":3,\"past30d\":[9,7,1,2,3]"},
    {20260227, 0.013, CLOCK "\"today_energy\":3,\"past30d\":[9,7,1,2,3]"},
    {20260302, 0.003, CLOCK "\"today_energy\":3,\"past30d\":[9,7,1,2,3]"},
    {20260215, 0.022, CLOCK "\"today_energy\":3,\"past30d\":[9,7,1,2,3]"},
    {0, 0, CLOCK "\"today_energy\":3,\"past30d\":[9,7,1,2,3]"},
    /* it ends with another day */
    {20260301, 0, CLOCK "\"today_energy\":3,\"past30d\":[9,7,1,2,3,0]"},
    {20260301, 0, CLOCK "\"today_energy\":3,\"past30d\":[9,7,-1,3]"},
    {20260301, 0, CLOCK "\"today_energy\":3,\"past30d\":[9,7,null,3]"},
    {20260301, 0, CLOCK "\"today_energy\":3,\"past30d\":[]"},
    {20260301, 0, CLOCK "\"today_energy\":3,\"past30d\":3"},
    {20260301, 0, CLOCK "\"past30d\":[1,2,3]"},
    {20260303, 0, CLOCK "\"today_energy\":3,\"past30d\":[1,2,3]"},
    {20260301, 0, "\"today_energy\":3,\"past30d\":[1,2,3]"},
    {20260301, 0, CLOCK "\"today_energy\":3"},
};
START_TEST(days_since_the_billing_month_began) {
  char text[256];
  struct progress p = {0};
  struct value_source s = {
      .d = &d, .p = &p, .now = &d.now, .doc = &doc, .method = "get"};

  snprintf(text, sizeof(text), "{%s}", days[_i].result);
  d.since_date = days[_i].since;
  s.object = json_parse(&doc, text, strlen(text));
  ck_assert(s.object != 0);
  smart_energy(&s);
  ck_assert_msg(fabs(d.since_kwh - days[_i].kwh) < 1e-9, "%s: %f", text,
                d.since_kwh);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, a_strip_as_it_should_be);
  tcase_add_loop_test(t, codes_at_three_levels, 0, ROWS(levels));
  tcase_add_test(t, methods_refused_at_the_innermost_level);
  tcase_add_test(t, children_come_and_go);
  tcase_add_loop_test(t, components_that_are_none_are_asked_again, 0, 5);
  tcase_add_loop_test(t, a_device_that_names_no_component_has_not_told, 0, 6);
  tcase_add_loop_test(t, a_batch_that_fails_at_first_is_sent_again_rarely, 0,
                      2);
  tcase_add_test(t, lists_that_lie_come_to_an_end);
  tcase_add_test(t, more_children_than_anybody_has);
  tcase_add_loop_test(t, children_without_a_usable_id, 0, ROWS(ids));
  tcase_add_loop_test(t, names_of_hostile_bytes, 0, ROWS(nicknames));
  tcase_add_loop_test(t, a_status_is_normal_in_any_spelling, 0, ROWS(statuses));
  tcase_add_loop_test(t, names_that_are_no_base64, 0, ROWS(no_base64));
  tcase_add_test(t, a_name_without_end_is_cut);
  tcase_add_loop_test(t, answers_that_make_no_sense_fail_the_poll, 0,
                      ROWS(answers));
  tcase_add_loop_test(t, days_since_the_billing_month_began, 0, ROWS(days));
}

int main(void) { return suite_run("smart", fill); }
