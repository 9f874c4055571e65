/* SPDX-License-Identifier: MIT */
/* One appliance behind one plug: its cycles, what is unusual about it, and the
 * figures that are reported. Fed with the plug's readings; what happens comes
 * back through a hook. One thread at a time. */
#ifndef APPLIANCE_APPLIANCE_H
#define APPLIANCE_APPLIANCE_H

#include "appliance/appliance_settings.h"
#include "appliance/cycle.h"
#include "appliance/spike.h"
#include "appliance/standby.h"
#include "appliance/unloading.h"
#include "appliance/usage.h"
#include "appliance/watch.h"

enum appliance_news {
  APPLIANCE_FINISHED,    /* a cycle; told once */
  APPLIANCE_UNUSUAL,     /* the watch's text */
  APPLIANCE_USUAL_AGAIN, /* what was unusual is over */
  APPLIANCE_SPIKE,       /* the spike's text */
  APPLIANCE_SPIKE_OVER,
  APPLIANCE_STANDBY, /* takes more than it used to while it does nothing */
  APPLIANCE_STANDBY_OVER,
  APPLIANCE_WAITS, /* to be unloaded */
  APPLIANCE_UNLOADED,
};

enum { APPLIANCE_TEXT_SIZE = 200 };

/* text goes behind the appliance's name: "finished: 1 h 12 min, 0.85 kWh". */
typedef void appliance_hook(void *arg, enum appliance_news news,
                            const char *text);

/* Written by appliance.c alone. Zeroed memory is one that has seen nothing. */
struct appliance {
  bool cold; /* of a kind that starts again and again by itself */
  struct cycle_detector detector;
  struct watch watch;
  struct spike spike;
  struct usage usage;
  struct standby standby;
  struct unloading unloading;
  unsigned long cycles; /* finished ones that count */
  double last_duration; /* s, of the latest; valid when cycles > 0 */
  double last_kwh;
  double last_cost; /* NAN: not known */
  struct {
    double all; /* what was used since the daemon first saw it, in money */
    double at_start, at_active; /* the same when the run began, was active */
  } spent; /* NAN from where a price is missing to the next start */
};

/* What is fed: power in W at a moment on a clock that never steps, in seconds;
 * the plug's counter in Wh, or NAN when there is none; the polling interval in
 * seconds. */
struct appliance_reading {
  double at;
  double watts;
  double counter_wh;
  double interval_s;
  double wall;          /* s since 1970 UTC, of the moment */
  double price;         /* of a kWh now; NAN: not known */
  const char *currency; /* NULL or "": none */
  unsigned decimals;
};

/* settings: of the <Appliance> and <Spike> blocks, either may be NULL. */
void appliance_add(struct appliance *a,
                   const struct appliance_settings *settings,
                   const struct spike_settings *spike,
                   const struct appliance_reading *reading,
                   appliance_hook *hook, void *arg);

#endif
