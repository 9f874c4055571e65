/* SPDX-License-Identifier: MIT */
/* What the meters of SMART devices say, one answer at a time. */
#include <config.h>

#include "device/smart/smart_meter.h"

#include "../support/suite.h"

#include <stdio.h>
#include <string.h>

static struct device d;

/* What get_energy_usage with that time brings. */
static void take(const char *local_time) {
  char text[128];
  struct json doc;
  struct progress p = {0};
  struct value_source s = {
      .d = &d, .p = &p, .now = &d.now, .doc = &doc, .method = "get"};

  d = (struct device){.date = 1, .seconds_to_midnight = 1};
  snprintf(text, sizeof(text), "{\"local_time\":%s,\"today_energy\":3}",
           local_time);
  json_init(&doc);
  s.object = json_parse(&doc, text, strlen(text));
  ck_assert_msg(s.object != 0, "%s", text);
  smart_energy(&s);
  json_free(&doc);
}

static const struct {
  const char *local_time;
  unsigned date, seconds;
  bool today; /* its days are some */
} clocks[] = {
    {"\"2026-03-02 10:00:00\"", 20260302, 50400, true},
    {"\"2026-12-31 23:59:59\"", 20261231, 1, true},
    {"\"2026-03-02 00:00:00 CET\"", 20260302, 86400, true},
    {"\"2026-3-2 1:2:3\"", 20260302, 82677, true},
    {"\"2013-01-01 00:00:00\"", 20130101, 86400, true},
    /* a device that lost power without a network */
    {"\"1970-01-01 00:00:10\"", 0, 0, false},
    {"\"2012-12-31 23:59:59\"", 0, 0, false},
    {"\"2100-01-01 00:00:00\"", 0, 0, false},
    {"\"2026\"", 0, 0, true},
    {"\"20260302\"", 0, 0, true},
    {"\"2026-03-02\"", 0, 0, true},
    {"\"2026-03-02 10:00\"", 0, 0, true},
    {"\"2026-03-02 10:00:\"", 0, 0, true},
    {"\"2026/03/02 10:00:00\"", 0, 0, true},
    {"\"2026-13-02 10:00:00\"", 0, 0, true},
    {"\"2026-00-02 10:00:00\"", 0, 0, true},
    {"\"2026-03-32 10:00:00\"", 0, 0, true},
    {"\"2026-03-02 24:00:00\"", 0, 0, true},
    {"\"2026-03-02 10:60:00\"", 0, 0, true},
    {"\"2026-03-02 10:00:60\"", 0, 0, true},
    {"\"time not sync\"", 0, 0, true},
    {"\"\"", 0, 0, true},
    {"null", 0, 0, true},
    {"5", 0, 0, true},
};

START_TEST(the_clock_is_read_or_nothing_is) {
  take(clocks[_i].local_time);
  ck_assert_msg(d.date == clocks[_i].date &&
                    d.seconds_to_midnight == clocks[_i].seconds &&
                    reading_has(&d.now, Q_KWH_TODAY) == clocks[_i].today,
                "%s: %u, %u", clocks[_i].local_time, d.date,
                d.seconds_to_midnight);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_loop_test(t, the_clock_is_read_or_nothing_is, 0, ROWS(clocks));
}

int main(void) { return suite_run("smart_meter", fill); }
