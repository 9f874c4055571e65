/* SPDX-License-Identifier: MIT */
/* What of a device is reported when: values of one series stay apart, as
 * collectd's writers may overtake one another. */
#include <config.h>

#include "base/loop.h"
#include "poll/options/options.h"
#include "poll/poll_report.h"

#include "../support/suite.h"

#include <string.h>

static struct poll_options options;
static struct poll_device device;
static struct poll_reporter reporter;
static unsigned told;

static void report(void *arg, const struct poll_device *k, unsigned parts) {
  (void)arg;
  (void)k;
  told = parts;
}

static void setup(void) {
  poll_options_init(&options);
  options.interval = 10;
  memset(&device, 0, sizeof(device));
  reporter = (struct poll_reporter){
      .loop = loop_create(NULL, NULL), .options = &options, .report = report};
  ck_assert_ptr_nonnull(reporter.loop);
}

static void teardown(void) {
  reported_name_forget(&device.report.name);
  loop_free(reporter.loop);
  poll_options_free(&options);
}

static unsigned poll_ended(bool up, unsigned parts) {
  told = 0;
  device.status.up = up;
  poll_report_send(&reporter, &device, parts);
  return told;
}

/* What was reported last was that long ago. */
static void pass(double seconds) {
  device.report.told_us -= (uint64_t)(seconds * 1e6);
}

START_TEST(energy_comes_with_each_reading) {
  for (int i = 0; i < 3; i++) {
    ck_assert(poll_ended(true, REPORT_STATE | REPORT_READING) & REPORT_ENERGY);
    pass(10);
  }
}
END_TEST

START_TEST(energy_comes_with_the_state_of_what_is_away) {
  poll_ended(true, REPORT_STATE | REPORT_READING);
  pass(10);
  ck_assert(poll_ended(false, REPORT_STATE) & REPORT_ENERGY);
}
END_TEST

START_TEST(energy_comes_once_where_a_reading_follows_at_once) {
  unsigned parts;

  poll_ended(false, REPORT_STATE);
  parts = poll_ended(true, REPORT_STATE | REPORT_READING);
  ck_assert(parts & REPORT_READING);
  ck_assert(!(parts & (REPORT_STATE | REPORT_ENERGY)));
  pass(10);
  parts = poll_ended(true, REPORT_STATE | REPORT_READING);
  ck_assert(parts & REPORT_STATE && parts & REPORT_ENERGY);
}
END_TEST

/* Polls of one second may end late and soon after one another. */
START_TEST(a_late_reading_takes_no_energy_from_the_next) {
  poll_ended(true, REPORT_STATE | REPORT_READING);
  ck_assert(poll_ended(true, REPORT_STATE | REPORT_READING) & REPORT_ENERGY);
  ck_assert(!(poll_ended(false, REPORT_STATE) & REPORT_ENERGY));
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, energy_comes_with_each_reading);
  tcase_add_test(t, energy_comes_with_the_state_of_what_is_away);
  tcase_add_test(t, energy_comes_once_where_a_reading_follows_at_once);
  tcase_add_test(t, a_late_reading_takes_no_energy_from_the_next);
}

int main(void) { return suite_run("poll report", fill); }
