/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "appliance/watch.h"

#include "appliance/duration.h"

#include <math.h>
#include <stdio.h>

enum {
  RUNS_LEARNED = 20,   /* so many runs make a habit ... */
  PAUSES_AT_LEAST = 3, /* ... or a week with this many */
};
static const double WEEK = 7 * 86400.0;
static const double FLOOR_S = 3600;  /* shorter limits would be noise */
static const double FACTOR = 3;      /* times the 95th percentile */
static const double LEFT_ON = 2;     /* times the longest of the latest runs */
static const double SHORTEST = 0.05; /* the share of runs that are shorter */

const char *const watch_reason_names[] = {
    [WATCH_EXPECT_EVERY] = "ExpectEvery",
    [WATCH_MAX_RUN] = "MaxRun",
    [WATCH_MAX_DURATION] = "MaxDuration",
    [WATCH_EXPECT] = "Expect",
};

static bool has_learned(const struct watch *w, const struct history *h,
                        double at) {
  return h->seen >= RUNS_LEARNED ||
         (at - w->began_at >= WEEK && h->num >= PAUSES_AT_LEAST);
}

bool watch_has_learned(const struct watch *w, double at) {
  return has_learned(w, &w->runs, at);
}

/* The limit in force in seconds, or NAN where it cannot be exceeded by seconds;
 * usual is what was learned, or NAN where the configuration has set the limit.
 */
static double limit_of(double configured, double seconds, const struct watch *w,
                       const struct history *h, double at, double *usual) {
  double p95;

  *usual = NAN;
  if (configured > 0)
    return configured;
  if (configured < 0 || seconds <= FLOOR_S || !has_learned(w, h, at))
    return NAN;
  p95 = history_quantile(h, 0.95);
  *usual = p95;
  return fmax(FACTOR * p95, FLOOR_S);
}

static void say_paused(char text[WATCH_TEXT_SIZE], double s, double limit,
                       double usual) {
  char is[DURATION_SIZE], was[DURATION_SIZE];

  duration_words(s, is);
  duration_words(isnan(usual) ? limit : usual, was);
  snprintf(text, WATCH_TEXT_SIZE,
           isnan(usual) ? "has not started for %s; expected every %s"
                        : "has not started for %s; usually pauses at most %s",
           is, was);
}

static void say_running(char text[WATCH_TEXT_SIZE], double s, double limit,
                        double usual) {
  char is[DURATION_SIZE], was[DURATION_SIZE];

  duration_words(s, is);
  duration_words(isnan(usual) ? limit : usual, was);
  snprintf(text, WATCH_TEXT_SIZE,
           isnan(usual) ? "has run %s; at most %s is allowed"
                        : "has run %s; usually at most %s",
           is, was);
}

/* The run's limit: what the configuration says, else the habit of a cold
 * appliance, else twice the longest of the latest cycles. */
static double run_limit(const struct watch *w,
                        const struct appliance_settings *s, double seconds,
                        double at, double *usual, enum watch_reason *reason) {
  double limit = limit_of(s->max_run_s, seconds, w, &w->runs, at, usual);

  *reason = WATCH_MAX_RUN;
  if (s->max_duration_s > 0 && !(s->max_duration_s >= limit)) {
    *reason = WATCH_MAX_DURATION;
    limit = s->max_duration_s;
    *usual = NAN;
  }
  if (s->max_run_s == LIMIT_NONE && w->runs.seen >= RUNS_LEARNED) {
    double longest = history_largest(&w->runs, RUNS_LEARNED);
    double twice = fmax(LEFT_ON * longest, FLOOR_S);

    if (!(twice >= limit)) {
      *reason = WATCH_MAX_DURATION;
      limit = twice;
      *usual = longest;
    }
  }
  return limit;
}

static enum watch_event began(struct watch *w, enum watch_reason reason) {
  w->told = true;
  w->reason = (uint8_t)reason;
  return WATCH_BEGAN;
}

static enum watch_event over(struct watch *w, const char *words,
                             char text[WATCH_TEXT_SIZE]) {
  if (!w->told)
    return WATCH_NOTHING;
  w->told = false;
  snprintf(text, WATCH_TEXT_SIZE, "%s", words);
  return WATCH_OVER;
}

static enum watch_event started(struct watch *w, const struct cycle_detector *d,
                                char text[WATCH_TEXT_SIZE]) {
  if (!w->broken && d->start > w->quiet_since && w->runs.seen > 0)
    history_add(&w->pauses, d->start - w->quiet_since);
  w->broken = false;
  return over(w, "has started again", text);
}

/* Of machines with cycles a pump or a lamp is no run to learn from. */
static bool is_habit(const struct appliance_settings *s,
                     const struct cycle_stretch *run) {
  return !appliance_announces(s) || run->counts;
}

static enum watch_event ended(struct watch *w,
                              const struct appliance_settings *s,
                              const struct cycle_detector *d,
                              char text[WATCH_TEXT_SIZE]) {
  const struct cycle_stretch *run = &d->last_stretch;

  if (!w->broken && is_habit(s, run))
    history_add(&w->runs, run->end - run->start);
  w->quiet_since = run->end;
  w->broken = false;
  return over(w, "has stopped", text);
}

static enum watch_event look(struct watch *w,
                             const struct appliance_settings *s,
                             const struct cycle_detector *d, double at,
                             char text[WATCH_TEXT_SIZE]) {
  enum watch_reason reason = WATCH_EXPECT_EVERY;
  double limit, usual, seconds;

  if (w->told)
    return WATCH_NOTHING;
  if (d->running) {
    seconds = d->active_at - d->start;
    limit = run_limit(w, s, seconds, at, &usual, &reason);
    if (!(seconds > limit))
      return WATCH_NOTHING;
    say_running(text, seconds, limit, usual);
  } else {
    seconds = at - w->quiet_since;
    limit = limit_of(s->expect_every_s, seconds, w, &w->pauses, at, &usual);
    if (d->rising || !(seconds > limit))
      return WATCH_NOTHING;
    say_paused(text, seconds, limit, usual);
  }
  return began(w, reason);
}

/* Whether the window in which it is expected to run went by without. */
static bool missed(struct watch *w, const struct appliance_settings *s,
                   const struct cycle_detector *d,
                   const struct watch_reading *r, char text[EXPECT_TEXT_SIZE]) {
  struct expect_reading e = {.wall = r->wall,
                             .seconds = r->seconds,
                             .running =
                                 d->running ? d->active_at == r->at : d->rising,
                             .gap = r->gap,
                             .grown_wh = r->grown_wh,
                             .run_wh = s->cycle.min_energy_wh};

  return expect_missed(&w->expectation, &s->expect, &e, text);
}

/* Whether a gap is shorter than any run, so that whatever was quiet before and
 * after it was quiet all the time: else one whose plug is lost for a minute
 * every hour would never be missed. */
static bool hides_no_run(const struct watch *w, double seconds) {
  return w->runs.seen >= RUNS_LEARNED &&
         seconds < history_quantile(&w->runs, SHORTEST);
}

enum watch_event watch_add(struct watch *w, const struct appliance_settings *s,
                           const struct cycle_detector *d,
                           enum cycle_event event,
                           const struct watch_reading *r,
                           char text[WATCH_TEXT_SIZE]) {
  enum watch_event result = WATCH_NOTHING;
  char words[EXPECT_TEXT_SIZE];
  const double at = r->at;

  text[0] = '\0';
  if (!w->began) {
    w->began = true;
    w->began_at = at;
    w->quiet_since = at;
    w->broken = true; /* nobody saw its beginning */
  }
  if (r->gap)
    w->broken = true;
  if (event == CYCLE_STARTED)
    result = started(w, d, text);
  else if (event == CYCLE_ENDED)
    result = ended(w, s, d, text);
  if (r->gap && !d->running &&
      (event != CYCLE_NOTHING || !hides_no_run(w, r->seconds))) {
    /* nobody saw how long it has been quiet */
    w->broken = true;
    w->quiet_since = at;
  }
  if (result == WATCH_NOTHING)
    result = look(w, s, d, at, text);
  /* that it does not start may have been said already */
  if (missed(w, s, d, r, words) && result == WATCH_NOTHING && !w->told) {
    snprintf(text, WATCH_TEXT_SIZE, "%s", words);
    result = began(w, WATCH_EXPECT);
  }
  return result;
}
