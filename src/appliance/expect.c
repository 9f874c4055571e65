/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "appliance/expect.h"

#include "energy/calendar.h"
#include "energy/tariff/tariff_words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is said of a window of which more was not seen might be wrong. */
static const double UNSEEN_SHARE = 0.1;
/* Later nobody wants to hear of it. */
static const double LATE_S = 12 * 3600.0;
/* The clock on the wall was set when it differs more from the steady one. */
static const double STEP_S = 60;
static const double WEEK_S = 7 * 86400.0;

/* -- the option -- */

enum { HINT_SIZE = 64 };

/* Of a line about days or hours only what is meant is of use here. */
static void keep_hint(void *hint, const char *line) {
  const char *found = strstr(line, ", did you mean ");

  if (found != NULL)
    snprintf(hint, HINT_SIZE, "%s", found);
}

static bool take(struct expect_window *w, const struct conf_item *item,
                 char hint[HINT_SIZE]) {
  static const struct tariff none;
  struct option_reporter quiet = {.say = keep_hint, .arg = hint};
  struct tariff_period period = {0};
  struct option_strings days, hours;
  bool good;

  if (item->values_num != 2 || item->children_num != 0 ||
      item->values[0].kind != CONF_STRING ||
      item->values[1].kind != CONF_STRING)
    return false;
  days = (struct option_strings){&item->values[0].string, 1};
  hours = (struct option_strings){&item->values[1].string, 1};
  good = tariff_words_days(&days, &none, &period, "", &quiet) &&
         tariff_words_hours(&hours, &period, "", &quiet) &&
         period.weekdays != 0 && period.hours_num == 1;
  if (good)
    *w = (struct expect_window){period.weekdays, period.hours[0].start,
                                period.hours[0].end};
  free(period.hours);
  return good;
}

void expect_read(struct expect_window *w, const struct conf_item *item,
                 struct option_reporter *reporter) {
  char hint[HINT_SIZE] = "", found[200];

  if (take(w, item, hint))
    return;
  option_describe(item, found, sizeof(found));
  option_error(reporter,
               "%s: option Expect expects weekdays and one stretch of the day, "
               "like \"Mon-Fri\" \"06:00-10:00\", found %s%s",
               reporter->where, found, hint);
}

/* -- the window -- */

static unsigned long signature(const struct expect_window *w) {
  return (w->weekdays * 2000UL + w->start) * 2000UL + w->end;
}

/* The first moment from us on, within the day, at which the clock shows that
 * minute or a later one. */
static int64_t reach(int64_t us, int day, unsigned minute) {
  struct calendar_local local = calendar_local_of(us);

  while (local.day == day && local.second < minute * 60) {
    us = calendar_next(us, minute * 60);
    local = calendar_local_of(us);
  }
  return us;
}

static double begin_of(int day, unsigned minute) {
  return (double)reach(calendar_day_start(day), day, minute) / 1e6;
}

/* Where the clock shows the minute twice, the second time. */
static double end_of(int day, unsigned minute) {
  int64_t end = reach(calendar_day_start(day), day, minute);
  int64_t us = end;

  while (calendar_local_of(us).day == day) {
    us = calendar_next(us, 86400); /* of the day, or of an hour's name */
    if (calendar_local_of(us).day == day &&
        calendar_local_of(us).second < minute * 60)
      end = reach(us, day, minute);
  }
  return (double)end / 1e6;
}

/* The first window that ends after wall; in the night in which an hour is left
 * out there may be none. One that has begun before anything
 * was seen of it was not seen until now. */
static void begin(struct expectation *e, const struct expect_window *w,
                  double wall) {
  int today = calendar_local_of((int64_t)(wall * 1e6)).day;

  e->window = signature(w);
  e->ran = false;
  for (int day = today - 1; day <= today + 15; day++) {
    if ((w->weekdays & 1U << calendar_weekday(day)) == 0)
      continue;
    e->from = begin_of(day, w->start);
    e->to = end_of(w->start > w->end ? day + 1 : day, w->end);
    if (e->to > wall && e->to > e->from)
      break;
  }
  e->unseen = fmax(wall - e->from, 0);
}

/* The part in seconds of the time from -> to that lies in the window. */
static double inside(const struct expectation *e, double from, double to) {
  return fmax(fmin(to, e->to) - fmax(from, e->from), 0);
}

static void follow(struct expectation *e, const struct expect_reading *r) {
  double part = inside(e, e->last, r->wall);
  bool stepped = fabs(r->wall - e->last - r->seconds) > STEP_S;

  if (r->running && r->wall >= e->from && e->last < e->to)
    e->ran = true;
  if (part <= 0 || !(r->gap || stepped))
    return;
  if (isnan(r->grown_wh) || stepped)
    e->unseen += part;
  else if (r->grown_wh >= r->run_wh)
    e->ran = true;
}

static void say(const struct expectation *e, const struct expect_window *w,
                double wall, char text[EXPECT_TEXT_SIZE]) {
  struct calendar_local then = calendar_local_of((int64_t)(e->ran_at * 1e6));
  char since[48], date[CALENDAR_DATE_SIZE];

  if (e->ran_at <= 0) {
    snprintf(text, EXPECT_TEXT_SIZE,
             "has not run between %02u:%02u and %02u:%02u, as is expected",
             w->start / 60, w->start % 60, w->end / 60, w->end % 60);
    return;
  }
  calendar_format_date(then.day, date);
  snprintf(since, sizeof(since), "%s %02u:%02u",
           wall - e->ran_at < WEEK_S - LATE_S
               ? calendar_weekdays[calendar_weekday(then.day)]
               : date,
           then.second / 3600, then.second / 60 % 60);
  snprintf(text, EXPECT_TEXT_SIZE,
           "has not run since %s; is expected to between %02u:%02u and "
           "%02u:%02u",
           since, w->start / 60, w->start % 60, w->end / 60, w->end % 60);
}

bool expect_missed(struct expectation *e, const struct expect_window *w,
                   const struct expect_reading *r,
                   char text[EXPECT_TEXT_SIZE]) {
  bool missed = false;

  if (w->weekdays == 0 || !isfinite(r->wall))
    return false;
  if (e->window != signature(w) || r->wall < e->from - 2 * WEEK_S)
    begin(e, w, r->wall);
  else
    follow(e, r);
  if (r->wall >= e->to) {
    missed = !e->ran && e->unseen <= UNSEEN_SHARE * (e->to - e->from) &&
             r->wall - e->to < LATE_S;
    begin(e, w, r->wall);
  }
  if (missed)
    say(e, w, r->wall, text);
  if (r->running)
    e->ran_at = r->wall;
  e->last = r->wall;
  return missed;
}
