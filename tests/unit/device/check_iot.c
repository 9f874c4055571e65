/* SPDX-License-Identifier: MIT */
/* The IOT dialect as a conversation: what is asked, what an answer means, and
 * what is never asked again. */
#include <config.h>

#include "../support/iot_conversation.h"

/* -- the order of requests -- */

START_TEST(a_plain_plug_is_asked_for_sysinfo_only) {
  ck_assert_int_eq(POLL(false, {ASK_SYSINFO, "{" PLUG "}"}), OUTCOME_OK);
  ck_assert_int_eq(POLL(false, {ASK_SYSINFO, "{" PLUG "}"}), OUTCOME_OK);
  ck_assert_str_eq(reading_text(&device.now), "relay=1");
}
END_TEST

START_TEST(a_metered_plug_then_needs_one_round_trip) {
  ck_assert_int_eq(
      POLL(false, {ASK_SYSINFO, "{" METER_PLUG "}"}, {ASK_METER, MW("5000")}),
      OUTCOME_OK);
  ck_assert_str_eq(reading_text(&device.now), "W=5 relay=1");
  ck_assert_int_eq(POLL(false, {ASK_BOTH, "{" METER_PLUG "," REALTIME(
                                              "\"power_mw\":6000") "}"}),
                   OUTCOME_OK);
  ck_assert_str_eq(reading_text(&device.now), "W=6 relay=1");
}
END_TEST

START_TEST(a_bulb_then_needs_one_round_trip) {
  ck_assert_int_eq(
      POLL(false, {ASK_SYSINFO, "{" BULB "}"},
           {ASK_BULB_METER, "{\"smartlife.iot.common.emeter\":{"
                            "\"get_realtime\":{\"power_mw\":900}}}"}),
      OUTCOME_OK);
  ck_assert_str_eq(reading_text(&device.now), "W=0.9 relay=1");
  ck_assert_int_eq(
      POLL(false, {ASK_BULB, "{" BULB ",\"smartlife.iot.common.emeter\":{"
                             "\"get_realtime\":{\"power_mw\":0}}}"}),
      OUTCOME_OK);
  ck_assert_str_eq(reading_text(&device.now), "W=0 relay=1");
}
END_TEST

START_TEST(a_strip_is_asked_once_and_once_per_plug) {
  for (int i = 0; i < 2; i++) {
    ck_assert_int_eq(POLL(false, {ASK_SYSINFO, "{" STRIP "}"},
                          {ASK_PLUG("AB00"), MW("5000")},
                          {ASK_PLUG("AB01"), MW("250")}),
                     OUTCOME_OK);
    ck_assert_str_eq(reading_text(&device.plugs[0].now), "W=5 relay=1");
    ck_assert_str_eq(reading_text(&device.plugs[1].now), "W=0.25 relay=0");
  }
  device_sum_plugs(&device);
  ck_assert_str_eq(reading_text(&device.now), "W=5.25 relay=1");
}
END_TEST

START_TEST(a_strip_that_turns_into_a_plug_is_asked_as_one) {
  ck_assert_int_eq(POLL(false, {ASK_SYSINFO, "{" STRIP "}"},
                        {ASK_PLUG("AB00"), MW("5000")},
                        {ASK_PLUG("AB01"), MW("250")}),
                   OUTCOME_OK);
  ck_assert_int_eq(
      POLL(false, {ASK_SYSINFO, "{" METER_PLUG "}"}, {ASK_METER, MW("1000")}),
      OUTCOME_OK);
  ck_assert_uint_eq(device.plugs_num, 0);
}
END_TEST

START_TEST(another_device_in_the_plugs_place_is_understood) {
  ck_assert_int_eq(
      POLL(false, {ASK_SYSINFO, "{" METER_PLUG "}"}, {ASK_METER, MW("5000")}),
      OUTCOME_OK);
  /* a bulb refuses the plug's meter and is asked for its own */
  ck_assert_int_eq(
      POLL(false, {ASK_BOTH, "{" BULB ",\"emeter\":{\"err_code\":-2001}}"},
           {ASK_BULB_METER, "{\"smartlife.iot.common.emeter\":{"
                            "\"get_realtime\":{\"power_mw\":900}}}"}),
      OUTCOME_OK);
  ck_assert_str_eq(reading_text(&device.now), "W=0.9 relay=1");
}
END_TEST

START_TEST(an_unsupported_device_is_left_in_peace) {
  ck_assert_int_eq(
      POLL(true, {ASK_SYSINFO, "{" SYSINFO("\"type\":\"IOT.IPCAMERA\",\"dev_"
                                           "name\":\"PIR\",\"feature\":"
                                           "\"ENE\"") "}"}),
      OUTCOME_DEVICE);
  ck_assert_int_eq(device.kind, KIND_UNSUPPORTED);
}
END_TEST

/* -- what the meter says -- */

static const struct {
  const char *what;
  const char *members;
  const char *reading;
  enum outcome outcome;
} meters[] = {
    {"the first generation of units",
     "\"current\":0.014937,\"voltage\":231.067823,\"power\":0.928511,"
     "\"total\":55.139,\"err_code\":0",
     "W=0.928511 V=231.067823 A=0.014937 Wh=55139 relay=1", OUTCOME_OK},
    {"the second generation",
     "\"current_ma\":451,\"voltage_mv\":230837,\"power_mw\":61753,"
     "\"total_wh\":16323,\"err_code\":0",
     "W=61.753 V=230.837 A=0.451 Wh=16323 relay=1", OUTCOME_OK},
    {"both mixed, field by field",
     "\"current\":0.5,\"voltage_mv\":230000,\"power\":60,\"total_wh\":7",
     "W=60 V=230 A=0.5 Wh=7 relay=1", OUTCOME_OK},
    {"floats where integers belong", "\"power_mw\":1500.5,\"slot_id\":0",
     "W=1.5005 relay=1", OUTCOME_OK},
    {"numbers as text", "\"power_mw\":\"1500\"", "W=1.5 relay=1", OUTCOME_OK},
    {"zero volts stand for unknown",
     "\"power_mw\":2725,\"voltage_mv\":0,\"current_ma\":0,\"total_wh\":1193",
     "W=2.725 Wh=1193 relay=1", OUTCOME_OK},
    {"all zero but the voltage",
     "\"power_mw\":0,\"voltage_mv\":121148,\"current_ma\":0,\"total_wh\":0",
     "W=0 V=121.148 A=0 Wh=0 relay=1", OUTCOME_OK},
    {"no field at all", "\"err_code\":0", "relay=1", OUTCOME_OK},
    {"null for not measured", "\"power_mw\":1000,\"current_ma\":null",
     "W=1 relay=1", OUTCOME_OK},
    {"a negative power", "\"power_mw\":-334", "W=-0.334 relay=1", OUTCOME_OK},
    {"one value of stars, the others fine",
     "\"power_mw\":99999999,\"voltage_mv\":230000", "V=230 relay=1",
     OUTCOME_MALFORMED},
    {"a power of stars", "\"power\":1e300", "relay=1", OUTCOME_MALFORMED},
    {"a number too large to be one", "\"power\":1e999", "relay=1",
     OUTCOME_MALFORMED},
    {"a power in words", "\"power\":\"lots\"", "relay=1", OUTCOME_MALFORMED},
    {"NaN as text", "\"power\":\"nan\"", "relay=1", OUTCOME_MALFORMED},
    {"an object for a number", "\"voltage\":{}", "relay=1", OUTCOME_MALFORMED},
};

START_TEST(the_meter_is_read) {
  char answer[400];
  enum outcome outcome;

  snprintf(answer, sizeof(answer), "{\"emeter\":{\"get_realtime\":{%s}}}",
           meters[_i].members);
  outcome = POLL(false, {ASK_SYSINFO, "{" METER_PLUG "}"}, {ASK_METER, answer});
  ck_assert_msg(outcome == OUTCOME_OK, "%s: %s", meters[_i].what, why);
  ck_assert_msg(progress.failed[OUTCOME_MALFORMED] ==
                    (meters[_i].outcome == OUTCOME_MALFORMED),
                "%s: %s", meters[_i].what, progress.why);
  if (meters[_i].reading != NULL)
    ck_assert_msg(strcmp(reading_text(&device.now), meters[_i].reading) == 0,
                  "%s: %s", meters[_i].what, reading_text(&device.now));
}
END_TEST

/* -- errors -- */

static const struct {
  const char *what;
  const char *answer; /* to sysinfo and meter in one */
  enum outcome outcome;
  bool asked_again; /* for the meter, in the next poll */
} errors[] = {
    {"no such module, at module level",
     "{" METER_PLUG ",\"emeter\":{\"err_code\":-1,\"err_msg\":\"module not "
     "support\"}}",
     OUTCOME_OK, false},
    {"no such module, at method level",
     "{" METER_PLUG ",\"emeter\":{\"get_realtime\":{\"err_code\":-1}}}",
     OUTCOME_OK, false},
    {"no such method, at module level",
     "{" METER_PLUG ",\"emeter\":{\"err_code\":-2}}", OUTCOME_OK, false},
    {"no such method, at method level",
     "{" METER_PLUG ",\"emeter\":{\"get_realtime\":{\"err_code\":-2}}}",
     OUTCOME_OK, false},
    {"no such module, by the bulbs' numbers",
     "{" METER_PLUG ",\"emeter\":{\"err_code\":-2001}}", OUTCOME_OK, false},
    {"no such method, by the bulbs' numbers",
     "{" METER_PLUG ",\"emeter\":{\"get_realtime\":{\"err_code\":-2000}}}",
     OUTCOME_OK, false},
    {"an error as text",
     "{" METER_PLUG ",\"emeter\":{\"get_realtime\":{\"err_code\":\"-1\"}}}",
     OUTCOME_OK, false},
    {"fine as a module, refused as a method",
     "{" METER_PLUG ",\"emeter\":{\"err_code\":0,\"get_realtime\":{"
     "\"err_code\":-1}}}",
     OUTCOME_OK, false},
    {"a passing error",
     "{" METER_PLUG ",\"emeter\":{\"get_realtime\":{\"err_code\":-5}}}",
     OUTCOME_DEVICE, true},
    {"a passing error of the module",
     "{" METER_PLUG ",\"emeter\":{\"err_code\":-7,\"get_realtime\":{"
     "\"power_mw\":1}}}",
     OUTCOME_DEVICE, true},
    {"the meter is missing", "{" METER_PLUG "}", OUTCOME_MALFORMED, true},
    {"the method is missing", "{" METER_PLUG ",\"emeter\":{}}",
     OUTCOME_MALFORMED, true},
    {"the method is null",
     "{" METER_PLUG ",\"emeter\":{\"get_realtime\":null}}", OUTCOME_MALFORMED,
     true},
    {"the method is a number",
     "{" METER_PLUG ",\"emeter\":{\"get_realtime\":5}}", OUTCOME_MALFORMED,
     true},
    {"sysinfo is missing", "{" REALTIME("\"power_mw\":1") "}",
     OUTCOME_MALFORMED, true},
    {"sysinfo is refused",
     "{\"system\":{\"get_sysinfo\":{\"err_code\":-1}}," REALTIME(
         "\"power_mw\":1") "}",
     OUTCOME_DEVICE, true},
    {"sysinfo holds nothing",
     "{\"system\":{\"get_sysinfo\":{}}," REALTIME("\"power_mw\":1") "}",
     OUTCOME_MALFORMED, true},
    {"no JSON", "{" METER_PLUG, OUTCOME_MALFORMED, true},
    {"no object", "[]", OUTCOME_MALFORMED, true},
    {"nothing", " ", OUTCOME_MALFORMED, true},
};

/* Where sysinfo is fine and the meter not, it is asked once more by itself. */
START_TEST(errors_are_told_apart) {
  enum outcome outcome;
  const char *wanted = errors[_i].asked_again ? ASK_BOTH : ASK_SYSINFO;
  bool alone = errors[_i].asked_again && errors[_i].outcome != OUTCOME_OK &&
               strstr(errors[_i].answer, METER_PLUG) != NULL &&
               strcmp(errors[_i].what, "no JSON") != 0;

  ck_assert_int_eq(
      POLL(false, {ASK_SYSINFO, "{" METER_PLUG "}"}, {ASK_METER, MW("5000")}),
      OUTCOME_OK);
  device.memory.proven = 0; /* as if the meter had never answered */
  outcome = alone ? POLL(false, {ASK_BOTH, errors[_i].answer},
                         {ASK_METER, MW("5000")})
                  : POLL(false, {ASK_BOTH, errors[_i].answer});
  ck_assert_msg(outcome == (alone ? OUTCOME_OK : errors[_i].outcome),
                "%s: %s %s", errors[_i].what, outcome_name(outcome), why);
  ck_assert_uint_eq(progress.failed[errors[_i].outcome], alone);
  progress = (struct progress){0};
  ck_assert_int_eq(dialect_iot.next(&device, &progress, &request), NEXT_CORE);
  ck_assert_msg(strcmp(request.data, wanted) == 0, "%s: then asks %s",
                errors[_i].what, request.data);
}
END_TEST

START_TEST(a_meter_that_worked_does_not_vanish_by_a_refusal) {
  ck_assert_int_eq(
      POLL(false, {ASK_SYSINFO, "{" METER_PLUG "}"}, {ASK_METER, MW("5000")}),
      OUTCOME_OK);
  for (int i = 0; i < 3; i++) {
    const char *ask = i == 0 ? ASK_BOTH : ASK_SYSINFO;

    ck_assert_int_eq(
        POLL(false, {ask, "{" METER_PLUG ",\"emeter\":{\"err_code\":-1}}"},
             {ASK_METER, "{\"emeter\":{\"err_code\":-1}}"}),
        OUTCOME_OK);
    ck_assert_str_eq(reading_text(&device.now), "relay=1");
    ck_assert_uint_eq(progress.failed[OUTCOME_DEVICE], i == 0 ? 2 : 1);
  }
  ck_assert_int_eq(
      POLL(false, {ASK_SYSINFO, "{" METER_PLUG "}"}, {ASK_METER, MW("7000")}),
      OUTCOME_OK);
  ck_assert_str_eq(reading_text(&device.now), "W=7 relay=1");
  ck_assert_int_eq(POLL(false, {ASK_BOTH, "{" METER_PLUG
                                          "," REALTIME("\"power_mw\":1") "}"}),
                   OUTCOME_OK);
}
END_TEST

START_TEST(a_refused_meter_is_asked_again_after_an_update) {
  ck_assert_int_eq(POLL(false, {ASK_SYSINFO, "{" METER_PLUG "}"},
                        {ASK_METER, "{\"emeter\":{\"err_code\":-1}}"}),
                   OUTCOME_OK);
  ck_assert_int_eq(POLL(false, {ASK_SYSINFO, "{" METER_PLUG "}"}), OUTCOME_OK);
  ck_assert_int_eq(
      POLL(false,
           {ASK_SYSINFO, "{\"system\":{\"get_sysinfo\":{\"model\":\"X\","
                         "\"sw_ver\":\"2.0\",\"feature\":\"ENE\"}}}"},
           {ASK_METER, MW("5")}),
      OUTCOME_OK);
}
END_TEST

START_TEST(one_plug_without_a_meter_spoils_no_sum) {
  ck_assert_int_eq(POLL(false, {ASK_SYSINFO, "{" STRIP "}"},
                        {ASK_PLUG("AB00"), MW("5000")},
                        {ASK_PLUG("AB01"), "{\"emeter\":{\"err_code\":-1}}"}),
                   OUTCOME_OK);
  device_sum_plugs(&device);
  ck_assert_str_eq(reading_text(&device.now), "relay=1");
}
END_TEST

/* -- sensors -- */

#define SENSOR_SWITCH SYSINFO("\"dev_name\":\"Switch with PIR\"")
#define ASK_SENSORS                                                            \
  "{\"smartlife.iot.PIR\":{\"get_config\":{},\"get_adc_value\":{}},"           \
  "\"smartlife.iot.LAS\":{\"get_current_brt\":{}}}"
#define PIR(enable, index, value)                                              \
  "\"smartlife.iot.PIR\":{\"get_config\":{\"enable\":" enable                  \
  ",\"trigger_index\":" index                                                  \
  ",\"array\":[80,50,20,0],\"min_adc\":0,\"max_adc\":4095},"                   \
  "\"get_adc_value\":{\"value\":" value "}}"
#define LAS(value)                                                             \
  "\"smartlife.iot.LAS\":{\"get_current_brt\":{\"value\":" value "}}"

static const struct {
  const char *what;
  const char *answer;
  const char *reading;
} sensors[] = {
    {"quiet", "{" PIR("1", "1", "2107") "," LAS("12") "}",
     "ambient=12 motion=0"},
    {"moved far below the middle", "{" PIR("1", "1", "100") "," LAS("0") "}",
     "ambient=0 motion=1"},
    {"moved far above it", "{" PIR("1", "1", "4000") "," LAS("0") "}",
     "ambient=0 motion=1"},
    {"the same while switched off", "{" PIR("0", "1", "4000") "," LAS("5") "}",
     "ambient=5 motion=0"},
    {"a little, at the range that sees all", "{" PIR("1", "0", "1500") "}",
     "motion=1"},
    {"a little, at the range that sees the near", "{" PIR("1", "2", "1500") "}",
     "motion=0"},
    {"a range that is not there", "{" PIR("1", "9", "100") "}", ""},
    {"a range beyond all", "{" PIR("1", "1e300", "100") "}", ""},
    {"limits beyond all",
     "{\"smartlife.iot.PIR\":{\"get_config\":{\"enable\":1,\"trigger_index\":0,"
     "\"array\":[80],\"min_adc\":0,\"max_adc\":1e300},\"get_adc_value\":{"
     "\"value\":5}}}",
     "motion=1"},
    {"limits on top of each other",
     "{\"smartlife.iot.PIR\":{\"get_config\":{\"enable\":1,\"trigger_index\":0,"
     "\"array\":[80],\"min_adc\":5,\"max_adc\":5},\"get_adc_value\":{"
     "\"value\":5}}}",
     ""},
    {"brightness beyond 100", "{" LAS("101") "}", ""},
    {"one refused, the other not",
     "{\"smartlife.iot.PIR\":{\"err_code\":-1}," LAS("7") "}", "ambient=7"},
    {"nothing of the kind", "{}", ""},
};

START_TEST(sensors_are_read) {
  int asked = 0;

  progress = (struct progress){0};
  while (dialect_iot.next(&device, &progress, &request) != NEXT_DONE) {
    ck_assert_int_lt(++asked, 5);
    if (asked == 2)
      ck_assert_str_eq(request.data, ASK_SENSORS);
    ck_assert_int_eq(
        answer_with(asked == 1 ? "{" SENSOR_SWITCH "}" : sensors[_i].answer),
        OUTCOME_OK);
  }
  ck_assert_msg(strcmp(reading_text(&device.now), sensors[_i].reading) == 0,
                "%s: %s", sensors[_i].what, reading_text(&device.now));
}
END_TEST

#define ASK_PIR                                                                \
  "{\"smartlife.iot.PIR\":{\"get_config\":{},\"get_adc_value\":{}}}"
#define ASK_LAS "{\"smartlife.iot.LAS\":{\"get_current_brt\":{}}}"
#define NO_CLOUD                                                               \
  { "{\"cnCloud\":{\"get_info\":{}}}", "{\"cnCloud\":{\"err_code\":-1}}" }

START_TEST(refused_sensors_are_asked_again_rarely) {
  static const char refused[] =
      "{\"smartlife.iot.PIR\":{\"err_code\":-1},"
      "\"smartlife.iot.LAS\":{\"get_current_brt\":{\"err_code\":-2001}}}";

  ck_assert_int_eq(
      POLL(false, {ASK_SYSINFO, "{" SENSOR_SWITCH "}"}, {ASK_SENSORS, refused}),
      OUTCOME_OK);
  ck_assert_int_eq(POLL(false, {ASK_SYSINFO, "{" SENSOR_SWITCH "}"}),
                   OUTCOME_OK);
  ck_assert_int_eq(POLL(true, {ASK_SYSINFO, "{" SENSOR_SWITCH "}"},
                        {ASK_PIR, refused}, {ASK_LAS, "{" LAS("7") "}"},
                        NO_CLOUD),
                   OUTCOME_OK);
  ck_assert_str_eq(reading_text(&device.now), "ambient=7");
  ck_assert_int_eq(POLL(false, {ASK_SYSINFO, "{" SENSOR_SWITCH "}"},
                        {ASK_LAS, "{" LAS("8") "}"}),
                   OUTCOME_OK);
}
END_TEST

START_TEST(what_never_answers_is_asked_again_rarely) {
  ck_assert_int_eq(POLL(false, {ASK_SYSINFO, "{" SENSOR_SWITCH "}"},
                        {ASK_SENSORS, SILENCE}, {ASK_PIR, SILENCE},
                        {ASK_LAS, SILENCE}),
                   OUTCOME_OK);
  ck_assert_int_eq(POLL(false, {ASK_SYSINFO, "{" SENSOR_SWITCH "}"}),
                   OUTCOME_OK);
  ck_assert_int_eq(POLL(true, {ASK_SYSINFO, "{" SENSOR_SWITCH "}"},
                        {ASK_PIR, SILENCE}, {ASK_LAS, SILENCE},
                        {ASK_PIR, SILENCE}, {ASK_LAS, SILENCE}, NO_CLOUD),
                   OUTCOME_OK);
}
END_TEST

/* What has answered before is asked in each poll, by itself. */
START_TEST(what_has_answered_is_asked_on) {
  static const char both[] = "{" PIR("1", "1", "2107") "," LAS("12") "}";

  ck_assert_int_eq(
      POLL(false, {ASK_SYSINFO, "{" SENSOR_SWITCH "}"}, {ASK_SENSORS, both}),
      OUTCOME_OK);
  ck_assert_int_eq(POLL(false, {ASK_SYSINFO, "{" SENSOR_SWITCH "}"},
                        {ASK_SENSORS, SILENCE}, {ASK_PIR, SILENCE},
                        {ASK_LAS, "{" LAS("7") "}"}),
                   OUTCOME_OK);
  for (int i = 0; i < 3; i++) {
    ck_assert_int_eq(POLL(false, {ASK_SYSINFO, "{" SENSOR_SWITCH "}"},
                          {ASK_LAS, "{" LAS("8") "}"}, {ASK_PIR, SILENCE}),
                     OUTCOME_OK);
    ck_assert_str_eq(reading_text(&device.now), "ambient=8");
  }
  ck_assert_int_eq(POLL(false, {ASK_SYSINFO, "{" SENSOR_SWITCH "}"},
                        {ASK_LAS, "{" LAS("8") "}"}, {ASK_PIR, both}),
                   OUTCOME_OK);
  ck_assert_int_eq(
      POLL(false, {ASK_SYSINFO, "{" SENSOR_SWITCH "}"}, {ASK_SENSORS, both}),
      OUTCOME_OK);
  ck_assert_str_eq(reading_text(&device.now), "ambient=12 motion=0");
}
END_TEST

#define SHORT_STRIP                                                            \
  SYSINFO("\"feature\":\"TIM:ENE\",\"deviceId\":\"AB\",\"children\":["         \
          "{\"id\":\"01\",\"state\":1}]")
#define STRIP_REVERSED                                                         \
  SYSINFO("\"feature\":\"TIM:ENE\",\"deviceId\":\"AB\",\"children\":["         \
          "{\"id\":\"01\",\"state\":0},{\"id\":\"00\",\"state\":1}]")

START_TEST(an_outlet_that_is_missing_keeps_its_place) {
  ck_assert_int_eq(POLL(false, {ASK_SYSINFO, "{" STRIP "}"},
                        {ASK_PLUG("AB00"), MW("1000")},
                        {ASK_PLUG("AB01"), MW("2000")}),
                   OUTCOME_OK);
  ck_assert_int_eq(POLL(false, {ASK_SYSINFO, "{" SHORT_STRIP "}"},
                        {ASK_PLUG("AB00"), "{\"emeter\":{\"err_code\":-3}}"},
                        {ASK_PLUG("AB01"), MW("2000")},
                        {ASK_PLUG("AB00"), "{\"emeter\":{\"err_code\":-3}}"}),
                   OUTCOME_OK);
  device_sum_plugs(&device);
  ck_assert_uint_eq(device.plugs_num, 2);
  ck_assert_str_eq(reading_text(&device.now), "");
  ck_assert_str_eq(reading_text(&device.plugs[0].now), "");
  ck_assert_str_eq(reading_text(&device.plugs[1].now), "W=2 relay=1");
  ck_assert_int_eq(POLL(false, {ASK_SYSINFO, "{" STRIP_REVERSED "}"},
                        {ASK_PLUG("AB01"), MW("2000")},
                        {ASK_PLUG("AB00"), MW("1000")}),
                   OUTCOME_OK);
  device_sum_plugs(&device);
  ck_assert_str_eq(device.plugs[0].id, "AB00");
  ck_assert_str_eq(reading_text(&device.plugs[0].now), "W=1 relay=1");
  ck_assert_str_eq(reading_text(&device.plugs[1].now), "W=2 relay=0");
  ck_assert_str_eq(reading_text(&device.now), "W=3 relay=1");
}
END_TEST

START_TEST(a_request_that_does_not_fit_is_an_error_not_a_crash) {
  struct buf tiny;

  buf_init(&tiny, 5);
  progress = (struct progress){0};
  ck_assert_int_eq(dialect_iot.next(&device, &progress, &tiny), NEXT_ERROR);
  buf_free(&tiny);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, a_plain_plug_is_asked_for_sysinfo_only);
  tcase_add_test(t, a_metered_plug_then_needs_one_round_trip);
  tcase_add_test(t, a_bulb_then_needs_one_round_trip);
  tcase_add_test(t, a_strip_is_asked_once_and_once_per_plug);
  tcase_add_test(t, a_strip_that_turns_into_a_plug_is_asked_as_one);
  tcase_add_test(t, another_device_in_the_plugs_place_is_understood);
  tcase_add_test(t, an_unsupported_device_is_left_in_peace);
  tcase_add_loop_test(t, the_meter_is_read, 0, ROWS(meters));
  tcase_add_loop_test(t, errors_are_told_apart, 0, ROWS(errors));
  tcase_add_test(t, a_meter_that_worked_does_not_vanish_by_a_refusal);
  tcase_add_test(t, a_refused_meter_is_asked_again_after_an_update);
  tcase_add_test(t, one_plug_without_a_meter_spoils_no_sum);
  tcase_add_loop_test(t, sensors_are_read, 0, ROWS(sensors));
  tcase_add_test(t, refused_sensors_are_asked_again_rarely);
  tcase_add_test(t, what_never_answers_is_asked_again_rarely);
  tcase_add_test(t, what_has_answered_is_asked_on);
  tcase_add_test(t, an_outlet_that_is_missing_keeps_its_place);
  tcase_add_test(t, a_request_that_does_not_fit_is_an_error_not_a_crash);
}

int main(void) { return suite_run("iot", fill); }
