/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "appliance/standby.h"

#include <math.h>
#include <stdio.h>

static const double DAY = 86400;
/* Both have to be exceeded; half of both is back to normal. */
static const double MORE_W = 2, MORE_SHARE = 0.25;
enum { LATEST = 7, BEFORE_LEAST = 14, BEFORE_MOST = 28 };

bool standby_is_due(const struct standby *s, double at) {
  return !s->began || at >= s->day_ends;
}

static bool exceeds(double now, double before, double part) {
  return now > before + MORE_W * part && now > before * (1 + MORE_SHARE * part);
}

static enum standby_event crept(struct standby *s,
                                char text[STANDBY_TEXT_SIZE]) {
  unsigned known = s->days.num > LATEST ? s->days.num - LATEST : 0;
  double now = history_median(&s->days, 0, LATEST);
  double before =
      known < BEFORE_LEAST
          ? (double)NAN
          : history_median(&s->days, LATEST,
                           known < BEFORE_MOST ? known : BEFORE_MOST);

  if (!exceeds(now, before, 1))
    return STANDBY_NOTHING;
  s->told = true;
  s->before = before;
  s->told_at = s->days.seen;
  snprintf(text, STANDBY_TEXT_SIZE,
           "takes %.1f W when it does nothing, for a week now; %.1f W in the "
           "weeks before",
           now, before);
  return STANDBY_CREPT;
}

static enum standby_event over(struct standby *s,
                               char text[STANDBY_TEXT_SIZE]) {
  double now = history_median(&s->days, 0, LATEST);

  if (!exceeds(now, s->before, 0.5))
    snprintf(text, STANDBY_TEXT_SIZE, "takes %.1f W again when it does nothing",
             now);
  else if (s->days.seen >= s->told_at + BEFORE_MOST)
    snprintf(text, STANDBY_TEXT_SIZE,
             "still takes %.1f W when it does nothing; this is its usual now",
             now);
  else
    return STANDBY_NOTHING;
  s->told = false;
  return STANDBY_OVER;
}

enum standby_event standby_add(struct standby *s, double at, double watts,
                               char text[STANDBY_TEXT_SIZE]) {
  text[0] = '\0';
  if (!standby_is_due(s, at))
    return STANDBY_NOTHING;
  if (!s->began || at >= s->day_ends + DAY)
    s->day_ends = at + DAY; /* what ended meanwhile was not seen */
  else
    s->day_ends += DAY;
  if (!s->began || isnan(watts)) {
    s->began = true;
    return STANDBY_NOTHING;
  }
  history_add(&s->days, watts);
  return s->told ? over(s, text) : crept(s, text);
}
