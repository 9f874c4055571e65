/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "appliance/unloading.h"

#include "appliance/duration.h"

#include <math.h>
#include <stdio.h>

/* What is usual after the end is a mean over five minutes; a change is two
 * minutes, and two more, that differ by both of these. */
static const double BASE_S = 300, MEAN_S = 120;
static const double CHANGE_W = 0.5, CHANGE_SHARE = 0.4;

static void forget_mean(struct unloading *u) {
  u->mean_ws = u->mean_s = 0;
  u->other = false;
}

/* A run that would count as a cycle already. */
static bool is_cycle(const struct cycle_settings *s,
                     const struct cycle_detector *d, double at) {
  return d->running && d->wh >= s->min_energy_wh &&
         at - d->start >= s->min_duration_s;
}

/* Whether somebody has changed what it takes. */
static bool has_changed(struct unloading *u, double watts, double seconds) {
  double base, mean;
  bool other;

  if (u->base_s < BASE_S) {
    u->base_ws += watts * seconds;
    u->base_s += seconds;
    return false;
  }
  u->mean_ws += watts * seconds;
  u->mean_s += seconds;
  if (u->mean_s < MEAN_S)
    return false;
  base = u->base_ws / u->base_s;
  mean = u->mean_ws / u->mean_s;
  other = fabs(mean - base) > fmax(CHANGE_W, CHANGE_SHARE * base);
  u->mean_ws = u->mean_s = 0;
  if (other && u->other)
    return true;
  u->other = other;
  return false;
}

static enum unloading_event done(struct unloading *u, const char *words,
                                 char text[UNLOADING_TEXT_SIZE]) {
  bool told = u->told;

  *u = (struct unloading){0};
  if (!told)
    return UNLOADING_NOTHING;
  snprintf(text, UNLOADING_TEXT_SIZE, "%s", words);
  return UNLOADING_DONE;
}

static enum unloading_event remind(struct unloading *u, double remind_s,
                                   double at, char text[UNLOADING_TEXT_SIZE]) {
  char words[DURATION_SIZE];

  if (u->told || at - u->since < remind_s)
    return UNLOADING_NOTHING;
  u->told = true;
  duration_words(at - u->since, words);
  snprintf(text, UNLOADING_TEXT_SIZE,
           "finished %s ago and has not been unloaded since", words);
  return UNLOADING_REMINDED;
}

enum unloading_event unloading_add(struct unloading *u, double remind_s,
                                   const struct cycle_settings *settings,
                                   const struct cycle_detector *d,
                                   enum cycle_event event, double at,
                                   double watts, double seconds,
                                   char text[UNLOADING_TEXT_SIZE]) {
  text[0] = '\0';
  if (remind_s <= 0)
    return done(u, "is not watched for being unloaded any more", text);
  if (event == CYCLE_ENDED && d->last_stretch.counts) {
    enum unloading_event was = done(u, "has run again", text);

    u->waiting = true;
    u->since = d->last_stretch.end;
    return was;
  }
  if (!u->waiting)
    return UNLOADING_NOTHING;
  if (is_cycle(settings, d, at))
    return done(u, "has been started again", text);
  if (d->running || watts >= settings->start_above_w || seconds <= 0)
    forget_mean(u);
  else if (has_changed(u, watts, seconds))
    return done(u, "has been unloaded", text);
  return d->running ? UNLOADING_NOTHING : remind(u, remind_s, at, text);
}
