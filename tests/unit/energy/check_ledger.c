/* SPDX-License-Identifier: MIT */
/* The ledger with a clock in the test's hands. */
#include <config.h>

#include "energy/ledger/ledger.h"
#include "energy/ledger/ledger_disk.h"

#include "../support/suite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct ledger *ledger;

static struct ledger_now at(const char *moment) {
  int64_t us = 0;

  ck_assert(calendar_parse_moment(moment, &us));
  return (struct ledger_now){.steady_us = us, .wall_us = us};
}

static void start_with(unsigned billing_day) {
  struct ledger_options options = {.billing_day = billing_day};

  setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
  tzset();
  ledger = ledger_create(&options);
}

static void start(void) { start_with(1); }

static void end(void) { ledger_free(ledger); }

static struct ledger_meter *plug(const char *id, const char *name,
                                 struct counter *c, struct ledger_now now) {
  struct ledger_meter *m = ledger_meter(ledger, id, 0, "HS110", false, c, now);

  ledger_name(ledger, m, name, "");
  return m;
}

static void total(struct ledger_meter *m, struct counter *c, double wh,
                  struct ledger_now now) {
  counter_add_total(c, wh, (uint64_t)now.steady_us);
  ledger_book(ledger, m, c, c->from_us, 0, now);
}

static struct ledger_values values(struct ledger_meter *m,
                                   struct ledger_now now) {
  struct ledger_values v;

  ledger_values_of(ledger, m, now, &v);
  return v;
}

START_TEST(a_gap_is_spread_over_midnight) {
  struct ledger_now before = at("2026-01-15T23:30:00+01:00");
  struct ledger_now after = at("2026-01-16T00:30:00+01:00");
  struct counter c = {0};
  struct ledger_meter *m = plug("a", "Heater", &c, before);

  total(m, &c, 1000, before);
  total(m, &c, 1500, after);
  ck_assert_int_eq(values(m, after).today_mwh, 250000);
  ck_assert_int_eq(values(m, after).yesterday_mwh, 250000);
  ck_assert_int_eq(values(m, after).month_mwh, 500000);
  ck_assert_int_eq(values(m, after).counted_mwh, 1500000);
}
END_TEST

START_TEST(the_long_day_of_autumn_has_its_hour) {
  struct ledger_now before = at("2026-10-24T20:00:00+02:00");
  struct ledger_now after = at("2026-10-25T07:00:00+01:00");
  struct counter c = {0};
  struct ledger_meter *m = plug("a", "Heater", &c, before);

  total(m, &c, 0, before);
  total(m, &c, 6000, after);
  ck_assert_int_eq(values(m, after).today_mwh, 4000000);
  ck_assert_int_eq(values(m, after).yesterday_mwh, 2000000);
}
END_TEST

START_TEST(a_renamed_plug_leaves_its_energy_with_the_old_name) {
  struct ledger_now noon = at("2026-01-15T12:00:00+01:00");
  struct ledger_now evening = at("2026-01-15T18:00:00+01:00");
  struct counter c = {0};
  struct ledger_meter *m = plug("a", "Washer", &c, noon);

  total(m, &c, 5000, noon);
  ck_assert_int_eq(values(m, noon).counted_mwh, 5000000);
  ledger_name(ledger, m, "Dryer", "");
  total(m, &c, 5600, evening);
  ck_assert_int_eq(values(m, evening).counted_mwh, 600000);
  ledger_name(ledger, m, "Washer", "");
  ck_assert_int_eq(values(m, evening).counted_mwh, 5000000);
}
END_TEST

START_TEST(a_device_that_was_exchanged_goes_on_under_its_name) {
  struct ledger_now noon = at("2026-01-15T12:00:00+01:00");
  struct ledger_now later = at("2026-01-15T13:00:00+01:00");
  struct counter old = {0};
  struct counter new = {0};
  struct ledger_meter *m = plug("a", "Freezer", &old, noon);

  total(m, &old, 80000, noon);
  m = plug("b", "Freezer", &new, noon);
  total(m, &new, 120, noon);
  ck_assert_int_eq(values(m, noon).counted_mwh, 80000000);
  total(m, &new, 180, later);
  ck_assert_int_eq(values(m, later).counted_mwh, 80060000);
}
END_TEST

/* 12 kWh in the device's month, 2 of them today; since_kwh in its list of
 * days. */
static struct ledger_values seeded(struct ledger_now now, double since_kwh) {
  struct counter c = {0};
  struct ledger_meter *m = plug("a", "Heater", &c, now);

  total(m, &c, 80000, now);
  ledger_seed(ledger, m, &(struct ledger_statistics){2, 12, since_kwh}, now);
  return values(m, now);
}

START_TEST(a_new_meter_begins_with_what_the_device_knows) {
  struct ledger_values v = seeded(at("2026-01-20T12:00:00+01:00"), 0);

  ck_assert_int_eq(v.today_mwh, 2000000);
  ck_assert_int_eq(v.month_mwh, 12000000);
  ck_assert(!v.has_yesterday);
}
END_TEST

static void seed(struct ledger_meter *m, double today, double month,
                 const char *moment) {
  ledger_seed(ledger, m, &(struct ledger_statistics){today, month, 0},
              at(moment));
}

START_TEST(a_device_whose_clock_is_set_later_is_seeded_then) {
  struct counter c = {0};
  struct ledger_now noon = at("2026-01-20T12:00:00+01:00");
  struct ledger_meter *m = plug("a", "Heater", &c, noon);

  total(m, &c, 80000, noon);
  ck_assert(!values(m, noon).has_days);
  seed(m, NAN, NAN, "2026-01-20T12:00:00+01:00");
  ck_assert(values(m, noon).has_days);
  total(m, &c, 80500, at("2026-01-20T12:10:00+01:00"));
  seed(m, 2.5, 12.5, "2026-01-20T12:10:00+01:00");
  ck_assert_int_eq(values(m, noon).today_mwh, 2500000);
  ck_assert_int_eq(values(m, noon).month_mwh, 12500000);
  seed(m, 3, 13, "2026-01-20T12:20:00+01:00"); /* once */
  ck_assert_int_eq(values(m, noon).today_mwh, 2500000);
}
END_TEST

START_TEST(a_clock_that_is_set_the_next_day_comes_too_late) {
  struct counter c = {0};
  struct ledger_now noon = at("2026-01-20T12:00:00+01:00");
  struct ledger_now next = at("2026-01-21T12:00:00+01:00");
  struct ledger_meter *m = plug("a", "Heater", &c, noon);

  total(m, &c, 80000, noon);
  seed(m, NAN, NAN, "2026-01-20T12:00:00+01:00");
  total(m, &c, 80500, next);
  seed(m, 0.25, 12.5, "2026-01-21T12:00:00+01:00");
  ck_assert_int_eq(values(m, next).today_mwh, 250000);
  ck_assert_int_eq(values(m, next).month_mwh, 500000);
}
END_TEST

START_TEST(another_billing_day_takes_the_list_of_days) {
  struct ledger_now now = at("2026-01-28T12:00:00+01:00");

  end();
  start_with(15);
  ck_assert_uint_eq(ledger_seeds_since(ledger, now), 20260115);
  /* 13 days of 500 Wh, and today */
  ck_assert_int_eq(seeded(now, 8.5).month_mwh, 8500000);
}
END_TEST

START_TEST(a_billing_month_may_have_begun_in_another_month) {
  struct ledger_now now = at("2026-01-10T12:00:00+01:00");

  end();
  start_with(15);
  ck_assert_uint_eq(ledger_seeds_since(ledger, now), 20251215);
  /* 26 days of 500 Wh, and today; its own month is another one */
  ck_assert_int_eq(seeded(now, 15).month_mwh, 15000000);
}
END_TEST

START_TEST(without_lists_of_days_today_is_all_that_is_known) {
  end();
  start_with(15);
  ck_assert_int_eq(seeded(at("2026-01-10T12:00:00+01:00"), 0).month_mwh,
                   2000000);
}
END_TEST

START_TEST(the_billing_month_ends_on_its_day) {
  struct counter c = {0};
  struct ledger_meter *m;
  struct ledger_now now = at("2026-02-27T22:00:00+01:00");

  end();
  start_with(31); /* the last day of February */
  m = plug("a", "Heater", &c, now);
  total(m, &c, 1000, now);
  now = at("2026-02-28T02:00:00+01:00");
  total(m, &c, 1400, now); /* half before midnight */
  ck_assert_int_eq(values(m, now).month_mwh, 200000);
  now = at("2026-03-30T23:00:00+02:00");
  total(m, &c, 2400, now);
  ck_assert_int_eq(values(m, now).month_mwh, 1200000);
  now = at("2026-03-31T00:00:00+02:00");
  ck_assert_int_eq(values(m, now).month_mwh, 0); /* away, and yet it falls */
}
END_TEST

START_TEST(what_was_written_is_read_again) {
  struct ledger_now before = at("2026-01-15T12:10:00+01:00");
  struct ledger_now after = at("2026-01-15T15:10:00+01:00");
  char directory[] = "/tmp/check_ledger.XXXXXX";
  char why[LEDGER_DISK_WHY];
  char path[64];
  struct counter c = {0};
  struct ledger_meter *m;
  struct ledger_disk *disk;

  ck_assert_ptr_nonnull(mkdtemp(directory));
  m = plug("a", "Heater", &c, before);
  total(m, &c, 1000, before);
  total(m, &c, 1100, at("2026-01-15T12:20:00+01:00"));
  disk = ledger_disk_create(ledger, directory);
  ck_assert_int_eq(ledger_disk_load(disk, why), LEDGER_DISK_FRESH);
  ck_assert_int_eq(ledger_disk_save(disk, why), LEDGER_DISK_OK);
  ledger_disk_free(disk);
  end();
  start();
  c = (struct counter){0};
  disk = ledger_disk_create(ledger, directory);
  ck_assert_int_eq(ledger_disk_load(disk, why), LEDGER_DISK_OK);
  m = plug("a", "Heater", &c, after);
  total(m, &c, 1400, after); /* 300 Wh while nobody looked */
  ck_assert_int_eq(values(m, after).counted_mwh, 1400000);
  ck_assert_int_eq(values(m, after).today_mwh, 400000);
  ledger_disk_free(disk);
  snprintf(path, sizeof(path), "%s/energy.db", directory);
  unlink(path);
  rmdir(directory);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, start, end);
  tcase_add_test(t, a_gap_is_spread_over_midnight);
  tcase_add_test(t, the_long_day_of_autumn_has_its_hour);
  tcase_add_test(t, a_renamed_plug_leaves_its_energy_with_the_old_name);
  tcase_add_test(t, a_device_that_was_exchanged_goes_on_under_its_name);
  tcase_add_test(t, a_new_meter_begins_with_what_the_device_knows);
  tcase_add_test(t, a_device_whose_clock_is_set_later_is_seeded_then);
  tcase_add_test(t, a_clock_that_is_set_the_next_day_comes_too_late);
  tcase_add_test(t, another_billing_day_takes_the_list_of_days);
  tcase_add_test(t, a_billing_month_may_have_begun_in_another_month);
  tcase_add_test(t, without_lists_of_days_today_is_all_that_is_known);
  tcase_add_test(t, the_billing_month_ends_on_its_day);
  tcase_add_test(t, what_was_written_is_read_again);
}

int main(void) { return suite_run("ledger", fill); }
