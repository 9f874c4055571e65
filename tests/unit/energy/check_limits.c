/* SPDX-License-Identifier: MIT */
/* Limits: each step once, with days, months and restarts in a test's hands. */
#include <config.h>

#include "energy/limits/limits.h"

#include "../support/conf_build.h"
#include "../support/suite.h"

#include <math.h>

static struct limits_settings s;
static struct limits_state state;
static struct limits_usage u;
static char told[2000]; /* one line each */

static void keep(void *arg, const struct limits_news *news) {
  (void)arg;
  snprintf(told + strlen(told), sizeof(told) - strlen(told), "%s\n",
           news->text);
}

static void setup(const char *const lines[], struct complaints *c) {
  struct conf_item *block = conf_new("Limits");

  for (size_t i = 0; lines[i] != NULL; i++)
    put_line(block, lines[i]);
  s = (struct limits_settings){0};
  limits_config_read(&s, block, "<Plugin kasa>", &c->reporter);
  conf_free(block);
  state = (struct limits_state){0};
  u = (struct limits_usage){.day = 20000,
                            .month_start = 19990,
                            .forecast = {NAN, NAN, NAN, NAN},
                            .currency = "EUR",
                            .decimals = 2};
  told[0] = '\0';
}

static bool used(enum limit limit, double value) {
  told[0] = '\0';
  u.used[limit] = value;
  return limits_look(&state, &s, &u, keep, NULL);
}

START_TEST(each_step_is_told_once_a_day) {
  const char *lines[] = {"DailyCost 10", NULL};
  COMPLAINTS(c);

  setup(lines, &c);
  ck_assert_uint_eq(c.num, 0);
  used(LIMIT_DAILY_COST, 7.49);
  ck_assert_str_eq(told, "");
  ck_assert(used(LIMIT_DAILY_COST, 7.52));
  ck_assert_str_eq(told, "75 % of today's 10 EUR are used (7.52 EUR so far)\n");
  ck_assert(!used(LIMIT_DAILY_COST, 8));
  ck_assert_str_eq(told, "");
  used(LIMIT_DAILY_COST, 10.04);
  ck_assert_str_eq(told, "today's 10 EUR are used up (10.04 EUR so far)\n");
  used(LIMIT_DAILY_COST, 30);
  ck_assert_str_eq(told, "");
  u.day++;
  used(LIMIT_DAILY_COST, 0.2);
  ck_assert_str_eq(told, "");
  used(LIMIT_DAILY_COST, 9.5);
  ck_assert_str_eq(told, "90 % of today's 10 EUR are used (9.50 EUR so far)\n");
}
END_TEST

START_TEST(a_restart_tells_nothing_again) {
  const char *lines[] = {"DailyEnergy 7.5", "At 50 100", NULL};
  char kept[LIMITS_STATE_SIZE];
  COMPLAINTS(c);

  setup(lines, &c);
  used(LIMIT_DAILY_ENERGY, 4);
  ck_assert_str_eq(told,
                   "50 % of today's 7.50 kWh are used (4.00 kWh so far)\n");
  limits_write(&state, kept);
  state = (struct limits_state){0};
  ck_assert(limits_read(&state, kept));
  used(LIMIT_DAILY_ENERGY, 4.1);
  ck_assert_str_eq(told, "");
  used(LIMIT_DAILY_ENERGY, 7.5);
  ck_assert_str_eq(told, "today's 7.50 kWh are used up (7.50 kWh so far)\n");
  ck_assert(!limits_read(&state, "1 2"));
  ck_assert(!limits_read(&state, "20000 -5 0;0 0 0;0 0 0;0 0 0"));
}
END_TEST

START_TEST(the_forecast_is_told_once_a_month) {
  const char *lines[] = {"MonthlyCost 300", "Forecast true", NULL};
  COMPLAINTS(c);

  setup(lines, &c);
  u.forecast[LIMIT_MONTHLY_COST] = 299;
  used(LIMIT_MONTHLY_COST, 100);
  ck_assert_str_eq(told, "");
  u.forecast[LIMIT_MONTHLY_COST] = 312.4;
  used(LIMIT_MONTHLY_COST, 110);
  ck_assert_str_eq(
      told, "this month is heading for 312.40 EUR; the limit is 300 EUR\n");
  u.forecast[LIMIT_MONTHLY_COST] = 280;
  used(LIMIT_MONTHLY_COST, 111);
  u.forecast[LIMIT_MONTHLY_COST] = 320;
  used(LIMIT_MONTHLY_COST, 112);
  ck_assert_str_eq(told, "");
  u.month_start += 31;
  used(LIMIT_MONTHLY_COST, 1);
  ck_assert_str_eq(
      told, "this month is heading for 320.00 EUR; the limit is 300 EUR\n");
}
END_TEST

START_TEST(a_new_day_is_told_where_asked_for) {
  const char *lines[] = {"DailyCost 10", "Recovery true", NULL};
  COMPLAINTS(c);

  setup(lines, &c);
  u.day++;
  used(LIMIT_DAILY_COST, 0);
  ck_assert_str_eq(told, ""); /* nothing was told the day before */
  used(LIMIT_DAILY_COST, 8);
  u.day++;
  used(LIMIT_DAILY_COST, 0);
  ck_assert_str_eq(told, "a new day has begun; 10 EUR may be used\n");
}
END_TEST

START_TEST(a_clock_that_goes_back_tells_nothing_again) {
  const char *lines[] = {"DailyCost 10", NULL};
  COMPLAINTS(c);

  setup(lines, &c);
  used(LIMIT_DAILY_COST, 8);
  u.day -= 1;
  used(LIMIT_DAILY_COST, 9.5);
  ck_assert_str_eq(told, "");
  u.day += 1;
  used(LIMIT_DAILY_COST, 8.1);
  ck_assert_str_eq(told, "");
  used(LIMIT_DAILY_COST, NAN); /* no price yet */
  ck_assert_str_eq(told, "");
}
END_TEST

START_TEST(a_clock_that_was_years_ahead_is_forgotten) {
  const char *lines[] = {"DailyCost 10", NULL};
  COMPLAINTS(c);

  setup(lines, &c);
  u.day += 7000;
  used(LIMIT_DAILY_COST, 8);
  u.day -= 7000;
  used(LIMIT_DAILY_COST, 8);
  ck_assert_str_eq(told, "75 % of today's 10 EUR are used (8.00 EUR so far)\n");
}
END_TEST

/* Stopped, and started with another configuration. */
static void start_with(double allowed, enum limit limit) {
  char kept[LIMITS_STATE_SIZE];

  limits_write(&state, kept);
  state = (struct limits_state){0};
  ck_assert(limits_read(&state, kept));
  s.allowed[limit] = allowed;
}

START_TEST(a_limit_that_was_raised_is_told_again) {
  const char *lines[] = {"MonthlyCost 10", "Forecast true", NULL};
  COMPLAINTS(c);

  setup(lines, &c);
  used(LIMIT_MONTHLY_COST, 12);
  ck_assert_str_eq(told,
                   "this month's 10 EUR are used up (12.00 EUR so far)\n");
  start_with(20, LIMIT_MONTHLY_COST);
  used(LIMIT_MONTHLY_COST, 12.5);
  ck_assert_str_eq(told, "");
  used(LIMIT_MONTHLY_COST, 15.5);
  ck_assert_str_eq(told,
                   "75 % of this month's 20 EUR are used (15.50 EUR so far)\n");
  start_with(20, LIMIT_MONTHLY_COST);
  used(LIMIT_MONTHLY_COST, 15.6);
  ck_assert_str_eq(told, "");
  used(LIMIT_MONTHLY_COST, 20);
  ck_assert_str_eq(told,
                   "this month's 20 EUR are used up (20.00 EUR so far)\n");
  start_with(18, LIMIT_MONTHLY_COST); /* lowered: nothing lies ahead */
  used(LIMIT_MONTHLY_COST, 20.1);
  ck_assert_str_eq(told, "");
}
END_TEST

START_TEST(what_an_older_version_kept_is_read) {
  const char *lines[] = {"DailyEnergy 10", NULL};
  COMPLAINTS(c);

  setup(lines, &c);
  ck_assert(limits_read(&state, "20000 100 0;0 0 0;19990 75 1;0 0 0"));
  ck_assert_double_eq(state.told[2].percent, 75);
  ck_assert(state.told[2].forecast);
  used(LIMIT_DAILY_ENERGY, 12);
  ck_assert_str_eq(told, "");
}
END_TEST

/* BillingDay 15 becomes 1 on the 20th: a month that began earlier. */
START_TEST(a_month_that_begins_earlier_is_told_of_at_once) {
  const char *lines[] = {"MonthlyEnergy 10", NULL};
  COMPLAINTS(c);

  setup(lines, &c);
  u.month_start = u.day - 5;
  used(LIMIT_MONTHLY_ENERGY, 8);
  u.month_start = u.day - 19;
  used(LIMIT_MONTHLY_ENERGY, 12);
  ck_assert_str_eq(told,
                   "this month's 10 kWh are used up (12.00 kWh so far)\n");
  /* but at a month's end a clock that goes back is none */
  u.month_start = ++u.day;
  used(LIMIT_MONTHLY_ENERGY, 8);
  ck_assert_str_ne(told, "");
  u.day--;
  u.month_start = u.day - 29;
  used(LIMIT_MONTHLY_ENERGY, 12);
  ck_assert_str_eq(told, "");
}
END_TEST

/* The ledger believes an earlier day after a day of it. */
START_TEST(a_clock_that_was_a_week_ahead_is_forgotten_too) {
  const char *lines[] = {"DailyEnergy 10", NULL};
  COMPLAINTS(c);

  setup(lines, &c);
  u.day += 7;
  used(LIMIT_DAILY_ENERGY, 8);
  told[0] = '\0';
  u.day -= 7;
  used(LIMIT_DAILY_ENERGY, 12);
  ck_assert_str_eq(told, "today's 10 kWh are used up (12.00 kWh so far)\n");
}
END_TEST

START_TEST(mistakes_are_named) {
  static const struct {
    const char *lines[4];
    const char *text;
  } rows[] = {
      {{"Forecast true"},
       "<Plugin kasa>: <Limits> limits nothing: it needs "
       "DailyEnergy, DailyCost, MonthlyEnergy or "
       "MonthlyCost"},
      {{"DailyCost 5", "At 0 50"},
       "<Plugin kasa>: <Limits>: option At expects at most 16 percentages from "
       "1 to 1000, like 75 90 100, found 0 50"},
      {{"DailyCost 5", "DailyCosts 5"},
       "<Plugin kasa>: <Limits>: unknown option DailyCosts, did you mean "
       "DailyCost?"},
      {{"DailyCost -3"},
       "<Plugin kasa>: <Limits>: option DailyCost expects a number from 0.001 "
       "to 1000000000, found -3"},
  };
  COMPLAINTS(c);

  setup(rows[_i].lines, &c);
  ck_assert_uint_eq(c.num, 1); /* one line for one mistake */
  if (rows[_i].text != NULL)
    ck_assert_str_eq(c.last, rows[_i].text);
}
END_TEST

/* Not half of them: 100 % would never be told. */
START_TEST(steps_with_a_mistake_are_the_default_ones) {
  const char *lines[] = {"DailyEnergy 10", "At 50 x 100", NULL};
  COMPLAINTS(c);

  setup(lines, &c);
  ck_assert_uint_eq(c.num, 1);
  ck_assert_uint_eq(s.steps_num, 3);
  ck_assert_double_eq(s.steps[0], 75);
  ck_assert_double_eq(s.steps[2], 100);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_test(t, steps_with_a_mistake_are_the_default_ones);
  tcase_add_test(t, each_step_is_told_once_a_day);
  tcase_add_test(t, a_restart_tells_nothing_again);
  tcase_add_test(t, the_forecast_is_told_once_a_month);
  tcase_add_test(t, a_new_day_is_told_where_asked_for);
  tcase_add_test(t, a_clock_that_goes_back_tells_nothing_again);
  tcase_add_test(t, a_clock_that_was_years_ahead_is_forgotten);
  tcase_add_test(t, a_clock_that_was_a_week_ahead_is_forgotten_too);
  tcase_add_test(t, a_limit_that_was_raised_is_told_again);
  tcase_add_test(t, what_an_older_version_kept_is_read);
  tcase_add_test(t, a_month_that_begins_earlier_is_told_of_at_once);
  tcase_add_loop_test(t, mistakes_are_named, 0, 4);
}

int main(void) { return suite_run("limits", fill); }
