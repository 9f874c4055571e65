/* SPDX-License-Identifier: MIT */
/* The hour's bars: means of three minutes, gaps stay gaps, rows are told apart
 * by their device, what is old goes. */
#include <config.h>

#include "cli/live/power_trend.h"

#include "../support/suite.h"

#include <stdio.h>
#include <string.h>

enum { SLOT_MS = 3 * 60 * 1000 };

/* A moment in that slot. */
static int64_t at(int slot, int seconds) {
  return (int64_t)(1000000 + slot) * SLOT_MS + seconds * 1000;
}

static struct device_row *add(struct device_rows *rows,
                              enum device_row_kind kind, const char *name,
                              double watts) {
  struct device_row *row = device_rows_add(rows);

  row->kind = kind;
  strcpy(row->name, name);
  if (watts >= 0)
    reading_set(&row->now, Q_POWER, watts);
  return row;
}

/* One device and the total, with so many watts; below 0: none. */
static void take(struct power_trend *t, double watts, int64_t time_ms) {
  struct device_rows rows = {0};
  struct device_row total = {.kind = DEVICE_ROW_TOTAL};

  add(&rows, DEVICE_ROW_DEVICE, "Lamp", watts);
  reading_set(&total.now, Q_POWER, 100);
  power_trend_take(t, &rows, &total, time_ms);
  device_rows_free(&rows);
}

static void expect(const struct power_trend *t, const char *lamp) {
  struct device_rows rows = {0};
  struct device_row total = {.kind = DEVICE_ROW_TOTAL};
  const char *got;

  add(&rows, DEVICE_ROW_DEVICE, "Lamp", 1);
  power_trend_show(t, &rows, &total, true);
  got = rows.items[0].trend;
  ck_assert_uint_eq(strlen(got), lamp[0] == '\0' ? 0 : TREND_COLUMNS);
  ck_assert_str_eq(got + strspn(got, " "), lamp);
  device_rows_free(&rows);
}

START_TEST(bars_are_means_and_a_gap_stays) {
  struct power_trend *t = power_trend_create();

  expect(t, "");
  take(t, 70, at(0, 0));
  expect(t, "#");
  take(t, 30, at(1, 0));
  take(t, 50, at(1, 100)); /* mean 40 of 70 */
  expect(t, "#=");
  take(t, -1, at(2, 0)); /* does not tell its power */
  take(t, 0, at(3, 0));
  expect(t, "#= _");
  take(t, 70, 0); /* no time, no bar */
  expect(t, "#= _");
  power_trend_free(t);
}
END_TEST

START_TEST(an_hour_is_kept) {
  struct power_trend *t = power_trend_create();
  char wanted[TREND_COLUMNS + 1] = "";

  take(t, 1000, at(0, 0));
  for (int slot = 1; slot <= TREND_COLUMNS; slot++) {
    take(t, 10, at(slot, 0));
    strcat(wanted, "#");
  }
  expect(t, wanted); /* the 1000 W are over and no longer the measure */
  take(t, 5, at(3 * TREND_COLUMNS, 0));
  expect(t, "#");
  take(t, 5, at(0, 0)); /* the clock was set back */
  expect(t, "#");
  for (int slot = 1; slot <= 2 * TREND_COLUMNS; slot++)
    take(t, -1, at(slot, 0));
  expect(t, ""); /* forgotten */
  power_trend_free(t);
}
END_TEST

START_TEST(outlets_of_one_name_are_told_apart) {
  struct power_trend *t = power_trend_create();
  struct device_rows rows = {0};
  struct device_row total = {.kind = DEVICE_ROW_TOTAL};

  for (int slot = 0; slot < 2; slot++) {
    device_rows_free(&rows);
    add(&rows, DEVICE_ROW_DEVICE, "Desk", 100);
    add(&rows, DEVICE_ROW_LAST_PLUG, "Lamp", slot == 0 ? 100 : 0);
    add(&rows, DEVICE_ROW_DEVICE, "Shelf", 100);
    add(&rows, DEVICE_ROW_LAST_PLUG, "Lamp", slot == 0 ? 0 : 100);
    add(&rows, DEVICE_ROW_DEVICE, "Pump", 5)->failed = true;
    reading_set(&total.now, Q_POWER, slot == 0 ? 35 : 70);
    power_trend_take(t, &rows, &total, at(slot, 0));
  }
  power_trend_show(t, &rows, &total, false);
  ck_assert_str_eq(rows.items[1].trend + TREND_COLUMNS - 2, "█▁");
  ck_assert_str_eq(rows.items[3].trend + TREND_COLUMNS - 2, "▁█");
  ck_assert_str_eq(total.trend + TREND_COLUMNS - 2, "▅█");
  ck_assert_str_eq(rows.items[4].trend, "");
  device_rows_free(&rows);
  power_trend_free(t);
}
END_TEST

static void fill_case(TCase *t) {
  tcase_add_test(t, bars_are_means_and_a_gap_stays);
  tcase_add_test(t, an_hour_is_kept);
  tcase_add_test(t, outlets_of_one_name_are_told_apart);
}

int main(void) { return suite_run("power_trend", fill_case); }
