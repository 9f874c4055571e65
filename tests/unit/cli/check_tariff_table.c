/* SPDX-License-Identifier: MIT */
/* The table of prices that kasactl check shows, on days that are not today. */
#include <config.h>

#include "cli/check/check_tariff.h"
#include "energy/tariff/tariff_config.h"

#include "../support/conf_build.h"
#include "../support/suite.h"

#include <time.h>

static struct tariffs set;
static char shown[8192];

/* With a price of 50 in some hours, of 30 in the others. */
static void add(const char *from, const char *rate, const char *hours) {
  struct conf_item *block = conf_new("Tariff");
  struct conf_item *period;
  COMPLAINTS(c);

  put_string(block, "Currency", "EUR");
  if (from != NULL)
    put_string(block, "From", from);
  put_line(block, rate);
  period = put_string(block, "Period", "p");
  put_string(period, "Hours", hours);
  put_line(period, "Rate 0.5");
  tariff_config_read(&set, block, &c.reporter);
  ck_assert_msg(c.num == 0, "%s", c.last);
  conf_free(block);
}

static void show(int year, unsigned month, unsigned mday) {
  FILE *out = fmemopen(shown, sizeof(shown), "w");

  ck_assert_ptr_nonnull(out);
  check_tariff_show(&set, calendar_day_of(year, month, mday), out);
  fclose(out);
}

/* What stands in the row of a day in the column of an hour. */
static int cell(const char *day, int hour) {
  const char *row = strstr(shown, day);

  ck_assert_ptr_nonnull(row);
  return atoi(row + 3 + 3 * hour);
}

START_TEST(clocks_that_change_move_no_hour) {
  add(NULL, "Rate 0.3", "03:00-05:00");
  show(2026, 10, 25); /* 02:00 comes twice */
  for (int hour = 0; hour < 24; hour++)
    ck_assert_int_eq(cell("Sun", hour), hour == 3 || hour == 4 ? 50 : 30);
  show(2026, 3, 29); /* 02:00 never comes */
  for (int hour = 0; hour < 24; hour++)
    ck_assert_int_eq(cell("Sun", hour), hour >= 2 && hour <= 4 ? 50 : 30);
  ck_assert_ptr_null(strstr(shown, "within"));
  tariffs_free(&set);
}
END_TEST

START_TEST(each_day_has_the_tariff_of_its_own) {
  add(NULL, "Rate 0.3", "12:00-13:00");
  add("2026-01-15", "Rate 0.4", "12:00-13:00"); /* a Thursday */
  show(2026, 1, 13);
  ck_assert_int_eq(cell("Wed", 0), 30);
  ck_assert_int_eq(cell("Thu", 0), 40);
  show(2026, 1, 18);
  ck_assert_int_eq(cell("Wed", 0), 30);
  ck_assert_int_eq(cell("Sun", 12), 50);
  tariffs_free(&set);
}
END_TEST

static void fill(TCase *t) {
  setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
  tzset();
  tcase_add_test(t, clocks_that_change_move_no_hour);
  tcase_add_test(t, each_day_has_the_tariff_of_its_own);
}

int main(void) { return suite_run("tariff_table", fill); }
