/* SPDX-License-Identifier: MIT */
/* Numbers, units, durations and moments: the exact words. */
#include <config.h>

#include "alert/text/format.h"
#include "alert/text/format_time.h"

#include "../support/suite.h"

#include <locale.h>
#include <math.h>
#include <time.h>

#define N FORMAT_NARROW_SPACE

static const struct {
  double value;
  const char *words;
} numbers[] = {
    {0, "0"},
    {-0.0, "0"},
    {3, "3"},
    {6.1, "6.1"},
    {6.126, "6.13"},
    {9.996, "10"},
    {10.42, "10.4"},
    {52.4, "52.4"},
    {99.96, "100"},
    {100.4, "100"},
    {207.3, "207"},
    {999.6, "1" N "000"},
    {1620, "1" N "620"},
    {1234567, "1" N "234" N "567"},
    {-1620, "-1" N "620"},
    {-0.001, "-0.001"},
    {0.0042, "0.0042"},
    {1e-9, "0"},
    {1e20, "1e20"},
    {-1.5e40, "-1.5e40"},
    {9.999e30, "1e31"},
    {1.234e15, "1.23e15"},
    {NAN, ""},
    {INFINITY, ""},
};

START_TEST(number_is_short_and_grouped) {
  char out[FORMAT_SIZE];
  size_t len = format_number(numbers[_i].value, NULL, out, sizeof(out));
  ck_assert_str_eq(out, numbers[_i].words);
  ck_assert_uint_eq(len, strlen(out));
}
END_TEST

static const struct {
  const char *plugin, *type;
  double value;
  const char *words;
} values[] = {
    {"kasa", "power", 1620, "1" N "620 W"},
    {"kasa", "power", 9999, "9" N "999 W"},
    {"kasa", "power", 9999.6, "10 kW"},
    {"kasa", "power", 12340, "12.3 kW"},
    {"kasa", "power", -3.5, "-3.5 W"},
    {"kasa", "power", NAN, ""},
    {"kasa", "voltage", 207, "207 V"},
    {"kasa", "current", 0.42, "0.42 A"},
    {"kasa", "watt_hours", 0.45, "1" N "620 W"},
    {"kasa", "kwh_today", 52.4, "52.4 kWh"},
    {"kasa", "kwh_month", 1052.4, "1" N "052 kWh"},
    {"kasa_total", "cost_today", 10.42, "10.42 EUR"},
    {"kasa_total", "cost_today", 10, "10 EUR"},
    {"kasa", "cost_today", 6.1, "6.10 EUR"},
    {"kasa", "cost_month", 1234.5, "1" N "234.50 EUR"},
    {"kasa", "relay", 1, "on"},
    {"kasa", "relay", 0, "off"},
    {"kasa", "relay", 0.5, "0.5"},
    {"kasa", "up", 0, "no"},
    {"kasa", "on_time", 7500, "2 h 05 min"},
    {"kasa", "signal_power", -67, "-67 dBm"},
    {"kasa", "response_time", 0.045, "45 ms"},
    {"kasa", "response_time", 2.5, "2.5 s"},
    {"kasa", "power_deviation", 37.2, "37.2 %"},
    {"kasa", "cycle_kwh", 0.85, "0.85 kWh"},
    {"kasa_total", "devices", 12, "12"},
    {"sensors", "energy_wh", 640, "640 Wh"},
    {"sensors", "energy_wh", 52400, "52.4 kWh"},
    {"cpu", "percent", 96, "96 %"},
    {"df", "percent_bytes", 97.2, "97.2 %"},
    {"df", "df_complex", 1610612736, "1.5 GiB"},
    {"memory", "memory", 1023, "1" N "023 B"},
    {"memory", "memory", 1048500, "1 MiB"},
    {"interface", "if_octets", 2097152, "2 MiB/s"},
    {"sensors", "temperature", 81,
     "81 \xc2\xb0"
     "C"},
    {"load", "load", 12.4, "12.4"},
    {"ping", "ping", 130, "130 ms"},
    {"ping", "ping_droprate", 0.25, "25 %"},
    {"uptime", "uptime", 30, "30 s"},
    {"anything", "unheard_of", 1.5, "1.5"},
};

START_TEST(value_carries_the_unit_of_its_type) {
  char out[FORMAT_SIZE];
  format_value(values[_i].value, unit_of(values[_i].plugin, values[_i].type),
               NULL, out, sizeof(out));
  ck_assert_str_eq(out, values[_i].words);
}
END_TEST

START_TEST(person_chooses_separator_and_currency) {
  char currency[] = "CHF";
  char apostrophe[] = "'";
  const struct text_style style = {.currency = currency,
                                   .thousands_separator = apostrophe};
  char out[FORMAT_SIZE];
  format_value(12345.6, unit_of("kasa", "cost_month"), &style, out,
               sizeof(out));
  ck_assert_str_eq(out, "12'345.60 CHF");
  ck_assert_str_eq(unit_symbol(unit_of("kasa", "cost_month"), &style), "CHF");
  ck_assert_str_eq(unit_symbol(unit_of("kasa", "watt_hours"), &style), "Wh/s");
}
END_TEST

START_TEST(unit_of_a_person_behaves_like_ours) {
  struct unit own;
  char out[FORMAT_SIZE];
  unit_from_symbol("bytes", &own);
  format_value(2048, &own, NULL, out, sizeof(out));
  ck_assert_str_eq(out, "2 KiB");
  unit_from_symbol("lx", &own);
  format_value(2048, &own, NULL, out, sizeof(out));
  ck_assert_str_eq(out, "2" N "048 lx");
}
END_TEST

static const struct {
  double seconds;
  const char *words;
} durations[] = {
    {-5, "0 s"},
    {0, "0 s"},
    {40, "40 s"},
    {59.6, "1 minute"},
    {60, "1 minute"},
    {299.7, "5 minutes"},
    {300, "5 minutes"},
    {720, "12 minutes"},
    {3599, "59 minutes"},
    {3600, "1 h"},
    {7500, "2 h 05 min"},
    {15000, "4 h 10 min"},
    {11520, "3 h 12 min"},
    {86400, "1 day"},
    {90000, "1 day 1 h"},
    {273600, "3 days 4 h"},
    {1e30, "11574074 days 1 h"},
    {NAN, ""},
};

START_TEST(duration_is_in_words) {
  char out[FORMAT_SIZE];
  format_duration(durations[_i].seconds, out, sizeof(out));
  ck_assert_str_eq(out, durations[_i].words);
}
END_TEST

/* 2026-11-21 14:03:22 in central Europe */
#define NOON 1795266202

START_TEST(moment_is_local_with_zone) {
  char out[FORMAT_SIZE];
  format_moment(NOON, out, sizeof(out));
  ck_assert_str_eq(out, "2026-11-21 14:03:22 CET");
  format_moment(0, out, sizeof(out));
  ck_assert_str_eq(out, "");
}
END_TEST

START_TEST(clock_says_the_day_only_where_needed) {
  char out[FORMAT_SIZE];
  format_clock(NOON, NOON + 600, out, sizeof(out));
  ck_assert_str_eq(out, "14:03");
  format_clock(NOON - 86400, NOON, out, sizeof(out));
  ck_assert_str_eq(out, "20 Nov 14:03");
  format_clock(NOON - 366 * 86400, NOON, out, sizeof(out));
  ck_assert_str_eq(out, "20 Nov 2025 14:03");
}
END_TEST

START_TEST(relative_moment_tells_the_direction) {
  char out[FORMAT_SIZE];
  format_relative(NOON - 300, NOON, out, sizeof(out));
  ck_assert_str_eq(out, "5 minutes ago");
  format_relative(NOON + 7200, NOON, out, sizeof(out));
  ck_assert_str_eq(out, "in 2 h");
  format_relative(NOON, NOON, out, sizeof(out));
  ck_assert_str_eq(out, "now");
}
END_TEST

START_TEST(date_pattern_is_english_and_checked) {
  char out[FORMAT_SIZE];
  ck_assert(format_date_valid("%a %e %b, %H:%M"));
  ck_assert(!format_date_valid("%Q"));
  ck_assert(!format_date_valid("50%"));
  format_date(NOON, "%A %d.%m.%y %I:%M %p %z %% %j \xc3\xbc", out, sizeof(out));
  ck_assert_str_eq(out, "Saturday 21.11.26 02:03 pm +0100 % 325 \xc3\xbc");
}
END_TEST

START_TEST(no_locale_changes_a_word) {
  static const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8",
                                        "C.UTF-8"};
  char out[FORMAT_SIZE];
  for (int i = 0; i < ROWS(locales); i++) {
    setlocale(LC_ALL, locales[i]);
    format_value(52.4, unit_of("kasa", "kwh_today"), NULL, out, sizeof(out));
    ck_assert_str_eq(out, "52.4 kWh");
    format_date(NOON, "%B", out, sizeof(out));
    ck_assert_str_eq(out, "November");
  }
  setlocale(LC_ALL, "C");
}
END_TEST

START_TEST(little_room_cuts_between_characters) {
  char out[5];
  ck_assert_uint_eq(format_number(1620, NULL, out, sizeof(out)), 4);
  ck_assert_str_eq(out, "1" N);
  ck_assert_uint_eq(format_number(16201, NULL, out, 3), 2);
  ck_assert_str_eq(out, "16");
}
END_TEST

static void fill(TCase *t) {
  setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
  tzset();
  tcase_add_loop_test(t, number_is_short_and_grouped, 0, ROWS(numbers));
  tcase_add_loop_test(t, value_carries_the_unit_of_its_type, 0, ROWS(values));
  tcase_add_test(t, person_chooses_separator_and_currency);
  tcase_add_test(t, unit_of_a_person_behaves_like_ours);
  tcase_add_loop_test(t, duration_is_in_words, 0, ROWS(durations));
  tcase_add_test(t, moment_is_local_with_zone);
  tcase_add_test(t, clock_says_the_day_only_where_needed);
  tcase_add_test(t, relative_moment_tells_the_direction);
  tcase_add_test(t, date_pattern_is_english_and_checked);
  tcase_add_test(t, no_locale_changes_a_word);
  tcase_add_test(t, little_room_cuts_between_characters);
}

int main(void) { return suite_run("format", fill); }
