/* SPDX-License-Identifier: MIT */
/* What a machine takes when it does nothing, week after week. */
#include <config.h>

#include "appliance/appliance.h"
#include "appliance/appliance_state.h"

#include "../support/conf_build.h"
#include "../support/suite.h"

#include <math.h>

static struct standby s;
static double at;
static char told[2000];

static void setup(void) {
  s = (struct standby){0};
  at = 500;
  told[0] = '\0';
}

static void days(unsigned num, double watts) {
  for (unsigned i = 0; i < num * 24; i++, at += 3600) {
    char text[STANDBY_TEXT_SIZE];

    if (standby_add(&s, at, watts, text) != STANDBY_NOTHING)
      snprintf(told + strlen(told), sizeof(told) - strlen(told), "%s\n", text);
  }
}

#define CREPT                                                                  \
  "takes 7.0 W when it does nothing, for a week now; 4.0 W in the weeks "      \
  "before\n"

START_TEST(more_for_a_week_is_told_once_and_over_when_it_is_back) {
  setup();
  days(29, 4);
  days(3, 7); /* no median yet */
  ck_assert_str_eq(told, "");
  days(4, 7);
  ck_assert_str_eq(told, CREPT);
  days(10, 7);
  ck_assert_str_eq(told, CREPT);
  days(3, 4.5);
  ck_assert_str_eq(told, CREPT);
  days(2, 4.5);
  ck_assert_str_eq(told, CREPT "takes 4.5 W again when it does nothing\n");
}
END_TEST

START_TEST(after_four_weeks_it_is_the_usual) {
  setup();
  days(29, 4);
  days(60, 7);
  ck_assert_str_eq(told, CREPT "still takes 7.0 W when it does nothing; this "
                               "is its usual now\n");
}
END_TEST

/* the days, what they were, what they are */
static const double silent[][3] = {
    {29, 4, 5.9},   /* not 2 W */
    {29, 20, 24.5}, /* not a quarter */
    {12, 4, 9},     /* nobody knows what was usual */
    {29, 9, 4},     /* less */
};

START_TEST(little_or_unknown_is_silent) {
  setup();
  days((unsigned)silent[_i][0], silent[_i][1]);
  days(7, silent[_i][2]);
  ck_assert_str_eq(told, "");
}
END_TEST

START_TEST(days_that_are_not_known_count_for_nothing) {
  setup();
  days(29, 4);
  days(20, NAN);
  days(3, 7);
  ck_assert_str_eq(told, "");
  at += 40 * 86400.0; /* away */
  days(1, 7);
  ck_assert_str_eq(told, CREPT);
}
END_TEST

/* -- the whole: from readings, over a restart -- */

static struct appliance a;
static struct appliance_settings settings;

static void hook(void *arg, enum appliance_news news, const char *text) {
  (void)arg;
  if (news == APPLIANCE_STANDBY || news == APPLIANCE_STANDBY_OVER)
    snprintf(told + strlen(told), sizeof(told) - strlen(told), "%s\n", text);
}

/* hours of work at the beginning of each day */
static void live(unsigned num, double watts, double hours) {
  for (double second = 0; second < num * 86400.0; second += 60, at += 60) {
    struct appliance_reading r = {
        .at = at,
        .watts = fmod(second, 86400) < hours * 3600 ? 1000 : watts,
        .counter_wh = NAN,
        .interval_s = 60,
        .wall = NAN,
        .price = NAN};

    appliance_add(&a, &settings, NULL, &r, hook, NULL);
  }
}

static void setup_whole(void) {
  struct conf_item *block = conf_new("Appliance");
  struct option_reporter reporter = {0};

  setup();
  appliance_settings_read(&settings, block, "<Appliance>", &reporter);
  conf_free(block);
  a = (struct appliance){0};
}

START_TEST(readings_make_days_and_a_restart_keeps_them) {
  char *text;

  setup_whole();
  live(30, 4, 3);
  live(2, 7, 3);
  text = appliance_state_write(&a, (struct appliance_clocks){at, at});
  a = (struct appliance){0};
  ck_assert(
      appliance_state_read(&a, text, (struct appliance_clocks){at, at + 60}));
  free(text);
  live(1, 7, 3);
  ck_assert_str_eq(told, "");
  live(4, 7, 3);
  ck_assert_str_eq(told, CREPT);
}
END_TEST

START_TEST(a_heater_that_never_rests_has_no_standby) {
  setup_whole();
  live(30, 0, 6);
  live(10, 0, 24);
  ck_assert_str_eq(told, "");
}
END_TEST

static void fill(TCase *t) {
  tcase_add_test(t, more_for_a_week_is_told_once_and_over_when_it_is_back);
  tcase_add_test(t, after_four_weeks_it_is_the_usual);
  tcase_add_loop_test(t, little_or_unknown_is_silent, 0, ROWS(silent));
  tcase_add_test(t, days_that_are_not_known_count_for_nothing);
  tcase_add_test(t, readings_make_days_and_a_restart_keeps_them);
  tcase_add_test(t, a_heater_that_never_rests_has_no_standby);
}

int main(void) { return suite_run("standby", fill); }
