/* SPDX-License-Identifier: MIT */
/* A machine that has finished and waits for somebody: what is a hand at its
 * door, and what it does by itself. */
#include <config.h>

#include "appliance/appliance.h"
#include "appliance/appliance_state.h"

#include "../support/conf_build.h"
#include "../support/suite.h"

#include <math.h>

static struct appliance_settings s;
static struct appliance a;
static double at;
static char told[2000];

static void hook(void *arg, enum appliance_news news, const char *text) {
  (void)arg;
  if (news == APPLIANCE_WAITS || news == APPLIANCE_UNLOADED)
    snprintf(told + strlen(told), sizeof(told) - strlen(told), "%s\n", text);
}

static void setup(const char *kind, const char *remind) {
  struct option_reporter reporter = {0};
  struct conf_item *block = conf_new("Appliance");

  put_string(block, "Kind", kind);
  if (remind != NULL)
    put_string(block, "RemindAfter", remind);
  ck_assert_uint_eq(
      appliance_settings_read(&s, block, "<Appliance>", &reporter), 0);
  conf_free(block);
  a = (struct appliance){0};
  at = 1000;
  told[0] = '\0';
}

/* now one, now the other, each for so many readings of 15 s */
static void flicker(double one, double other, unsigned first, unsigned then,
                    double seconds) {
  double end = at + seconds;

  for (unsigned i = 0; at < end; i++, at += 15) {
    struct appliance_reading r = {.at = at,
                                  .watts =
                                      i % (first + then) < first ? one : other,
                                  .counter_wh = NAN,
                                  .interval_s = 15,
                                  .wall = NAN,
                                  .price = NAN};

    appliance_add(&a, &s, NULL, &r, hook, NULL);
  }
}

static void hold(double watts, double seconds) {
  flicker(watts, watts, 1, 1, seconds);
}

static void restart(double seconds) {
  char *text = appliance_state_write(&a, (struct appliance_clocks){at, at});

  a = (struct appliance){0};
  at += seconds;
  ck_assert(appliance_state_read(&a, text, (struct appliance_clocks){at, at}));
  free(text);
}

#define WAITS "finished 30 min ago and has not been unloaded since\n"

START_TEST(it_waits_is_said_once_until_the_door_is_opened) {
  setup("washer", "30m");
  hold(1000, 3600);
  hold(1.9, 1700);
  ck_assert_str_eq(told, "");
  hold(1.9, 4 * 3600);
  ck_assert_str_eq(told, WAITS);
  hold(0.2, 120);
  ck_assert_str_eq(told, WAITS);
  hold(0.2, 300);
  ck_assert_str_eq(told, WAITS "has been unloaded\n");
  hold(1.9, 3600);
  ck_assert_str_eq(told, WAITS "has been unloaded\n");
}
END_TEST

START_TEST(who_is_quick_hears_nothing) {
  setup("washer", "30m");
  hold(1000, 3600);
  hold(1.9, 900);
  hold(0.2, 7200);
  ck_assert_str_eq(told, "");
}
END_TEST

START_TEST(nobody_is_reminded_unasked) {
  setup("washer", NULL);
  hold(1000, 3600);
  hold(1.9, 7200);
  ck_assert_str_eq(told, "");
}
END_TEST

START_TEST(what_it_does_by_itself_is_no_hand) {
  setup("dryer", "30m");
  hold(2000, 3600);
  flicker(250, 3, 1, 25, 3 * 3600); /* the drum against creases */
  ck_assert_str_eq(told, WAITS);
  hold(100, 180); /* a pump, too short for a cycle */
  flicker(2, 4, 3, 3, 3 * 3600);
  ck_assert_str_eq(told, WAITS);
}
END_TEST

START_TEST(the_next_load_is_a_hand) {
  setup("washer", "30m");
  hold(1000, 3600);
  hold(1.9, 3600);
  hold(1000, 240);
  ck_assert_str_eq(told, WAITS);
  hold(1000, 120);
  ck_assert_str_eq(told, WAITS "has been started again\n");
  hold(1000, 600);
  hold(1.9, 3600);
  ck_assert_str_eq(told, WAITS "has been started again\n" WAITS);
}
END_TEST

START_TEST(a_restart_neither_repeats_nor_recovers) {
  setup("washer", "30m");
  hold(1000, 3600);
  hold(1.9, 900);
  restart(60);
  hold(1.9, 1800);
  ck_assert_str_eq(told, WAITS);
  restart(3600);
  hold(1.9, 3600);
  ck_assert_str_eq(told, WAITS);
  restart(60);
  hold(0.2, 600);
  ck_assert_str_eq(told, WAITS "has been unloaded\n");
}
END_TEST

static void fill(TCase *t) {
  tcase_add_test(t, it_waits_is_said_once_until_the_door_is_opened);
  tcase_add_test(t, who_is_quick_hears_nothing);
  tcase_add_test(t, nobody_is_reminded_unasked);
  tcase_add_test(t, what_it_does_by_itself_is_no_hand);
  tcase_add_test(t, the_next_load_is_a_hand);
  tcase_add_test(t, a_restart_neither_repeats_nor_recovers);
}

int main(void) { return suite_run("unloading", fill); }
