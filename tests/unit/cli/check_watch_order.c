/* SPDX-License-Identifier: MIT */
/* Order and choice of the live table: strips stay with their outlets, what has
 * no value is last, what is equal stays by name. */
#include <config.h>

#include "cli/live/watch_order.h"

#include "../support/suite.h"

#include <string.h>

static struct device_row *add(struct device_rows *rows,
                              enum device_row_kind kind, const char *name,
                              double watts, double kwh) {
  struct device_row *row = device_rows_add(rows);

  row->kind = kind;
  strcpy(row->name, name);
  if (watts >= 0) {
    reading_set(&row->now, Q_POWER, watts);
    reading_set(&row->now, Q_RELAY, watts > 0);
  }
  if (kwh >= 0)
    reading_set(&row->now, Q_KWH_TODAY, kwh);
  return row;
}

static void fill(struct device_rows *rows) {
  add(rows, DEVICE_ROW_DEVICE, "Boiler", 900, 1);
  add(rows, DEVICE_ROW_DEVICE, "Desk", 1200, 0.5);
  add(rows, DEVICE_ROW_PLUG, "Monitor", 1190, 0.4);
  add(rows, DEVICE_ROW_LAST_PLUG, "Printer", 10, 0.1);
  strcpy(add(rows, DEVICE_ROW_DEVICE, "Lamp", 0, 3)->model, "KS230");
  add(rows, DEVICE_ROW_DEVICE, "Motion", -1, -1);
  add(rows, DEVICE_ROW_DEVICE, "Pump", -1, -1)->failed = true;
  add(rows, DEVICE_ROW_DEVICE, "Router", 0, 3);
}

static void expect_choice(const struct watch_choice *choice,
                          const char *wanted) {
  struct device_rows rows = {0};
  char names[200] = "";

  fill(&rows);
  watch_order_apply(&rows, choice);
  for (size_t i = 0; i < rows.count; i++) {
    strcat(names, i > 0 ? " " : "");
    strcat(names, rows.items[i].name);
  }
  ck_assert_str_eq(names, wanted);
  device_rows_free(&rows);
}

static void expect(enum watch_sort sort, enum watch_show show,
                   const char *wanted) {
  expect_choice(&(struct watch_choice){.sort = sort, .show = show}, wanted);
}

START_TEST(the_most_is_first_and_outlets_stay_with_their_strip) {
  expect(WATCH_BY_NAME, WATCH_ALL,
         "Boiler Desk Monitor Printer Lamp Motion Pump Router");
  expect(WATCH_BY_POWER, WATCH_ALL,
         "Desk Monitor Printer Boiler Lamp Router Motion Pump");
  expect(WATCH_BY_ENERGY, WATCH_ALL,
         "Lamp Router Boiler Desk Monitor Printer Motion Pump");
}
END_TEST

START_TEST(only_what_is_on_or_silent) {
  expect(WATCH_BY_POWER, WATCH_ON, "Desk Monitor Printer Boiler");
  expect(WATCH_BY_NAME, WATCH_ON, "Boiler Desk Monitor Printer");
  expect(WATCH_BY_NAME, WATCH_SILENT, "Pump");
}
END_TEST

START_TEST(only_what_holds_the_text) {
  struct watch_choice choice = {.filter = "o"};

  expect_choice(&choice, "Boiler Desk Monitor Printer Motion Router");
  strcpy(choice.filter, "PRINT"); /* an outlet brings its whole strip */
  expect_choice(&choice, "Desk Monitor Printer");
  strcpy(choice.filter, "ks2"); /* the model, too */
  expect_choice(&choice, "Lamp");
  choice.show = WATCH_SILENT;
  expect_choice(&choice, "");
}
END_TEST

START_TEST(words_of_the_options) {
  ck_assert_int_eq(watch_word(watch_sorts, WATCH_SORTS, "power"),
                   WATCH_BY_POWER);
  ck_assert_int_eq(watch_word(watch_shows, WATCH_SHOWS, "silent"),
                   WATCH_SILENT);
  ck_assert_int_eq(watch_word(watch_sorts, WATCH_SORTS, "watts"), -1);
}
END_TEST

static void fill_case(TCase *t) {
  tcase_add_test(t, the_most_is_first_and_outlets_stay_with_their_strip);
  tcase_add_test(t, only_what_is_on_or_silent);
  tcase_add_test(t, only_what_holds_the_text);
  tcase_add_test(t, words_of_the_options);
}

int main(void) { return suite_run("watch_order", fill_case); }
