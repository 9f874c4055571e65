/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "appliance/spike.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const struct spike_settings spike_defaults = {50, 50, 45};

static const double DAY = 86400;
/* Buckets grow by 9 %: what is told is right to 4 %. */
static const double BOTTOM_W = 3, TOP_W = 10000;
static const double USUAL_EVERY_S = 60;
static const double COUNT_EVERY_S = 5; /* a day's readings fit 16 bits */
/* A drum that turns to and fro starts a hundred times in one load. */
static const double PAUSE_S = 300;
enum { READINGS = 3, STARTS_LEARNED = 20, DAYS_LEARNED = 7 };
static const double SHARE = 0.95;

static unsigned bucket_of(double watts) {
  double place = log(fmax(watts, BOTTOM_W) / BOTTOM_W) / log(TOP_W / BOTTOM_W) *
                 SPIKE_BUCKETS;

  return place < SPIKE_BUCKETS - 1 ? (unsigned)place : SPIKE_BUCKETS - 1;
}

static double bucket_middle(unsigned bucket) {
  return BOTTOM_W *
         pow(TOP_W / BOTTOM_W, ((double)bucket + 0.5) / SPIKE_BUCKETS);
}

static bool has_learned(const struct spike *s) {
  return s->began && (s->starts >= STARTS_LEARNED ||
                      s->counted_at - s->began_at >= DAYS_LEARNED * DAY);
}

double spike_usual(const struct spike *s) {
  return has_learned(s) && s->usual > 0 ? s->usual : (double)NAN;
}

static double work_out_usual(const struct spike *s) {
  uint32_t all = 0, below = 0;

  for (unsigned day = 0; day < SPIKE_DAYS; day++)
    for (unsigned i = 0; i < SPIKE_BUCKETS; i++)
      all += s->counts[day][i];
  if (all == 0)
    return NAN;
  for (unsigned i = 0; i < SPIKE_BUCKETS; i++) {
    uint32_t here = 0;

    for (unsigned day = 0; day < SPIKE_DAYS; day++)
      here += s->counts[day][i];
    if ((double)(below + here) >= SHARE * (double)all)
      return bucket_middle(i);
    below += here;
  }
  return NAN;
}

/* 768 counts need not be summed up for each reading. */
static void refresh_usual(struct spike *s, double at) {
  if (!has_learned(s) ||
      (s->usual > 0 && at - s->usual_at < USUAL_EVERY_S && at >= s->usual_at))
    return;
  s->usual = work_out_usual(s);
  s->usual_at = at;
}

double spike_deviation(const struct spike *s, double watts) {
  double usual = spike_usual(s);

  return s->on ? (watts / usual - 1) * 100 : usual * 0;
}

static void next_day(struct spike *s, double at) {
  while (at >= s->day_ends) {
    double days = floor((at - s->day_ends) / DAY) + 1;

    if (days > SPIKE_DAYS) { /* away for longer than anything is kept */
      memset(s->counts, 0, sizeof(s->counts));
      s->usual = 0;
      s->day_ends += days * DAY;
      return;
    }
    s->day = (s->day + 1) % SPIKE_DAYS;
    memset(s->counts[s->day], 0, sizeof(s->counts[0]));
    s->day_ends += DAY;
  }
}

/* What is a spike now is not usual later on. */
static void learn(struct spike *s, double at, double watts, bool on) {
  if (!s->began) {
    s->began = true;
    s->began_at = at;
    s->day_ends = at + DAY;
    s->counted_at = at - COUNT_EVERY_S;
  }
  next_day(s, at);
  if (on && !s->on && s->starts < STARTS_LEARNED &&
      (s->starts == 0 || at - s->on_at >= PAUSE_S))
    s->starts++;
  s->on = on;
  if (on)
    s->on_at = at;
  if (at - s->counted_at < COUNT_EVERY_S)
    return;
  s->counted_at = at;
  if (on && !s->high) {
    uint16_t *count = &s->counts[s->day][bucket_of(watts)];

    if (*count < UINT16_MAX)
      (*count)++;
  }
}

/* After a week in which it never took less nothing else is usual any more. */
static void say_over(double usual, double watts, bool on,
                     char text[SPIKE_TEXT_SIZE]) {
  snprintf(text, SPIKE_TEXT_SIZE,
           on && isnan(usual) ? "still takes %.0f W; this is its usual now"
                              : "takes %.0f W again",
           watts);
}

enum spike_event spike_add(struct spike *s,
                           const struct spike_settings *settings, double at,
                           double watts, double on_above_w,
                           char text[SPIKE_TEXT_SIZE]) {
  bool on = watts >= on_above_w;
  double usual;
  bool high;

  text[0] = '\0';
  refresh_usual(s, at);
  usual = spike_usual(s);
  high = on && watts > usual * (1 + settings->percent / 100) &&
         watts > usual + settings->watts;
  if (high && !s->high) {
    s->high_since = at;
    s->high_num = 0;
  }
  if (high && s->high_num < READINGS)
    s->high_num++;
  s->high = high;
  learn(s, at, watts, on);
  if (high && !s->told && s->high_num == READINGS &&
      at - s->high_since >= settings->for_s) {
    s->told = true;
    snprintf(
        text, SPIKE_TEXT_SIZE,
        "takes %.0f W; in the last seven days hardly ever more than %.0f W",
        watts, usual);
    return SPIKE_BEGAN;
  }
  if (!high && s->told) {
    s->told = false;
    say_over(usual, watts, on, text);
    return SPIKE_OVER;
  }
  return SPIKE_NOTHING;
}
