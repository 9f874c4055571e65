/* SPDX-License-Identifier: MIT */
/* What the IOT dialect asks seldom: the cloud, the clock, and the statistics
 * that depend on it. */
#include <config.h>

#include "../support/iot_conversation.h"

#define ASK_CLOUD "{\"cnCloud\":{\"get_info\":{}}}"
#define CLOUD(value)                                                           \
  "{\"cnCloud\":{\"get_info\":{\"cld_connection\":" value "}}}"
#define ASK_TIME "{\"time\":{\"get_time\":{}}}"
#define TIME(when) "{\"time\":{\"get_time\":{" when ",\"err_code\":0}}}"
#define NOON                                                                   \
  TIME("\"year\":2024,\"month\":5,\"mday\":9,\"hour\":12,\"min\":0,\"sec\":0")
#define ASK_DAYS "{\"emeter\":{\"get_daystat\":{\"year\":2024,\"month\":5}}}"
#define ASK_MONTHS "{\"emeter\":{\"get_monthstat\":{\"year\":2024}}}"
#define DAYS(list) "{\"emeter\":{\"get_daystat\":{\"day_list\":[" list "]}}}"
#define MONTHS(list)                                                           \
  "{\"emeter\":{\"get_monthstat\":{\"month_list\":[" list "]}}}"
#define BEGIN                                                                  \
  {ASK_SYSINFO, "{" METER_PLUG "}"}, { ASK_METER, MW("1000") }

static const struct {
  const char *what;
  const char *days, *months;
  const char *reading;
} statistics[] = {
    {"in Wh",
     DAYS("{\"year\":2024,\"month\":5,\"day\":8,\"energy_wh\":9},"
          "{\"year\":2024,\"month\":5,\"day\":9,\"energy_wh\":123}"),
     MONTHS("{\"year\":2024,\"month\":4,\"energy_wh\":9},"
            "{\"year\":2024,\"month\":5,\"energy_wh\":4567}"),
     "W=1 today=0.123 month=4.567 relay=1 cloud=1"},
    {"in kWh", DAYS("{\"year\":2024,\"month\":5,\"day\":9,\"energy\":0.5}"),
     MONTHS("{\"year\":2024,\"month\":5,\"energy\":12.25}"),
     "W=1 today=0.5 month=12.25 relay=1 cloud=1"},
    {"no entry yet is nothing used yet", DAYS(""), MONTHS(""),
     "W=1 today=0 month=0 relay=1 cloud=1"},
    {"entries of other years",
     DAYS("{\"year\":2023,\"month\":5,\"day\":9,\"energy_wh\":9}"),
     MONTHS("{\"year\":2023,\"month\":5,\"energy_wh\":9}"),
     "W=1 today=0 month=0 relay=1 cloud=1"},
    {"entries that make no sense",
     DAYS("7,null,{},{\"year\":2024,\"month\":5,\"day\":9}"),
     MONTHS("{\"year\":2024,\"month\":5,\"energy_wh\":-1}"),
     "W=1 relay=1 cloud=1"},
    {"no lists", "{\"emeter\":{\"get_daystat\":{}}}",
     "{\"emeter\":{\"get_monthstat\":{\"month_list\":5}}}",
     "W=1 relay=1 cloud=1"},
    {"other modules", "{}", "{\"emeter\":{}}", "W=1 relay=1 cloud=1"},
};

START_TEST(statistics_are_read) {
  ck_assert_int_eq(POLL(true, BEGIN, {ASK_CLOUD, CLOUD("1")}, {ASK_TIME, NOON},
                        {ASK_DAYS, statistics[_i].days},
                        {ASK_MONTHS, statistics[_i].months}),
                   OUTCOME_OK);
  ck_assert_msg(strcmp(reading_text(&device.now), statistics[_i].reading) == 0,
                "%s: %s", statistics[_i].what, reading_text(&device.now));
  ck_assert_uint_eq(device.seconds_to_midnight, 43200);
}
END_TEST

#define DAY(month, day, energy)                                                \
  "{\"year\":2024,\"month\":" month ",\"day\":" day "," energy "}"
#define DAY_WH(month, day, wh) DAY(month, day, "\"energy_wh\":" wh)

/* Of this month, from that day to today; what makes no sense is nothing. */
START_TEST(days_are_summed_since_a_day) {
  static const char before[] = DAY_WH("5", "2", "1000");
  static const char list[] = DAY_WH("5", "3", "500");
  static const char kwh[] = DAY("5", "8", "\"energy\":0.25");
  static const char today[] = DAY_WH("5", "9", "123");
  static const char later[] = DAY_WH("5", "10", "4000");
  static const char april[] = DAY_WH("4", "7", "8000");
  static const char below[] = DAY_WH("5", "4", "-7");
  static const char huge[] = DAY("5", "5", "\"energy\":1e9");
  char days[1200];

  snprintf(days, sizeof(days), DAYS("%s,%s,%s,%s,%s,%s,%s,%s,7,{}"), before,
           list, kwh, today, later, april, below, huge);
  device.since_date = 20240503;
  ck_assert_int_eq(POLL(true, BEGIN, {ASK_CLOUD, CLOUD("1")}, {ASK_TIME, NOON},
                        {ASK_DAYS, days}, {ASK_MONTHS, MONTHS("")}),
                   OUTCOME_OK);
  ck_assert_double_eq_tol(device.since_kwh, 0.873, 1e-12);
}
END_TEST

#define ASK_APRIL "{\"emeter\":{\"get_daystat\":{\"year\":2024,\"month\":4}}}"

/* A billing month that began in the calendar month before. */
START_TEST(days_are_summed_since_a_day_of_the_month_before) {
  static const char may[] =
      DAYS(DAY_WH("5", "1", "500") "," DAY_WH("5", "9", "123"));
  static const char april[] =
      DAYS(DAY_WH("4", "14", "9000") "," DAY_WH("4", "15", "1000") "," DAY_WH(
          "4", "30", "2000") "," DAY_WH("5", "2", "7000"));

  device.since_date = 20240415;
  ck_assert_int_eq(POLL(true, BEGIN, {ASK_CLOUD, CLOUD("1")}, {ASK_TIME, NOON},
                        {ASK_DAYS, may}, {ASK_APRIL, april},
                        {ASK_MONTHS, MONTHS("")}),
                   OUTCOME_OK);
  ck_assert_double_eq_tol(device.since_kwh, 3.623, 1e-12);
  ck_assert_str_eq(reading_text(&device.now),
                   "W=1 today=0.123 month=0 relay=1 cloud=1");
}
END_TEST

/* This month's alone would be too little. */
START_TEST(days_of_which_a_part_did_not_come_are_not_summed) {
  device.since_date = 20240415;
  ck_assert_int_eq(POLL(true, BEGIN, {ASK_CLOUD, CLOUD("1")}, {ASK_TIME, NOON},
                        {ASK_DAYS, DAYS(DAY_WH("5", "9", "123"))},
                        {ASK_APRIL, SILENCE}, {ASK_MONTHS, MONTHS("")}),
                   OUTCOME_OK);
  ck_assert_double_eq(device.since_kwh, 0);
}
END_TEST

START_TEST(statistics_of_a_strip_are_its_plugs) {
  ck_assert_int_eq(
      POLL(true, {ASK_SYSINFO, "{" STRIP "}"}, {ASK_PLUG("AB00"), MW("1000")},
           {ASK_PLUG("AB01"), MW("2000")}, {ASK_CLOUD, CLOUD("0")},
           {ASK_TIME, NOON},
           {"{\"context\":{\"child_ids\":[\"AB00\"]},\"emeter\":{\"get_"
            "daystat\":{\"year\":2024,\"month\":5}}}",
            DAYS("{\"year\":2024,\"month\":5,\"day\":9,\"energy_wh\":1}")},
           {"{\"context\":{\"child_ids\":[\"AB01\"]},\"emeter\":{\"get_"
            "daystat\":{\"year\":2024,\"month\":5}}}",
            DAYS("{\"year\":2024,\"month\":5,\"day\":9,\"energy_wh\":2}")},
           {"{\"context\":{\"child_ids\":[\"AB00\"]},\"emeter\":{\"get_"
            "monthstat\":{\"year\":2024}}}",
            MONTHS("{\"year\":2024,\"month\":5,\"energy_wh\":10}")},
           {"{\"context\":{\"child_ids\":[\"AB01\"]},\"emeter\":{\"get_"
            "monthstat\":{\"year\":2024}}}",
            MONTHS("{\"year\":2024,\"month\":5,\"energy_wh\":20}")}),
      OUTCOME_OK);
  device_sum_plugs(&device);
  ck_assert_str_eq(reading_text(&device.now),
                   "W=3 today=0.003 month=0.03 relay=1 cloud=0");
}
END_TEST

START_TEST(refused_statistics_and_cloud_are_asked_again_rarely) {
  static const char both[] = "{" METER_PLUG "," REALTIME("\"power_mw\":1") "}";

  ck_assert_int_eq(
      POLL(true, BEGIN,
           {ASK_CLOUD, "{\"cnCloud\":{\"get_info\":{\"err_code\":-2}}}"},
           {ASK_TIME, NOON},
           {ASK_DAYS, "{\"emeter\":{\"get_daystat\":{\"err_code\":-2}}}"},
           {ASK_MONTHS,
            "{\"emeter\":{\"get_monthstat\":{\"err_code\":-2000}}}"}),
      OUTCOME_OK);
  ck_assert_int_eq(POLL(false, {ASK_BOTH, both}), OUTCOME_OK);
  ck_assert_int_eq(POLL(true, {ASK_BOTH, both}, {ASK_CLOUD, CLOUD("1")},
                        {ASK_TIME, NOON}, {ASK_DAYS, DAYS("")},
                        {ASK_MONTHS, MONTHS("")}),
                   OUTCOME_OK);
  ck_assert_str_eq(reading_text(&device.now),
                   "W=0.001 today=0 month=0 relay=1 cloud=1");
}
END_TEST

/* After a power cut: its year is that of no firmware, or it says that it does
 * not know. */
START_TEST(what_depends_on_the_clock_comes_back_with_it) {
  static const char both[] =
      "{" METER_PLUG "," REALTIME("\"power_mw\":1000") "}";
  static const char *const lost[] = {
      TIME("\"year\":2000,\"month\":1,\"mday\":1,\"hour\":0,\"min\":7,"
           "\"sec\":13"),
      "{\"time\":{\"get_time\":{\"err_code\":-11}}}",
      "{\"time\":{\"err_code\":-1003}}", SILENCE};

  for (size_t i = 0; i < sizeof(lost) / sizeof(lost[0]); i++) {
    device_free(&device);
    device = (struct device){0};
    ck_assert_int_eq(POLL(true, BEGIN, {ASK_CLOUD, CLOUD("1")},
                          {ASK_TIME, NOON}, {ASK_DAYS, DAYS("")},
                          {ASK_MONTHS, MONTHS("")}),
                     OUTCOME_OK);
    ck_assert_int_eq(POLL(true, {ASK_BOTH, both}, {ASK_CLOUD, CLOUD("1")},
                          {ASK_TIME, lost[i]}),
                     OUTCOME_OK);
    ck_assert_str_eq(reading_text(&device.now), "W=1 relay=1 cloud=1");
    ck_assert_int_eq(POLL(false, {ASK_BOTH, both}, {ASK_TIME, lost[i]}),
                     OUTCOME_OK);
    ck_assert_str_eq(reading_text(&device.now), "W=1 relay=1 cloud=1");
    ck_assert_int_eq(POLL(false, {ASK_BOTH, both}, {ASK_TIME, NOON},
                          {ASK_DAYS, DAYS("")}, {ASK_MONTHS, MONTHS("")}),
                     OUTCOME_OK);
    ck_assert_str_eq(reading_text(&device.now),
                     "W=1 today=0 month=0 relay=1 cloud=1");
    ck_assert_int_eq(POLL(false, {ASK_BOTH, both}), OUTCOME_OK);
  }
}
END_TEST

static const struct {
  const char *what;
  const char *time;
  unsigned date, seconds; /* date 0: no statistics are asked for */
} times[] = {
    {"noon", NOON, 20240509, 43200},
    {"the last second",
     TIME("\"year\":2024,\"month\":12,\"mday\":31,\"hour\":23,\"min\":59,"
          "\"sec\":59"),
     20241231, 1},
    {"midnight",
     TIME("\"year\":2024,\"month\":1,\"mday\":1,\"hour\":0,\"min\":0,"
          "\"sec\":0"),
     20240101, 86400},
    {"a leap second",
     TIME("\"year\":2024,\"month\":12,\"mday\":31,\"hour\":23,\"min\":59,"
          "\"sec\":60"),
     20241231, 86400},
    {"a month too many",
     TIME("\"year\":2024,\"month\":13,\"mday\":1,\"hour\":0,\"min\":0,"
          "\"sec\":0"),
     0, 0},
    {"no hour", TIME("\"year\":2024,\"month\":1,\"mday\":1"), 20240101, 0},
    {"no day", TIME("\"year\":2024,\"month\":1,\"hour\":1"), 0, 0},
    {"true is no day", TIME("\"year\":2024,\"month\":1,\"mday\":true"), 0, 0},
    {"a year in words",
     TIME("\"year\":\"now\",\"month\":1,\"mday\":1,\"hour\":0,\"min\":0,"
          "\"sec\":0"),
     0, 0},
    {"nothing", "{}", 0, 0},
    {"refused", "{\"time\":{\"err_code\":-1}}", 0, 0},
};

/* A poll up to the time, and the time's answer. */
static void tell_time(const char *time) {
  progress = (struct progress){.rare = true};
  while (dialect_iot.next(&device, &progress, &request) != NEXT_DONE &&
         strcmp(request.data, ASK_TIME) != 0)
    ck_assert_int_eq(
        answer_with("{" METER_PLUG "," REALTIME("\"power_mw\":1") "}"),
        OUTCOME_OK);
  ck_assert_str_eq(request.data, ASK_TIME);
  ck_assert_int_eq(answer_with(time), OUTCOME_OK);
}

START_TEST(statistics_need_the_devices_date) {
  device.date = 20240508; /* of an earlier poll */
  tell_time(times[_i].time);
  ck_assert_msg(device.date == times[_i].date, "%s: %u", times[_i].what,
                device.date);
  ck_assert_msg(device.seconds_to_midnight == times[_i].seconds, "%s: %u",
                times[_i].what, device.seconds_to_midnight);
  ck_assert_msg(dialect_iot.next(&device, &progress, &request) ==
                    (times[_i].date != 0 ? NEXT_RARE : NEXT_DONE),
                "%s: %s", times[_i].what, request.data);
}
END_TEST

START_TEST(the_date_of_an_earlier_poll_does_not_count) {
  ck_assert_int_eq(POLL(true, BEGIN, {ASK_CLOUD, CLOUD("1")}, {ASK_TIME, NOON},
                        {ASK_DAYS, DAYS("")}, {ASK_MONTHS, MONTHS("")}),
                   OUTCOME_OK);
  ck_assert_int_eq(
      POLL(true, {ASK_BOTH, "{" METER_PLUG "," REALTIME("\"power_mw\":1") "}"},
           {ASK_CLOUD, CLOUD("1")}, {ASK_TIME, SILENCE}),
      OUTCOME_OK);
  ck_assert_uint_eq(device.date, 0);
  ck_assert_uint_eq(device.seconds_to_midnight, 0);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, what_depends_on_the_clock_comes_back_with_it);
  tcase_add_loop_test(t, statistics_are_read, 0, ROWS(statistics));
  tcase_add_test(t, days_are_summed_since_a_day);
  tcase_add_test(t, days_are_summed_since_a_day_of_the_month_before);
  tcase_add_test(t, days_of_which_a_part_did_not_come_are_not_summed);
  tcase_add_test(t, statistics_of_a_strip_are_its_plugs);
  tcase_add_test(t, refused_statistics_and_cloud_are_asked_again_rarely);
  tcase_add_loop_test(t, statistics_need_the_devices_date, 0, ROWS(times));
  tcase_add_test(t, the_date_of_an_earlier_poll_does_not_count);
}

int main(void) { return suite_run("iot statistics", fill); }
