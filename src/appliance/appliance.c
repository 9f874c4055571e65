/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "appliance/appliance.h"

#include "appliance/duration.h"

#include <math.h>
#include <stdio.h>

/* A plug that was not heard for longer than this many intervals was away. */
static const double GAP_INTERVALS = 3;
/* Without an <Appliance> block a plug is on from here. */
static const double ON_ABOVE_W = 10;

static void finished(struct appliance *a,
                     const struct appliance_settings *settings,
                     appliance_hook *hook, void *arg) {
  const struct cycle_stretch *c = &a->detector.last_stretch;
  char words[DURATION_SIZE], text[APPLIANCE_TEXT_SIZE];

  if (!c->counts)
    return;
  a->cycles++;
  a->last_duration = c->end - c->start;
  a->last_kwh = c->wh / 1000;
  if (!appliance_announces(settings))
    return;
  duration_words(a->last_duration, words);
  snprintf(text, sizeof(text), "finished: %s, %.2f kWh", words, a->last_kwh);
  hook(arg, APPLIANCE_FINISHED, text);
}

static void add_cycle(struct appliance *a,
                      const struct appliance_settings *settings,
                      const struct appliance_reading *r, double grown, bool gap,
                      appliance_hook *hook, void *arg) {
  double max_gap = GAP_INTERVALS * r->interval_s;
  enum cycle_event event =
      cycle_add(&a->detector, &settings->cycle, r->at, r->watts,
                isnan(grown) ? -1 : grown, max_gap);
  char text[WATCH_TEXT_SIZE];

  if (event == CYCLE_ENDED)
    finished(a, settings, hook, arg);
  switch (
      watch_add(&a->watch, settings, &a->detector, event, r->at, gap, text)) {
  case WATCH_BEGAN:
    hook(arg, APPLIANCE_UNUSUAL, text);
    break;
  case WATCH_OVER:
    hook(arg, APPLIANCE_USUAL_AGAIN, text);
    break;
  case WATCH_NOTHING:
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

  if (!isfinite(r->at) || !isfinite(r->watts) || seconds < 0)
    return;
  if (settings != NULL)
    add_cycle(a, settings, r, grown, gap, hook, arg);
  if (spike != NULL)
    add_spike(a, spike, r,
              settings != NULL ? settings->cycle.start_above_w : ON_ABOVE_W,
              hook, arg);
  usage_add(&a->usage, r->at, r->watts, r->counter_wh,
            settings != NULL && a->detector.running, gap);
}
