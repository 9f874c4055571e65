/* SPDX-License-Identifier: MIT */
/* One appliance as the plugin has it: what a cycle costs, and what is left of
 * it after a restart. */
#include <config.h>

#include "appliance/appliance.h"
#include "appliance/appliance_fields.h"
#include "appliance/appliance_state.h"

#include "../support/conf_build.h"
#include "../support/suite.h"

#include <math.h>
#include <time.h>

static struct appliance_settings s;
static struct appliance a;
static double at, wall, counter, price;
static char told[2000];
static enum appliance_news last_news;
static char meta[300]; /* of the latest message: "Energy=1.20 kWh;" */

static void hook(void *arg, enum appliance_news news, const char *text) {
  (void)arg;
  last_news = news;
  meta[0] = '\0';
  snprintf(told + strlen(told), sizeof(told) - strlen(told), "%s\n", text);
}

static void note_fields(const struct appliance_reading *r) {
  struct appliance_fields f;

  appliance_fields_fill(&f, &a, &s, r, last_news);
  for (unsigned i = 0; i < f.num; i++)
    snprintf(meta + strlen(meta), sizeof(meta) - strlen(meta), "%s=%s;",
             f.field[i].name, f.field[i].value);
}

static void setup(const char *kind) {
  struct option_reporter reporter = {0};
  struct conf_item *block = conf_new("Appliance");

  put_string(block, "Kind", kind);
  appliance_settings_read(&s, block, "<Appliance>", &reporter);
  conf_free(block);
  a = (struct appliance){0};
  at = 1000;
  wall = 1.8e9;
  counter = 5000;
  price = 0.3;
  told[0] = '\0';
}

static void hold(double watts, double seconds) {
  for (double end = at + seconds; at < end; at += 15, wall += 15) {
    struct appliance_reading r = {.at = at,
                                  .watts = watts,
                                  .counter_wh = counter,
                                  .interval_s = 15,
                                  .wall = wall,
                                  .price = price,
                                  .currency = "EUR",
                                  .decimals = 2};

    size_t before = strlen(told);

    appliance_add(&a, &s, &spike_defaults, &r, hook, NULL);
    if (strlen(told) > before)
      note_fields(&r);
    counter += watts * 15 / 3600;
  }
}

/* The daemon is away for so long; the counter goes on at watts. The new
 * clock has nothing to do with the old one. */
static void restart(double seconds, double watts) {
  char *text =
      appliance_state_write(&a, (struct appliance_clocks){at - 15, wall - 15});

  ck_assert_ptr_nonnull(text);
  ck_assert_uint_lt(strlen(text), 16384);
  at = 77;
  wall += seconds;
  counter += watts * seconds / 3600;
  a = (struct appliance){0};
  ck_assert(
      appliance_state_read(&a, text, (struct appliance_clocks){at, wall}));
  free(text);
}

START_TEST(a_cycle_says_what_it_cost) {
  setup("washer");
  hold(1, 600);
  hold(1200, 3600);
  hold(1, 1200);
  ck_assert_str_eq(told, "finished: 1 h, 1.20 kWh, 0.36 EUR\n");
  ck_assert_double_eq_tol(a.last_cost, a.last_kwh * 0.3, 1e-9);
}
END_TEST

/* What programs read beside the text. */
START_TEST(a_message_has_its_figures_as_metadata) {
  setenv("TZ", "CET-1", 1);
  tzset();
  setup("washer");
  hold(1, 600);
  hold(1200, 3600);
  hold(1, 1200);
  /* 1.8e9 is 2027-01-15T08:00:00Z; the last busy reading 4185 s later */
  ck_assert_str_eq(meta, "Duration=1 h;Energy=1.20 kWh;Cost=0.36 EUR;"
                         "End=2027-01-15T10:09:45+01:00;");
  setup("washer");
  price = NAN;
  hold(1200, 3600);
  hold(1, 1200);
  ck_assert_str_eq(meta, "Duration=1 h;Energy=1.20 kWh;"
                         "End=2027-01-15T09:59:45+01:00;");
  hold(1200, 5 * 3600);
  ck_assert_str_eq(meta, "Kind=washer;Reason=MaxDuration;");
  hold(1, 1200);
  ck_assert_str_eq(meta, "Kind=washer;");
}
END_TEST

/* Not that of a pump or a lamp since, which are no cycles. */
START_TEST(what_waits_to_be_unloaded_has_the_end_of_its_cycle) {
  setenv("TZ", "CET-1", 1);
  tzset();
  setup("washer");
  s.remind_s = 3600;
  hold(1200, 3600);
  hold(1, 1200);
  hold(15, 120);
  hold(1, 3600);
  ck_assert_ptr_nonnull(strstr(told, "has not been unloaded"));
  ck_assert_str_eq(meta, "Kind=washer;End=2027-01-15T09:59:45+01:00;");
}
END_TEST

START_TEST(a_warning_says_which_option_it_is_about) {
  setup("freezer");
  for (unsigned i = 0; i < 25; i++) {
    hold(0, 3300);
    hold(158, 540);
  }
  hold(0, 4 * 3600);
  ck_assert_str_eq(meta, "Kind=freezer;Reason=ExpectEvery;");
  hold(158, 9000);
  ck_assert_str_eq(meta, "Kind=freezer;Reason=MaxRun;");
  hold(900, 60);
  ck_assert_str_eq(meta, "Kind=freezer;Power=900 W;Usual=153 W;");
}
END_TEST

START_TEST(the_price_may_change_within) {
  setup("washer");
  hold(1200, 1800);
  price = 0.5;
  hold(1200, 1800);
  hold(1, 1200);
  ck_assert_double_eq_tol(a.last_cost, 0.6 * 0.3 + 0.6 * 0.5, 0.01);
}
END_TEST

START_TEST(without_a_price_there_is_no_cost) {
  setup("washer");
  price = NAN;
  hold(1200, 1800);
  price = 0.3;
  hold(1200, 1800);
  hold(1, 1200);
  ck_assert_str_eq(told, "finished: 1 h, 1.20 kWh\n");
  hold(1200, 3600); /* the next one has */
  hold(1, 1200);
  ck_assert_str_eq(told, "finished: 1 h, 1.20 kWh\n"
                         "finished: 1 h, 1.20 kWh, 0.36 EUR\n");
}
END_TEST

START_TEST(a_cycle_goes_on_over_a_short_restart) {
  setup("washer");
  hold(1200, 1800);
  restart(120, 1200);
  hold(1200, 1680);
  hold(1, 1200);
  ck_assert_str_eq(told, "finished: 1 h, 1.20 kWh, 0.36 EUR\n");
}
END_TEST

START_TEST(the_counter_tells_that_it_went_on_over_a_long_one) {
  setup("washer");
  hold(1200, 1800);
  restart(1200, 1200);
  hold(1200, 600);
  hold(1, 1200);
  ck_assert_str_eq(told, "finished: 1 h, 1.20 kWh, 0.36 EUR\n");
}
END_TEST

START_TEST(else_it_ended_when_it_was_last_seen) {
  setup("washer");
  hold(1200, 1800);
  restart(3600, 0);
  hold(1, 300);
  ck_assert_str_eq(told, "finished: 30 min, 0.59 kWh, 0.18 EUR\n");
}
END_TEST

START_TEST(what_was_learned_and_told_stays) {
  setup("freezer");
  for (unsigned i = 0; i < 25; i++) {
    hold(0, 3300);
    hold(158, 540);
  }
  restart(60, 0);
  ck_assert_uint_eq(a.watch.runs.seen, 24);
  ck_assert_double_eq_tol(history_quantile(&a.watch.pauses, 0.95), 3300, 30);
  ck_assert_double_eq_tol(spike_usual(&a.spike), 158, 7);
  hold(0, 4 * 3600);
  ck_assert_ptr_nonnull(strstr(told, "has not started for 2 h 4"));
  told[0] = '\0';
  restart(60, 0);
  hold(0, 3600);
  ck_assert_str_eq(told, ""); /* not again */
  hold(158, 540);
  ck_assert_str_eq(told, "has started again\n");
}
END_TEST

/* For reports, which know no configuration. */
START_TEST(it_is_kept_whether_it_is_a_cold_kind) {
  static const char *const kinds[] = {"freezer", "fridge", "washer"};

  setup(kinds[_i]);
  hold(1, 60);
  restart(60, 1);
  ck_assert_int_eq(a.cold, _i < 2);
}
END_TEST

START_TEST(nonsense_is_refused) {
  static const char *const texts[] = {
      "",
      "other 1 2 3",
      "appliance 1",
      "appliance 1 nan 5\n",
  };

  setup("washer");
  for (int i = 0; i < ROWS(texts); i++)
    ck_assert(
        !appliance_state_read(&a, texts[i], (struct appliance_clocks){10, 20}));
  ck_assert(appliance_state_read(
      &a,
      "appliance 1 5 6\nhour 99\nday 8\ncount 9 1 1\ncount 1 96 1\n"
      "hour_of 24 1 1 1\nruns 7 -1 x\nnews from later\nstarts -1\nrunning",
      (struct appliance_clocks){10, 20}));
  ck_assert_uint_eq(a.usage.hour, 0);
  ck_assert_uint_eq(a.spike.day, 0);
  ck_assert_uint_eq(a.watch.runs.num, 0);
}
END_TEST

START_TEST(it_is_small) { ck_assert_uint_le(sizeof(struct appliance), 4096); }
END_TEST

static void fill(TCase *t) {
  tcase_add_test(t, a_cycle_says_what_it_cost);
  tcase_add_test(t, a_message_has_its_figures_as_metadata);
  tcase_add_test(t, what_waits_to_be_unloaded_has_the_end_of_its_cycle);
  tcase_add_test(t, a_warning_says_which_option_it_is_about);
  tcase_add_test(t, the_price_may_change_within);
  tcase_add_test(t, without_a_price_there_is_no_cost);
  tcase_add_test(t, a_cycle_goes_on_over_a_short_restart);
  tcase_add_test(t, the_counter_tells_that_it_went_on_over_a_long_one);
  tcase_add_test(t, else_it_ended_when_it_was_last_seen);
  tcase_add_test(t, what_was_learned_and_told_stays);
  tcase_add_loop_test(t, it_is_kept_whether_it_is_a_cold_kind, 0, 3);
  tcase_add_test(t, nonsense_is_refused);
  tcase_add_test(t, it_is_small);
}

int main(void) { return suite_run("appliance", fill); }
