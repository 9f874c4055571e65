/* SPDX-License-Identifier: MIT */
/* Days and hours of the week: see time_window.h. */
#include <config.h>

#include "alert/config/time_window.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* what people write for Time */
#define TIME "say Time \"22:00-07:00\"; one time only is kasactl alerts silence"

const struct option_hint time_window_hints[] = {
    {"From", TIME},
    {"Until", TIME},
    {"To", TIME},
    {"Start", TIME},
    {"Begin", TIME},
    {"End", TIME},
    {"Hours", TIME},
    {"Between", TIME},
    {"Date", "say Days \"Sat,Sun\"; one day only is kasactl alerts silence"},
    {0},
};

enum { DAYS = 7, DAY_MINUTES = 24 * 60, ALL_DAYS = (1 << DAYS) - 1 };

static const char *const day_names[DAYS] = {"Sun", "Mon", "Tue", "Wed",
                                            "Thu", "Fri", "Sat"};

/* "Mon" at *text, which moves on; -1 = no day. */
static int take_day(const char **text) {
  for (int d = 0; d < DAYS; d++)
    if (strncasecmp(*text, day_names[d], 3) == 0) {
      *text += 3;
      return d;
    }
  return -1;
}

/* "Sun", "Mon-Fri", "Fri-Mon", "Mon,Wed" into bits: 0 or -EINVAL. */
static int parse_days(const char *text, unsigned *days) {
  do {
    int first;
    int last;

    text += strspn(text, " ,");
    first = last = take_day(&text);
    if (first >= 0 && *text == '-') {
      text++;
      last = take_day(&text);
    }
    if (first < 0 || last < 0)
      return -EINVAL;
    for (int d = first;; d = (d + 1) % DAYS) {
      *days |= 1U << d;
      if (d == last)
        break;
    }
    text += strspn(text, " ");
  } while (*text == ',');
  return *text == '\0' ? 0 : -EINVAL;
}

/* "07:30", "24:00" as minutes; -1 = something else. */
static int take_minute(const char **text) {
  int hour = 0;
  int minute = 0;
  int read = 0;

  if (sscanf(*text, "%2d:%2d%n", &hour, &minute, &read) != 2 || read < 4 ||
      hour < 0 || minute < 0 || minute > 59 || hour * 60 + minute > DAY_MINUTES)
    return -1;
  *text += read;
  return hour * 60 + minute;
}

static int parse_time(const char *text, int *from, int *to) {
  *from = take_minute(&text);
  if (*from < 0 || *text != '-')
    return -EINVAL;
  text++;
  *to = take_minute(&text);
  return *to >= 0 && *text == '\0' && *from != *to && *from < DAY_MINUTES
             ? 0
             : -EINVAL;
}

int time_window_compile(struct time_window *w, const char *where,
                        struct option_reporter *reporter) {
  w->days = 0;
  w->ranges_num = 0;
  for (size_t i = 0; i < w->days_text.count; i++)
    if (parse_days(w->days_text.items[i], &w->days) < 0) {
      option_error(reporter,
                   "%s: option Days expects days like \"Mon-Fri\" or "
                   "\"Sat,Sun\", found \"%.40s\"",
                   where, w->days_text.items[i]);
      return -EINVAL;
    }
  if (w->days == 0)
    w->days = ALL_DAYS;
  for (size_t i = 0; i < w->times_text.count; i++) {
    if (w->ranges_num < TIME_WINDOW_RANGES &&
        parse_time(w->times_text.items[i], &w->ranges[w->ranges_num].from,
                   &w->ranges[w->ranges_num].to) == 0) {
      w->ranges_num++;
      continue;
    }
    option_error(reporter,
                 "%s: option Time expects up to %d times like "
                 "\"22:00-07:00\" in quotes, found \"%.40s\"",
                 where, (int)TIME_WINDOW_RANGES, w->times_text.items[i]);
    return -EINVAL;
  }
  return 0;
}

void time_window_clear(struct time_window *w) {
  option_strings_free(&w->days_text);
  option_strings_free(&w->times_text);
}

static bool on_day(const struct time_window *w, int day) {
  return (w->days & (1U << ((day + DAYS) % DAYS))) != 0;
}

bool time_window_holds(const struct time_window *w, int64_t now, int *end) {
  time_t seconds = (time_t)(now / 1000);
  struct tm tm;
  int minute;

  if (end != NULL)
    *end = DAY_MINUTES;
  if (localtime_r(&seconds, &tm) == NULL)
    return false;
  minute = tm.tm_hour * 60 + tm.tm_min;
  if (w->ranges_num == 0)
    return on_day(w, tm.tm_wday);
  for (size_t i = 0; i < w->ranges_num; i++) {
    int from = w->ranges[i].from;
    int to = w->ranges[i].to;
    bool inside = from < to
                      ? on_day(w, tm.tm_wday) && minute >= from && minute < to
                      : (on_day(w, tm.tm_wday) && minute >= from) ||
                            (on_day(w, tm.tm_wday - 1) && minute < to);

    if (!inside)
      continue;
    if (end != NULL)
      *end = to;
    return true;
  }
  return false;
}
