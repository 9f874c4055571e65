/* SPDX-License-Identifier: MIT */
/* The rules, and the figures behind them, are in doc/appliances.md. */
#include <config.h>

#include "appliance/cycle.h"

#include <math.h>
#include <string.h>

/* Some machines stay above EndBelow for ever when they are done; none has
 * worked on after so long a time below StartAbove. */
static const double FLAT_S = 900;

/* A cycle goes on over a gap in which the counter grew by this part of what
 * its mean power would have brought. */
static const double GAP_SHARE = 0.6;

/* A dryer that is done may turn for hours: so long, and so often, it takes
 * nearly nothing against what it took. */
static const double CALM_S = 900;
enum { CALM_TIMES = 3 };

static void window_drop(struct cycle_detector *d, size_t num) {
  memmove(d->window, d->window + num,
          (d->window_num - num) * sizeof(d->window[0]));
  d->window_num -= num;
}

/* Pieces get longer than a reading where a second's polling would fill the
 * window too soon. */
static void window_add(struct cycle_detector *d, double end_for_s, double at,
                       double seconds, double wh) {
  struct cycle_piece *last =
      d->window_num > 0 ? &d->window[d->window_num - 1] : NULL;

  if (last != NULL &&
      last->seconds + seconds <= 2 * end_for_s / (CYCLE_WINDOW - 4))
    *last = (struct cycle_piece){at, last->seconds + (float)seconds,
                                 last->wh + (float)wh};
  else {
    if (d->window_num == CYCLE_WINDOW)
      window_drop(d, 1);
    d->window[d->window_num++] =
        (struct cycle_piece){at, (float)seconds, (float)wh};
  }
  size_t old = 0;
  while (old < d->window_num && d->window[old].end <= at - end_for_s)
    old++;
  window_drop(d, old);
}

/* Whether the mean of the window is below the limit; not known before it is
 * full. */
static bool window_is_quiet(const struct cycle_detector *d,
                            const struct cycle_settings *s) {
  double seconds = 0, wh = 0;

  for (size_t i = 0; i < d->window_num; i++) {
    seconds += d->window[i].seconds;
    wh += d->window[i].wh;
  }
  return seconds >= s->end_for_s - 1e-3 && wh * 3600 / seconds < s->end_below_w;
}

static enum cycle_event end(struct cycle_detector *d,
                            const struct cycle_settings *s, double last,
                            double wh, double now) {
  d->last_stretch = (struct cycle_stretch){
      .start = d->start,
      .end = last,
      .told = now,
      .wh = wh,
      .counts = wh >= s->min_energy_wh && last - d->start >= s->min_duration_s,
  };
  d->running = false;
  d->rising = false;
  d->window_num = 0;
  return CYCLE_ENDED;
}

/* Whether the load may be thought to have gone on over a gap of seconds. */
static bool outlasts_gap(const struct cycle_detector *d,
                         const struct cycle_settings *s, double seconds,
                         double wh) {
  double ran = d->last_at - d->start;

  if (seconds < s->end_for_s)
    return true;
  return wh >= 0 && ran > 0 && wh >= GAP_SHARE * d->wh / ran * seconds;
}

static void calm_begin(struct cycle_detector *d, double at) {
  d->calm.began_at = at;
  d->calm.wh = 0;
  if (d->calm.calm == 0) {
    d->calm.active_at = d->active_at;
    d->calm.active_wh = d->active_wh;
  }
}

/* Whether it has only turned its drum for some quarters of an hour. */
static bool is_calm(struct cycle_detector *d, const struct cycle_settings *s,
                    double at, double wh, bool seen) {
  double seconds;

  if (s->calm_share <= 0)
    return false;
  d->calm.wh += wh;
  seconds = at - d->calm.began_at;
  if (!seen || seconds < 0 || seconds > 2 * CALM_S) {
    d->calm.calm = 0;
    calm_begin(d, at);
    return false;
  }
  if (seconds < CALM_S)
    return false;
  if (d->calm.wh / seconds < s->calm_share * d->wh / (at - d->start))
    d->calm.calm++;
  else
    d->calm.calm = 0;
  calm_begin(d, at);
  return d->calm.calm >= CALM_TIMES;
}

static enum cycle_event add_running(struct cycle_detector *d,
                                    const struct cycle_settings *s, double at,
                                    double watts, double seconds, double wh,
                                    bool seen) {
  d->wh += wh;
  if (seen)
    window_add(d, s->end_for_s, at, seconds, wh);
  else /* nobody knows whether it was quiet meanwhile */
    d->window_num = 0;
  if (watts >= s->start_above_w) {
    d->active_at = at;
    d->active_wh = d->wh;
  }
  if (is_calm(d, s, at, wh, seen))
    return end(d, s, d->calm.active_at, d->calm.active_wh, at);
  if (window_is_quiet(d, s) || at - d->active_at >= FLAT_S)
    return end(d, s, d->active_at, d->active_wh, at);
  return CYCLE_NOTHING;
}

static enum cycle_event add_idle(struct cycle_detector *d,
                                 const struct cycle_settings *s, double at,
                                 double watts, double wh) {
  if (watts < s->start_above_w) {
    d->rising = false;
    return CYCLE_NOTHING;
  }
  if (d->rising) {
    d->wh += wh;
  } else {
    d->rising = true;
    d->start = at;
    d->wh = 0;
  }
  if (at - d->start < s->start_for_s)
    return CYCLE_NOTHING;
  d->running = true;
  d->active_at = at;
  d->active_wh = d->wh;
  d->window_num = 0;
  d->calm.calm = 0;
  calm_begin(d, at);
  return CYCLE_STARTED;
}

enum cycle_event cycle_add(struct cycle_detector *d,
                           const struct cycle_settings *s, double at,
                           double watts, double wh, double max_gap_s) {
  double seconds = d->any ? at - d->last_at : 0;
  double counted = wh;
  enum cycle_event event;

  if (!isfinite(at) || !isfinite(watts) || (d->any && seconds <= 0))
    return CYCLE_NOTHING;
  if (counted < 0 || !isfinite(counted))
    counted = d->any && seconds <= max_gap_s
                  ? (watts + d->last_w) / 2 * seconds / 3600
                  : 0;

  if (d->running && seconds > max_gap_s && !outlasts_gap(d, s, seconds, wh)) {
    event = end(d, s, d->last_at, d->wh, at);
    if (watts >= s->start_above_w) {
      d->rising = true;
      d->start = at;
      d->wh = 0;
    }
  } else if (d->running) {
    event = add_running(d, s, at, watts, seconds, counted,
                        wh >= 0 || seconds <= max_gap_s);
  } else {
    if (seconds > max_gap_s)
      d->rising = false;
    event = add_idle(d, s, at, watts, counted);
  }
  d->any = true;
  d->last_at = at;
  d->last_w = watts;
  return event;
}
