/* SPDX-License-Identifier: MIT */
/* Tells when an appliance does not do what it usually does: a freezer that does
 * not start, a fridge that runs on, a machine that was left on. What is usual
 * is learned from its own runs and pauses; before twenty runs or a week of
 * watching nothing is thought to be unusual. Every message says why.
 *
 * Times as in cycle.h. One thread at a time. */
#ifndef APPLIANCE_WATCH_H
#define APPLIANCE_WATCH_H

#include "appliance/appliance_settings.h"
#include "appliance/cycle.h"
#include "appliance/expect.h"
#include "appliance/history.h"

#include <stdbool.h>
#include <stdint.h>

enum { WATCH_TEXT_SIZE = 160 };

enum watch_event {
  WATCH_NOTHING,
  WATCH_BEGAN, /* text says what is unusual, and what is usual */
  WATCH_OVER,  /* it is no longer so; text says that */
};

/* Which option it is about, or would be. */
enum watch_reason {
  WATCH_EXPECT_EVERY,
  WATCH_MAX_RUN,
  WATCH_MAX_DURATION,
  WATCH_EXPECT,
};
extern const char *const watch_reason_names[]; /* "ExpectEvery" */

/* Written by watch.c alone; what it has learned may be stored and set again
 * as a whole. */
struct watch {
  struct history runs, pauses; /* seconds */
  bool began;                  /* there was a reading: */
  double began_at;
  double quiet_since; /* not running since then */
  bool broken;        /* the run or pause under way was not seen whole */
  bool told;          /* what is unusual now has been said */
  uint8_t reason;     /* enum watch_reason of what was said last */
  struct expectation expectation;
};

struct watch_reading {
  double at;
  double seconds;  /* since the reading before */
  bool gap;        /* nothing was known of the plug meanwhile but ... */
  double grown_wh; /* ... what the counter grew; NAN: not known */
  double wall;     /* of the moment, seconds since 1970 UTC; NAN: not known */
};

/* To be called after cycle_add(), with what it returned. The text is empty at
 * WATCH_NOTHING. */
enum watch_event
watch_add(struct watch *w, const struct appliance_settings *settings,
          const struct cycle_detector *d, enum cycle_event event,
          const struct watch_reading *r, char text[WATCH_TEXT_SIZE]);

/* Whether it is known, at this moment, what is usual of its runs. */
bool watch_has_learned(const struct watch *w, double at);

#endif
