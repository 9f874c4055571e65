/* SPDX-License-Identifier: MIT */
/* Simulated time and the calendar. */
#include "clock.h"

#include <math.h>

void clock_init(struct clock *clock, double speed, double start_epoch,
                uint64_t now_ns) {
  *clock = (struct clock){speed, start_epoch, 0, now_ns};
}

double clock_elapsed(const struct clock *clock, uint64_t now_ns) {
  double real_s = (double)(now_ns - clock->started_ns) / 1e9;
  return real_s * clock->speed + clock->jumped_s;
}

struct tm clock_calendar(const struct clock *clock, double elapsed,
                         double offset_s) {
  time_t when = (time_t)floor(clock->start_epoch + elapsed + offset_s);
  struct tm tm = {0};
  localtime_r(&when, &tm);
  return tm;
}

double clock_day_end(const struct clock *clock, double elapsed,
                     double offset_s) {
  struct tm tm = clock_calendar(clock, elapsed, offset_s);
  tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
  tm.tm_mday++;
  tm.tm_isdst = -1;
  double end = (double)mktime(&tm) - clock->start_epoch - offset_s;
  return end > elapsed ? end : elapsed + 1;
}

/* Counts from March, so that the leap day is the last of its year. */
int64_t day_number(int64_t year, int64_t month, int64_t day) {
  int64_t y = month <= 2 ? year - 1 : year;
  int64_t m = month <= 2 ? month + 9 : month - 3;
  int64_t era = (y >= 0 ? y : y - 399) / 400;
  int64_t of_era = y - era * 400;
  int64_t of_year = (153 * m + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
         719468;
}

int days_in_month(int64_t year, int64_t month) {
  int64_t next =
      month == 12 ? day_number(year + 1, 1, 1) : day_number(year, month + 1, 1);
  return (int)(next - day_number(year, month, 1));
}
