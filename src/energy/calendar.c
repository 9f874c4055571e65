/* SPDX-License-Identifier: MIT */
/* Days, months and moments: see calendar.h. */
#include <config.h>

#include "energy/calendar.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DAY_SECONDS = 86400 };

static int64_t floor_div(int64_t a, int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

static int64_t seconds_of(int64_t us) { return floor_div(us, CALENDAR_SECOND); }

/* -- the zone -- */

struct calendar_local calendar_local_of(int64_t us) {
  time_t t = (time_t)seconds_of(us);
  struct tm tm = {0};
  int64_t local;
  int64_t day;

  localtime_r(&t, &tm);
  local = (int64_t)t + tm.tm_gmtoff;
  day = floor_div(local, DAY_SECONDS);
  return (struct calendar_local){.day = (int)day,
                                 .second =
                                     (unsigned)(local - day * DAY_SECONDS),
                                 .offset = (int)tm.tm_gmtoff};
}

static bool has_begun(int day, int64_t second) {
  return calendar_local_of(second * CALENDAR_SECOND).day >= day;
}

/* Mostly a guess is right at once; where clocks change at midnight, it is
 * searched for. */
int64_t calendar_day_start(int day) {
  int64_t utc = (int64_t)day * DAY_SECONDS;
  int64_t low = utc - 16 * 3600; /* not yet */
  int64_t high = utc + 16 * 3600;

  for (int i = 0; i < 2; i++) {
    int offset =
        calendar_local_of((i == 0 ? utc : low) * CALENDAR_SECOND).offset;
    int64_t guess = utc - offset;

    if (has_begun(day, guess) && !has_begun(day, guess - 1))
      return guess * CALENDAR_SECOND;
  }
  while (high - low > 1) {
    int64_t middle = low + (high - low) / 2;

    if (has_begun(day, middle))
      high = middle;
    else
      low = middle;
  }
  return high * CALENDAR_SECOND;
}

/* When the offset changes between two moments at which it differs. */
static int64_t change_between(int64_t from, int64_t to) {
  int before = calendar_local_of(from * CALENDAR_SECOND).offset;

  while (to - from > 1) {
    int64_t middle = from + (to - from) / 2;

    if (calendar_local_of(middle * CALENDAR_SECOND).offset == before)
      from = middle;
    else
      to = middle;
  }
  return to;
}

int64_t calendar_next(int64_t us, unsigned second) {
  struct calendar_local now = calendar_local_of(us);
  int64_t from = seconds_of(us);
  int64_t to = from + ((int64_t)second - now.second);

  if (calendar_local_of(to * CALENDAR_SECOND).offset != now.offset)
    to = change_between(from, to);
  return to * CALENDAR_SECOND;
}

/* -- dates; the algorithms count years from March -- */

int calendar_day_of(int year, unsigned month, unsigned mday) {
  int64_t y = month <= 2 ? (int64_t)year - 1 : year;
  int64_t era = floor_div(y, 400);
  int64_t of_era = y - era * 400;
  int64_t of_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 +
                    (int64_t)mday - 1;

  return (int)(era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
               of_year - 719468);
}

void calendar_date_of(int day, int *year, unsigned *month, unsigned *mday) {
  int64_t z = (int64_t)day + 719468;
  int64_t era = floor_div(z, 146097);
  int64_t of_era = z - era * 146097;
  int64_t years =
      (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
  int64_t shifted = (5 * of_year + 2) / 153;

  *mday = (unsigned)(of_year - (153 * shifted + 2) / 5 + 1);
  *month = (unsigned)(shifted < 10 ? shifted + 3 : shifted - 9);
  *year = (int)(years + era * 400 + (*month <= 2 ? 1 : 0));
}

const char *const calendar_weekdays[] = {"Mon", "Tue", "Wed", "Thu",
                                         "Fri", "Sat", "Sun", NULL};

unsigned calendar_weekday(int day) {
  int64_t since_monday = (int64_t)day + 3; /* 1970-01-01 was a Thursday */

  return (unsigned)(since_monday - 7 * floor_div(since_monday, 7));
}

static bool is_leap(int year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

unsigned calendar_month_days(int year, unsigned month) {
  static const unsigned char days[] = {31, 28, 31, 30, 31, 30,
                                       31, 31, 30, 31, 30, 31};

  return days[month - 1] + (month == 2 && is_leap(year) ? 1U : 0U);
}

unsigned calendar_year_days(int year) { return is_leap(year) ? 366 : 365; }

/* The Gregorian rule, in the form of Meeus, Jones and Butcher. */
int calendar_easter(int year) {
  int a = year % 19;
  int b = year / 100;
  int c = year % 100;
  int d = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
  int e = (32 + 2 * (b % 4) + 2 * (c / 4) - d - c % 4) % 7;
  int f = d + e - 7 * ((a + 11 * d + 22 * e) / 451) + 114;

  return calendar_day_of(year, (unsigned)(f / 31), (unsigned)(f % 31 + 1));
}

void calendar_format_date(int day, char out[CALENDAR_DATE_SIZE]) {
  int year;
  unsigned month;
  unsigned mday;

  calendar_date_of(day, &year, &month, &mday);
  snprintf(out, CALENDAR_DATE_SIZE, "%04d-%02u-%02u", year % 10000, month % 100,
           mday % 100);
}

/* Reads exactly so many digits. */
static bool digits(const char **text, unsigned count, unsigned *number) {
  *number = 0;
  for (; count > 0; count--, (*text)++) {
    if (!isdigit((unsigned char)**text))
      return false;
    *number = *number * 10 + (unsigned)(**text - '0');
  }
  return true;
}

static bool letter(const char **text, char wanted) {
  if (**text != wanted)
    return false;
  (*text)++;
  return true;
}

static bool parse_date(const char **text, int *day) {
  unsigned year;
  unsigned month;
  unsigned mday;

  if (!digits(text, 4, &year) || !letter(text, '-') ||
      !digits(text, 2, &month) || !letter(text, '-') ||
      !digits(text, 2, &mday) || year < 1970 || month < 1 || month > 12 ||
      mday < 1 || mday > calendar_month_days((int)year, month))
    return false;
  *day = calendar_day_of((int)year, month, mday);
  return true;
}

bool calendar_parse_date(const char *text, int *day) {
  return parse_date(&text, day) && *text == '\0';
}

/* -- billing months -- */

static int billing_start(int year, unsigned month, unsigned billing_day) {
  unsigned days = calendar_month_days(year, month);

  return calendar_day_of(year, month, billing_day < days ? billing_day : days);
}

struct calendar_billing calendar_billing_of(int day, unsigned billing_day) {
  struct calendar_billing b;
  int year;
  unsigned month;
  unsigned mday;

  calendar_date_of(day, &year, &month, &mday);
  b.start = billing_start(year, month, billing_day);
  if (b.start > day) {
    b.end = b.start;
    b.start = month == 1 ? billing_start(year - 1, 12, billing_day)
                         : billing_start(year, month - 1, billing_day);
  } else {
    b.end = month == 12 ? billing_start(year + 1, 1, billing_day)
                        : billing_start(year, month + 1, billing_day);
  }
  return b;
}

/* -- moments -- */

static bool parse_zone(const char **text, int *seconds) {
  bool west = **text == '-';
  unsigned hours;
  unsigned minutes = 0;

  *seconds = 0;
  if (letter(text, 'Z') || letter(text, 'z'))
    return true;
  if (!letter(text, '+') && !letter(text, '-'))
    return false;
  if (!digits(text, 2, &hours) || hours > 18)
    return false;
  if (**text != '\0') {
    (void)letter(text, ':');
    if (!digits(text, 2, &minutes) || minutes > 59)
      return false;
  }
  *seconds = (int)(hours * 3600 + minutes * 60) * (west ? -1 : 1);
  return true;
}

/* ".25" after the seconds, in microseconds; more digits are passed over. */
static void parse_fraction(const char **text, int64_t *us) {
  int64_t unit = CALENDAR_SECOND / 10;

  *us = 0;
  if (!letter(text, '.') && !letter(text, ','))
    return;
  for (; isdigit((unsigned char)**text); (*text)++, unit /= 10)
    *us += (**text - '0') * unit;
}

bool calendar_parse_moment(const char *text, int64_t *us) {
  int day;
  unsigned hour;
  unsigned minute;
  unsigned second = 0;
  int64_t fraction = 0;
  int zone;

  if (!parse_date(&text, &day) ||
      (!letter(&text, 'T') && !letter(&text, 't') && !letter(&text, ' ')) ||
      !digits(&text, 2, &hour) || !letter(&text, ':') ||
      !digits(&text, 2, &minute))
    return false;
  if (letter(&text, ':')) {
    if (!digits(&text, 2, &second))
      return false;
    parse_fraction(&text, &fraction);
  }
  if (hour > 24 || (hour == 24 && minute + second > 0) || minute > 59 ||
      second > 60 || !parse_zone(&text, &zone) || *text != '\0')
    return false;
  *us =
      ((int64_t)day * DAY_SECONDS + hour * 3600 + minute * 60 + second - zone) *
          CALENDAR_SECOND +
      fraction;
  return true;
}

void calendar_format_moment(int64_t us, char out[CALENDAR_MOMENT_SIZE]) {
  struct calendar_local l = calendar_local_of(us);
  char date[CALENDAR_DATE_SIZE];
  unsigned zone = (unsigned)abs(l.offset) / 60;

  calendar_format_date(l.day, date);
  snprintf(out, CALENDAR_MOMENT_SIZE, "%sT%02u:%02u:%02u%c%02u:%02u", date,
           l.second / 3600, l.second / 60 % 60, l.second % 60,
           l.offset < 0 ? '-' : '+', zone / 60 % 100, zone % 60);
}
