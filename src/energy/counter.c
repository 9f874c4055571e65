/* SPDX-License-Identifier: MIT */
/* The energy counter: see counter.h. */
#include <config.h>

#include "energy/counter.h"

#include <math.h>
#include <stddef.h>

/* No plug delivers more than 16 A at 250 V; doubled for the strips that count
 * as one. The slack is for meters that step in tens of Wh. */
static const double WATTS_MAX = 8000;
static const double SLACK_WH = 20;
/* Twice the step in which devices tell their total. */
static const double DIP_WH = 2;
/* A fall to less than this part is a restart, to more a roll-back. */
static const double RESET_BELOW = 0.9;
/* Within this time a value that returns above the old one was never away. */
static const int64_t FLICKER_US = INT64_C(300) * 1000000;

const char *counter_flag_name(enum counter_flag flag) {
  static const char *const names[COUNTER_FLAGS] = {
      [COUNTER_OK] = NULL,
      [COUNTER_DIP] = "dip",
      [COUNTER_RESET] = "reset",
      [COUNTER_RESET_BY_MONTH] = "reset, from month",
      [COUNTER_RESET_WITHDRAWN] = "reset withdrawn",
      [COUNTER_ROLLBACK] = "rollback",
      [COUNTER_ROLLBACK_BY_MONTH] = "rollback, from month",
      [COUNTER_ROLLBACK_WITHDRAWN] = "rollback withdrawn",
      [COUNTER_GLITCH] = "glitch",
      [COUNTER_NEW_BASE] = "new base",
      [COUNTER_NEW_MONTH] = "new month",
      [COUNTER_NEW_MONTH_AT_LEAST] = "at least",
      [COUNTER_GAP] = "gap",
  };

  return names[flag];
}

bool counter_flag_is_at_least(enum counter_flag flag) {
  return flag == COUNTER_RESET || flag == COUNTER_ROLLBACK ||
         flag == COUNTER_NEW_BASE || flag == COUNTER_NEW_MONTH_AT_LEAST;
}

static double hours_between(int64_t from_us, int64_t to_us) {
  return to_us > from_us ? (double)(to_us - from_us) / 3600e6 : 0;
}

static double most(int64_t from_us, int64_t to_us) {
  return WATTS_MAX * hours_between(from_us, to_us) + SLACK_WH;
}

/* Whether value can follow old: grown by what can have been used since, or
 * lower by no more than rounding. */
static bool follows(double old, int64_t old_us, double value, int64_t now_us) {
  return value >= old - DIP_WH && value - old <= most(old_us, now_us);
}

static void confirm(struct counter *c, double value, int64_t now_us) {
  c->last = value;
  c->last_us = now_us;
  c->suspect.set = false;
}

/* What was credited for nothing is made up for first. */
static double grant(struct counter *c, double wh) {
  double paid = fmin(wh, c->owed);

  c->owed -= paid;
  return wh - paid;
}

/* The value follows the last one. */
static double grow(struct counter *c, double value, int64_t now_us,
                   enum counter_flag *flag) {
  double grown = value - c->last;

  c->before.set = false;
  if (grown < 0) { /* the high-water mark stays */
    *flag = COUNTER_DIP;
    confirm(c, c->last, now_us);
    return 0;
  }
  confirm(c, value, now_us);
  return grant(c, grown);
}

/* The last reading was taken for a reset or a roll-back; this one goes on from
 * the value before it, so it was only a bad one. */
static bool is_withdrawn(const struct counter *c, double value,
                         int64_t now_us) {
  const struct counter_memory *b = &c->before;

  if (!b->set || !follows(b->value, b->us, value, now_us))
    return false;
  return b->flag == COUNTER_RESET || now_us - c->last_us <= FLICKER_US ||
         !follows(c->last, c->last_us, value, now_us);
}

static double withdraw(struct counter *c, double value, int64_t now_us,
                       enum counter_flag *flag) {
  c->owed += c->before.credited;
  c->last = c->before.value;
  *flag = c->before.flag == COUNTER_RESET ? COUNTER_RESET_WITHDRAWN
                                          : COUNTER_ROLLBACK_WITHDRAWN;
  c->before.set = false;
  if (value < c->last) {
    confirm(c, c->last, now_us);
    return 0;
  }
  value -= c->last;
  confirm(c, c->last + value, now_us);
  return grant(c, value);
}

/* The month as a witness of what was used since the last reading: whether it
 * says so. */
static bool by_month(const struct counter *c, const struct counter_sample *s,
                     int64_t now_us, double *wh) {
  if (!s->has_month || !c->month_known || c->by != COUNTER_BY_TOTAL)
    return false;
  *wh = s->month_wh - c->month - c->credited_since;
  return *wh >= 0 && *wh <= most(c->last_us, now_us);
}

/* Counts from now on from value; the one before is remembered. */
static double fall_to(struct counter *c, double value, int64_t now_us,
                      enum counter_flag kind, double credit) {
  c->before = (struct counter_memory){.set = true,
                                      .flag = kind,
                                      .value = c->last,
                                      .credited = credit,
                                      .us = c->last_us};
  confirm(c, value, now_us);
  return grant(c, credit);
}

/* Power over the time since the last reading, when that is known. What flows
 * back is taken from nothing: the counter never falls. */
static double by_power(const struct counter *c, const struct counter_sample *s,
                       int64_t now_us, int64_t gap_us) {
  if (!s->has_power || !c->watts_known || now_us - c->watts_us > gap_us)
    return 0;
  return fmax(0, (s->power_w + c->watts) / 2) *
         hours_between(c->watts_us, now_us);
}

/* The month began anew: what it shows was used since, and power tells of the
 * seconds that neither month has shown. */
static double new_month(struct counter *c, const struct counter_sample *s,
                        int64_t now_us, int64_t gap_us,
                        enum counter_flag *flag) {
  double watts = by_power(c, s, now_us, gap_us) + c->estimated;
  double credit = fmax(s->month_wh, watts);

  *flag = now_us - c->last_us > gap_us ? COUNTER_NEW_MONTH_AT_LEAST
                                       : COUNTER_NEW_MONTH;
  return fall_to(c, s->month_wh, now_us, COUNTER_RESET, credit);
}

static double fall(struct counter *c, const struct counter_sample *s,
                   double value, int64_t now_us, int64_t gap_us,
                   enum counter_flag *flag) {
  double wh;

  if (value >= RESET_BELOW * c->last) {
    bool known = by_month(c, s, now_us, &wh);

    *flag = known ? COUNTER_ROLLBACK_BY_MONTH : COUNTER_ROLLBACK;
    return fall_to(c, value, now_us, COUNTER_ROLLBACK, known ? wh : 0);
  }
  if (value > most(c->last_us, now_us)) {
    *flag = COUNTER_GLITCH;
    return 0;
  }
  if (c->by == COUNTER_BY_MONTH)
    return new_month(c, s, now_us, gap_us, flag);
  if (by_month(c, s, now_us, &wh) && wh >= value) {
    *flag = COUNTER_RESET_BY_MONTH;
    return fall_to(c, value, now_us, COUNTER_RESET, wh);
  }
  *flag = COUNTER_RESET;
  return fall_to(c, value, now_us, COUNTER_RESET, value);
}

/* A value that grows in a device: its total, or its month. */
static double advance(struct counter *c, const struct counter_sample *s,
                      double value, int64_t now_us, int64_t gap_us,
                      enum counter_flag *flag) {
  const struct counter_memory *suspect = &c->suspect;
  double credit;

  if (is_withdrawn(c, value, now_us))
    return withdraw(c, value, now_us, flag);
  if (follows(c->last, c->last_us, value, now_us))
    return grow(c, value, now_us, flag);
  if (suspect->set && follows(suspect->value, suspect->us, value, now_us)) {
    *flag = COUNTER_NEW_BASE;
    c->gaps++;
    c->before.set = false;
    confirm(c, value, now_us);
    return 0;
  }
  if (value < c->last) {
    credit = fall(c, s, value, now_us, gap_us, flag);
    if (*flag != COUNTER_GLITCH)
      return credit;
  }
  *flag = COUNTER_GLITCH;
  c->gaps++;
  c->suspect =
      (struct counter_memory){.set = true, .value = value, .us = now_us};
  return 0;
}

/* The first value of a source: what was before it is not known. */
static void begin(struct counter *c, enum counter_source by, double value,
                  int64_t now_us) {
  if (c->by == COUNTER_NEW && by == COUNTER_BY_TOTAL)
    c->wh = value;
  c->by = by;
  c->before.set = false;
  c->owed = 0;
  c->estimated = 0;
  c->fell = false;
  confirm(c, value, now_us);
}

static double feed_value(struct counter *c, const struct counter_sample *s,
                         enum counter_source by, double value, int64_t now_us,
                         int64_t gap_us, enum counter_flag *flag) {
  if (c->by == by)
    return advance(c, s, value, now_us, gap_us, flag);
  begin(c, by, value, now_us);
  return 0;
}

/* The month is seldom asked for: power tells of the time between, and what it
 * told is made up for when the month comes. */
static double feed_month(struct counter *c, const struct counter_sample *s,
                         int64_t now_us, int64_t gap_us,
                         enum counter_flag *flag) {
  double estimated = c->estimated;
  double credit;

  c->owed += estimated;
  credit =
      feed_value(c, s, COUNTER_BY_MONTH, s->month_wh, now_us, gap_us, flag);
  if (*flag == COUNTER_GLITCH || *flag == COUNTER_NEW_BASE)
    c->owed = fmax(0, c->owed - estimated);
  if (*flag != COUNTER_GLITCH)
    c->estimated = 0;
  return credit;
}

static double estimate(struct counter *c, const struct counter_sample *s,
                       int64_t now_us, int64_t gap_us) {
  double wh = by_power(c, s, now_us, gap_us);

  c->from_us = c->watts_known ? c->watts_us : now_us;
  c->estimated += wh;
  return grant(c, wh);
}

/* A total fell, and the month, which is asked for later, says what was used:
 * what is still missing. */
static double make_up(struct counter *c, const struct counter_sample *s,
                      int64_t now_us) {
  double wh = s->month_wh - c->month - c->credited_since;

  c->from_us = now_us;
  if (!c->fell || !c->month_known || !(wh > 0) ||
      wh > most(c->fell_from_us, now_us))
    return 0;
  c->from_us = c->fell_from_us;
  return grant(c, wh);
}

static double feed_power(struct counter *c, const struct counter_sample *s,
                         int64_t now_us, int64_t gap_us,
                         enum counter_flag *flag) {
  if (c->by != COUNTER_BY_POWER) {
    begin(c, COUNTER_BY_POWER, 0, now_us);
    return 0;
  }
  c->last_us = now_us;
  if (now_us - c->watts_us > gap_us) {
    *flag = COUNTER_GAP;
    c->gaps++;
    return 0;
  }
  return by_power(c, s, now_us, gap_us);
}

static void remember(struct counter *c, const struct counter_sample *s,
                     double credit, int64_t now_us, enum counter_flag flag) {
  c->credited_since += credit;
  if (flag == COUNTER_RESET || flag == COUNTER_ROLLBACK) {
    c->fell = true;
    c->fell_from_us = c->before.us;
  } else if (flag == COUNTER_RESET_WITHDRAWN ||
             flag == COUNTER_ROLLBACK_WITHDRAWN) {
    c->fell = false;
  }
  if (s->has_month && flag != COUNTER_GLITCH) {
    c->month = s->month_wh;
    c->month_known = true;
    c->credited_since = 0;
    c->fell = false;
  }
  if (s->has_power) {
    c->watts = s->power_w;
    c->watts_us = now_us;
    c->watts_known = true;
  }
}

/* Nothing has ever used less than nothing. */
static bool cannot_be(const struct counter_sample *s) {
  return (s->has_total && s->total_wh < 0) || (s->has_month && s->month_wh < 0);
}

double counter_feed(struct counter *c, const struct counter_sample *sample,
                    int64_t now_us, int64_t gap_us, enum counter_flag *flag) {
  double credit = 0;

  *flag = COUNTER_OK;
  c->from_us = c->by == COUNTER_NEW || c->by == COUNTER_SOURCE_CHANGED
                   ? now_us
                   : c->last_us;
  if (cannot_be(sample)) {
    *flag = COUNTER_GLITCH;
    c->gaps++;
  } else if (sample->has_total)
    credit = feed_value(c, sample, COUNTER_BY_TOTAL, sample->total_wh, now_us,
                        gap_us, flag);
  else if (c->by == COUNTER_BY_TOTAL) /* the next one brings what is missing */
    credit = sample->has_month ? make_up(c, sample, now_us) : 0;
  else if (sample->has_month)
    credit = feed_month(c, sample, now_us, gap_us, flag);
  else if (sample->has_power && c->by == COUNTER_BY_MONTH)
    credit = estimate(c, sample, now_us, gap_us);
  else if (sample->has_power)
    credit = feed_power(c, sample, now_us, gap_us, flag);
  remember(c, sample, credit, now_us, *flag);
  c->flag = *flag;
  c->wh += credit;
  return credit;
}

void counter_change_source(struct counter *c) {
  if (c->by != COUNTER_NEW)
    c->by = COUNTER_SOURCE_CHANGED;
  c->watts_known = false;
  c->month_known = false;
}

double counter_add_total(struct counter *c, double total_wh, uint64_t now_us) {
  const struct counter_sample s = {.has_total = true, .total_wh = total_wh};
  enum counter_flag flag;

  return counter_feed(c, &s, (int64_t)now_us, 0, &flag);
}

double counter_add_power(struct counter *c, double watts, uint64_t now_us,
                         uint64_t gap_us) {
  const struct counter_sample s = {.has_power = true, .power_w = watts};
  enum counter_flag flag;

  return counter_feed(c, &s, (int64_t)now_us, (int64_t)gap_us, &flag);
}
