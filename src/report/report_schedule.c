/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "report/report_schedule.h"

#include "energy/calendar.h"

#include <stdbool.h>

static bool is_due(const struct report_schedule *s, int day) {
  int year;
  unsigned month, mday, last;

  if (s->kind == REPORT_WEEK)
    return calendar_weekday(day) == s->day;
  if (s->kind == REPORT_DAY)
    return true;
  calendar_date_of(day, &year, &month, &mday);
  last = calendar_month_days(year, month);
  return mday == (s->day < last ? s->day : last);
}

int64_t report_schedule_moment(const struct report_schedule *s, int day) {
  int64_t us = calendar_day_start(day);
  struct calendar_local local = calendar_local_of(us);

  while (local.day == day && local.second < s->minute * 60) {
    us = calendar_next(us, s->minute * 60);
    local = calendar_local_of(us);
  }
  return us;
}

int report_schedule_latest(const struct report_schedule *s, int64_t us) {
  int day = calendar_local_of(us).day;

  while (!is_due(s, day) || report_schedule_moment(s, day) > us)
    day--;
  return day;
}

int report_schedule_next(const struct report_schedule *s, int day) {
  do
    day++;
  while (!is_due(s, day));
  return day;
}
