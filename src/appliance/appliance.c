/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "appliance/appliance.h"

#include "appliance/duration.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A plug that was not heard for longer than this many intervals was away. */
static const double GAP_INTERVALS = 3;
/* Without an <Appliance> block a plug is on from here. */
static const double ON_ABOVE_W = 10;

static void finished(struct appliance *a,
                     const struct appliance_settings *settings,
                     const struct appliance_reading *r, double cost,
                     appliance_hook *hook, void *arg) {
  const struct cycle_stretch *c = &a->detector.last_stretch;
  char words[DURATION_SIZE], text[APPLIANCE_TEXT_SIZE];

  if (!c->counts)
    return;
  a->cycles++;
  a->last_duration = c->end - c->start;
  a->last_kwh = c->wh / 1000;
  a->last_cost = cost;
  if (!appliance_announces(settings))
    return;
  duration_words(a->last_duration, words);
  snprintf(text, sizeof(text), "finished: %s, %.2f kWh", words, a->last_kwh);
  if (!isnan(cost) && r->currency != NULL && r->currency[0] != '\0')
    snprintf(text + strlen(text), sizeof(text) - strlen(text), ", %.*f %s",
             (int)r->decimals, cost, r->currency);
  hook(arg, APPLIANCE_FINISHED, text);
}

/* What was used since the reading before, in money. */
static double spent_now(const struct appliance *a,
                        const struct appliance_reading *r, double grown,
                        bool gap) {
  double wh = grown;

  if (isnan(wh))
    wh = a->usage.any && !gap ? (r->watts + a->usage.last_w) / 2 *
                                    usage_seconds(&a->usage, r->at) / 3600
                              : 0;
  return wh == 0 ? 0 : wh / 1000 * r->price;
}

/* After cycle_add(): where the run under way stands. before: all that was
 * spent up to the reading before. Returns the cost of the run that ended: of
 * one that was over long before its last activity the part that its energy is
 * of all. */
static double follow_cost(struct appliance *a, enum cycle_event event,
                          double at, double before) {
  const struct cycle_detector *d = &a->detector;
  double cost = NAN;

  if (event == CYCLE_ENDED && d->last_stretch.end == d->active_at)
    cost = a->spent.at_active - a->spent.at_start;
  else if (event == CYCLE_ENDED)
    cost = (before - a->spent.at_start) *
           (d->wh > 0 ? d->last_stretch.wh / d->wh : 1);
  if ((d->rising || d->running) && d->start == at) {
    if (isnan(a->spent.all))
      a->spent.all = 0; /* what has no price is over */
    a->spent.at_start = a->spent.all;
  }
  if ((d->running || d->rising) && d->active_at == at)
    a->spent.at_active = a->spent.all;
  return cost;
}

static enum cycle_event add_cycle(struct appliance *a,
                                  const struct appliance_settings *settings,
                                  const struct appliance_reading *r,
                                  double grown, bool gap, appliance_hook *hook,
                                  void *arg) {
  const struct watch_reading now = {
      .at = r->at,
      .seconds = usage_seconds(&a->usage, r->at),
      .gap = gap,
      .grown_wh = grown,
      .wall = r->wall,
  };
  double max_gap = GAP_INTERVALS * r->interval_s;
  enum cycle_event event =
      cycle_add(&a->detector, &settings->cycle, r->at, r->watts,
                isnan(grown) ? -1 : grown, max_gap);
  double before = a->spent.all;
  char text[WATCH_TEXT_SIZE];
  double cost;

  a->spent.all += spent_now(a, r, grown, gap);
  cost = follow_cost(a, event, r->at, before);
  if (event == CYCLE_ENDED)
    finished(a, settings, r, cost, hook, arg);
  switch (watch_add(&a->watch, settings, &a->detector, event, &now, text)) {
  case WATCH_BEGAN:
    hook(arg, APPLIANCE_UNUSUAL, text);
    break;
  case WATCH_OVER:
    hook(arg, APPLIANCE_USUAL_AGAIN, text);
    break;
  case WATCH_NOTHING:
    break;
  }
  return event;
}

/* A machine that hardly ever rests has no standby: a heater in January. */
static const double ALWAYS_WORKS = 99;

static void add_standby(struct appliance *a, double at, appliance_hook *hook,
                        void *arg) {
  char text[STANDBY_TEXT_SIZE];
  double watts = NAN;

  if (!standby_is_due(&a->standby, at))
    return;
  if (usage_duty(&a->usage) < ALWAYS_WORKS)
    watts = usage_standby(&a->usage);
  switch (standby_add(&a->standby, at, watts, text)) {
  case STANDBY_CREPT:
    hook(arg, APPLIANCE_STANDBY, text);
    break;
  case STANDBY_OVER:
    hook(arg, APPLIANCE_STANDBY_OVER, text);
    break;
  case STANDBY_NOTHING:
    break;
  }
}

static void add_unloading(struct appliance *a,
                          const struct appliance_settings *s,
                          enum cycle_event event,
                          const struct appliance_reading *r, double seconds,
                          appliance_hook *hook, void *arg) {
  char text[UNLOADING_TEXT_SIZE];

  switch (unloading_add(&a->unloading, s->remind_s, &s->cycle, &a->detector,
                        event, r->at, r->watts, seconds, text)) {
  case UNLOADING_REMINDED:
    hook(arg, APPLIANCE_WAITS, text);
    break;
  case UNLOADING_DONE:
    hook(arg, APPLIANCE_UNLOADED, text);
    break;
  case UNLOADING_NOTHING:
    break;
  }
}

static void add_spike(struct appliance *a, const struct spike_settings *spike,
                      const struct appliance_reading *r, double on_above_w,
                      appliance_hook *hook, void *arg) {
  char text[SPIKE_TEXT_SIZE];

  switch (spike_add(&a->spike, spike, r->at, r->watts, on_above_w, text)) {
  case SPIKE_BEGAN:
    hook(arg, APPLIANCE_SPIKE, text);
    break;
  case SPIKE_OVER:
    hook(arg, APPLIANCE_SPIKE_OVER, text);
    break;
  case SPIKE_NOTHING:
    break;
  }
}

void appliance_add(struct appliance *a,
                   const struct appliance_settings *settings,
                   const struct spike_settings *spike,
                   const struct appliance_reading *r, appliance_hook *hook,
                   void *arg) {
  double seconds = usage_seconds(&a->usage, r->at);
  double grown = usage_grown(&a->usage, r->counter_wh);
  bool gap = seconds > GAP_INTERVALS * r->interval_s;
  enum cycle_event event;

  if (!isfinite(r->at) || !isfinite(r->watts) || seconds < 0)
    return;
  a->cold = settings != NULL && !appliance_announces(settings);
  if (settings != NULL) {
    event = add_cycle(a, settings, r, grown, gap, hook, arg);
    add_unloading(a, settings, event, r, gap ? 0 : seconds, hook, arg);
    add_standby(a, r->at, hook, arg);
  }
  if (spike != NULL)
    add_spike(a, spike, r,
              settings != NULL ? settings->cycle.start_above_w : ON_ABOVE_W,
              hook, arg);
  usage_add(&a->usage, r->at, r->watts, r->counter_wh,
            settings != NULL && a->detector.running, gap);
}
