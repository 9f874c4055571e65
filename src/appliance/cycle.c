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
/* Over one of no more than so many seconds the mean only has to be above
 * StartAbove: a wash takes far less than the heating before it. */
static const double GAP_SHORT_S = 1800;

/* What is so little above a limit may be the noise of a standby, with machines
 * whose work is far above it. */
static const double NOISE_W = 10;

/* Some rest a little above StartAbove: so much above it may be a rest, where
 * the load took ten times that. A load has to rise above the rest by as much.
 */
static const double REST_FACTOR = 1.5;
static const double PEAK_FACTOR = 10;

/* A drum that only turns against creases takes nearly nothing against what the
 * load took; or it is still most of the time, and takes little. */
static const double CALM_S = 300;
static const double CALM_LONGEST_S = 1800;
static const double CALM_ACTIVE = 0.4, CALM_MORE = 3;

static double rest_limit(const struct cycle_settings *s) {
  return REST_FACTOR * s->start_above_w;
}

/* From where on a reading is activity. */
static double active_above(const struct cycle_detector *d,
                           const struct cycle_settings *s) {
  double above_rest = REST_FACTOR * d->rest_w;

  return above_rest > s->start_above_w ? above_rest : s->start_above_w;
}

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

/* The mean of the window in W; NAN before it is full. */
static double window_mean(const struct cycle_detector *d,
                          const struct cycle_settings *s) {
  double seconds = 0, wh = 0;

  for (size_t i = 0; i < d->window_num; i++) {
    seconds += d->window[i].seconds;
    wh += d->window[i].wh;
  }
  return seconds >= s->end_for_s - 1e-3 ? wh * 3600 / seconds : (double)NAN;
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
  if (wh < 0 || ran <= 0)
    return false;
  return wh >= GAP_SHARE * d->wh / ran * seconds ||
         (seconds <= GAP_SHORT_S && wh * 3600 / seconds >= s->start_above_w);
}

/* For how long nothing has been seen since that moment: what it did in a gap
 * is not known. */
static double since(const struct cycle_detector *d, double moment, double at) {
  return at - fmax(moment, d->resumed_at);
}

static void calm_begin(struct cycle_detector *d, double at) {
  d->calm.began_at = at;
  d->calm.wh = d->calm.active_s = 0;
  if (d->calm.calm == 0) {
    d->calm.active_at = d->active_at;
    d->calm.active_wh = d->active_wh;
  }
  if (d->calm.still == 0) {
    d->calm.still_at = d->active_at;
    d->calm.still_wh = d->active_wh;
  }
}

/* Of the load, before anything was calm; in W. */
static double mean_power(const struct cycle_detector *d, double at) {
  double seconds =
      d->calm.calm > 0 ? d->calm.active_at - d->start : at - d->start;
  double wh = d->calm.calm > 0 ? d->calm.active_wh : d->wh;

  return seconds > 0 ? wh * 3600 / seconds : 0;
}

static bool was_still(const struct cycle_detector *d, double seconds) {
  return d->calm.active_s < CALM_ACTIVE * seconds;
}

static bool was_calm(const struct cycle_detector *d,
                     const struct cycle_settings *s, double at,
                     double seconds) {
  double watts = d->calm.wh * 3600 / seconds;
  double little = s->calm_share * mean_power(d, at);

  return watts < little ||
         (was_still(d, seconds) && watts < CALM_MORE * little);
}

static void judge_calm(struct cycle_detector *d, const struct cycle_settings *s,
                       double at, double seconds) {
  bool calm = was_calm(d, s, at, seconds);

  d->calm.still = calm && was_still(d, seconds) ? d->calm.still + 1 : 0;
  d->calm.calm = calm ? d->calm.calm + 1 : 0;
}

/* For how long it has only turned its drum; 0 while that is not known. */
static double calm_for(struct cycle_detector *d, const struct cycle_settings *s,
                       double at, double watts, double seconds, double wh,
                       bool seen) {
  double passed = at - d->calm.began_at;

  if (s->calm_share <= 0)
    return 0;
  d->calm.wh += wh;
  d->calm.active_s += watts >= active_above(d, s) ? seconds : 0;
  if (!seen || passed < 0 || passed > CALM_LONGEST_S) {
    d->calm.calm = d->calm.still = 0;
    calm_begin(d, at);
  } else if (passed >= CALM_S) {
    judge_calm(d, s, at, passed);
    calm_begin(d, at);
  }
  return d->calm.calm > 0 ? d->calm.began_at - d->calm.active_at : 0;
}

/* What came after a pause, and is so little that it would be no load. A drum
 * pauses, too. */
static bool is_tail(const struct cycle_detector *d,
                    const struct cycle_settings *s) {
  return s->calm_share <= 0 && d->paused_at > d->start &&
         d->active_wh - d->paused_wh < s->min_energy_wh;
}

/* Whether it has turned its drum now and then, and done nothing else, for long
 * enough. A main wash takes as little, but goes on and on; the minutes under
 * way may hold a spin. */
static bool turned(const struct cycle_detector *d,
                   const struct cycle_settings *s, double at) {
  double passed = at - d->calm.began_at;

  return s->calm_tail_s > 0 && d->calm.still > 0 &&
         d->active_at - d->calm.still_at >= s->calm_tail_s &&
         (passed <= 0 || was_calm(d, s, at, passed));
}

static bool tail_is_over(const struct cycle_detector *d,
                         const struct cycle_settings *s, double at) {
  return is_tail(d, s) && at - d->paused_at >= FLAT_S &&
         at - d->active_at >= s->end_for_s;
}

/* It has ended; where depends on what it did last. */
static enum cycle_event end_active(struct cycle_detector *d,
                                   const struct cycle_settings *s, double at) {
  if (turned(d, s, at))
    return end(d, s, d->calm.still_at, d->calm.still_wh, at);
  if (is_tail(d, s))
    return end(d, s, d->paused_at, d->paused_wh, at);
  return end(d, s, d->active_at, d->active_wh, at);
}

/* Whether what it takes since it was busy is its rest. */
static bool rests(const struct cycle_detector *d,
                  const struct cycle_settings *s, double at) {
  return since(d, d->busy_at, at) >= FLAT_S &&
         (s->heats || d->peak_w >= PEAK_FACTOR * rest_limit(s));
}

static enum cycle_event end_at_rest(struct cycle_detector *d,
                                    const struct cycle_settings *s, double at) {
  d->rest_w = (d->wh - d->busy_wh) * 3600 / (at - d->busy_at);
  return end(d, s, d->busy_at, d->busy_wh, at);
}

/* mean: of the latest minutes, NAN while that is not known. */
static bool exceeds(const struct cycle_settings *s, double watts, double limit,
                    double mean) {
  return watts >= limit &&
         !(s->heats && watts < limit + NOISE_W && mean < limit);
}

static void note_reading(struct cycle_detector *d,
                         const struct cycle_settings *s, double at,
                         double watts, double mean) {
  if (exceeds(s, watts, active_above(d, s), mean)) {
    if (since(d, d->active_at, at) >= s->end_for_s && !is_tail(d, s)) {
      d->paused_at = d->active_at;
      d->paused_wh = d->active_wh;
    }
    d->active_at = at;
    d->active_wh = d->wh;
  }
  if (exceeds(s, watts, rest_limit(s), mean)) {
    d->busy_at = at;
    d->busy_wh = d->wh;
  }
  if (watts > d->peak_w)
    d->peak_w = watts;
}

static enum cycle_event add_running(struct cycle_detector *d,
                                    const struct cycle_settings *s, double at,
                                    double watts, double seconds, double wh,
                                    bool seen) {
  double calm_s, mean;

  d->wh += wh;
  if (seen)
    window_add(d, s->end_for_s, at, seconds, wh);
  else /* nobody knows whether it was quiet meanwhile */
    d->window_num = 0;
  mean = window_mean(d, s);
  note_reading(d, s, at, watts, mean);
  calm_s = calm_for(d, s, at, watts, seconds, wh, seen);
  if (calm_s > 0 && calm_s >= s->calm_for_s)
    return end(d, s, d->calm.active_at, d->calm.active_wh, at);
  if (mean < s->end_below_w || since(d, d->active_at, at) >= FLAT_S ||
      tail_is_over(d, s, at))
    return end_active(d, s, at);
  if (rests(d, s, at))
    return end_at_rest(d, s, at);
  return CYCLE_NOTHING;
}

static void rise(struct cycle_detector *d, double at) {
  d->rising = true;
  d->start = d->busy_at = d->active_at = d->paused_at = at;
  d->resumed_at = at;
  d->wh = d->busy_wh = 0;
  d->peak_w = 0;
}

/* It begins above StartAbove: what rests just there has not begun. */
static bool is_load(const struct cycle_detector *d,
                    const struct cycle_settings *s, double watts) {
  double above = active_above(d, s);

  return d->rising ? watts >= above : watts > above;
}

static enum cycle_event add_idle(struct cycle_detector *d,
                                 const struct cycle_settings *s, double at,
                                 double watts, double wh) {
  if (watts < d->rest_w / REST_FACTOR)
    d->rest_w = 0; /* it rests at less now */
  if (!is_load(d, s, watts)) {
    d->rising = false;
    return CYCLE_NOTHING;
  }
  if (d->rising)
    d->wh += wh;
  else
    rise(d, at);
  note_reading(d, s, at, watts, NAN);
  if (at - d->start < s->start_for_s)
    return CYCLE_NOTHING;
  d->running = true;
  d->window_num = 0;
  d->calm.calm = d->calm.still = 0;
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
    if (is_load(d, s, watts)) {
      rise(d, at);
      note_reading(d, s, at, watts, NAN);
    }
  } else if (d->running) {
    if (seconds > max_gap_s)
      d->resumed_at = at;
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
