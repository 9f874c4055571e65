/* SPDX-License-Identifier: MIT */
/* When a report is due: by the clock on the wall, whatever that does. */
#include <config.h>

#include "report/report_schedule.h"

#include "energy/calendar.h"

#include "../support/suite.h"

#include <stdlib.h>
#include <time.h>

static int day_of(const char *date) {
  int day = 0;

  ck_assert(calendar_parse_date(date, &day));
  return day;
}

static const struct {
  const char *date;
  unsigned minute;
  const char *moment;
} moments[] = {
    {"2026-11-29", 7 * 60 + 30, "2026-11-29T07:30:00+01:00"},
    {"2026-07-01", 7 * 60 + 30, "2026-07-01T07:30:00+02:00"},
    {"2026-11-29", 0, "2026-11-29T00:00:00+01:00"},
    {"2026-11-29", 23 * 60 + 59, "2026-11-29T23:59:00+01:00"},
    /* the hour that is not there */
    {"2026-03-29", 60 + 59, "2026-03-29T01:59:00+01:00"},
    {"2026-03-29", 2 * 60, "2026-03-29T03:00:00+02:00"},
    {"2026-03-29", 2 * 60 + 30, "2026-03-29T03:00:00+02:00"},
    {"2026-03-29", 3 * 60 + 1, "2026-03-29T03:01:00+02:00"},
    {"2026-03-29", 7 * 60 + 30, "2026-03-29T07:30:00+02:00"},
    /* the hour that is there twice */
    {"2026-10-25", 2 * 60 + 30, "2026-10-25T02:30:00+02:00"},
    {"2026-10-25", 3 * 60 + 30, "2026-10-25T03:30:00+01:00"},
    {"2026-10-25", 7 * 60 + 30, "2026-10-25T07:30:00+01:00"},
    {"2028-02-29", 7 * 60 + 30, "2028-02-29T07:30:00+01:00"},
};

START_TEST(test_moment) {
  struct report_schedule s = {.minute = moments[_i].minute};
  char moment[CALENDAR_MOMENT_SIZE];

  calendar_format_moment(report_schedule_moment(&s, day_of(moments[_i].date)),
                         moment);
  ck_assert_str_eq(moment, moments[_i].moment);
}
END_TEST

static const struct {
  enum report_kind kind;
  unsigned day;
  const char *at, *latest, *next;
} days[] = {
    {REPORT_DAY, 0, "2026-11-29T07:29:59+01:00", "2026-11-28", "2026-11-29"},
    {REPORT_DAY, 0, "2026-11-29T07:30:00+01:00", "2026-11-29", "2026-11-30"},
    {REPORT_WEEK, 0, "2026-11-29T12:00:00+01:00", "2026-11-23", "2026-11-30"},
    {REPORT_WEEK, 6, "2026-11-29T07:00:00+01:00", "2026-11-22", "2026-11-29"},
    {REPORT_MONTH, 1, "2026-11-29T12:00:00+01:00", "2026-11-01", "2026-12-01"},
    {REPORT_MONTH, 31, "2026-11-30T12:00:00+01:00", "2026-11-30", "2026-12-31"},
    {REPORT_MONTH, 30, "2028-02-28T12:00:00+01:00", "2028-01-30", "2028-02-29"},
    {REPORT_MONTH, 29, "2027-02-28T12:00:00+01:00", "2027-02-28", "2027-03-29"},
    /* of the whole day, not of its 24 hours */
    {REPORT_DAY, 0, "2026-03-29T07:30:00+02:00", "2026-03-29", "2026-03-30"},
    {REPORT_DAY, 0, "2026-10-25T07:29:00+01:00", "2026-10-24", "2026-10-25"},
};

START_TEST(test_days) {
  struct report_schedule s = {
      .kind = days[_i].kind, .minute = 7 * 60 + 30, .day = days[_i].day};
  char date[CALENDAR_DATE_SIZE];
  int64_t us = 0;
  int latest;

  ck_assert(calendar_parse_moment(days[_i].at, &us));
  latest = report_schedule_latest(&s, us);
  calendar_format_date(latest, date);
  ck_assert_str_eq(date, days[_i].latest);
  calendar_format_date(report_schedule_next(&s, latest), date);
  ck_assert_str_eq(date, days[_i].next);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_loop_test(t, test_moment, 0, ROWS(moments));
  tcase_add_loop_test(t, test_days, 0, ROWS(days));
}

int main(void) {
  setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
  tzset();
  return suite_run("report_schedule", fill);
}
