/* SPDX-License-Identifier: MIT */
/* Tells when an appliance did not run in the hours in which it is expected to:
 * the coffee machine of somebody who lives alone, the pump that runs each
 * morning. Only a window that was seen nearly whole says anything.
 *
 * wall: seconds since 1970 UTC; windows are of the process's own zone (TZ).
 * One thread at a time. */
#ifndef APPLIANCE_EXPECT_H
#define APPLIANCE_EXPECT_H

#include "config/option.h"

#include <stdbool.h>

/* Expect "Mon-Fri" "06:00-10:00". Zeroed: nothing is expected. */
struct expect_window {
  unsigned weekdays;   /* bit 0: Monday; 0: none */
  unsigned start, end; /* minutes of the day; start > end crosses midnight and
                          belongs to the day on which it starts */
};

/* Reads the option into w, or reports in one line what is wrong with it. */
void expect_read(struct expect_window *w, const struct conf_item *item,
                 struct option_reporter *reporter);

/* Written by expect.c alone. Zeroed memory has seen nothing. */
struct expectation {
  unsigned long window; /* which settings from and to are of; 0: none yet */
  double from, to;      /* wall: the window under way, or the next one */
  double last;          /* wall: the reading before */
  double ran_at;        /* wall: when it was last seen running; 0: never */
  double unseen;        /* seconds of the window under way */
  bool ran;             /* in the window under way */
};

struct expect_reading {
  double wall;     /* NAN: not known, nothing is said */
  double seconds;  /* on a steady clock, since the reading before */
  bool running;    /* or about to; not while it rests in between */
  bool gap;        /* nothing is known of these seconds but ... */
  double grown_wh; /* ... what the counter grew; NAN: not known */
  double run_wh;   /* what a run takes at least */
};

enum { EXPECT_TEXT_SIZE = 160 };

/* One reading. True once for a window that ended without a run; text says
 * since when there was none. */
bool expect_missed(struct expectation *e, const struct expect_window *w,
                   const struct expect_reading *r, char text[EXPECT_TEXT_SIZE]);

#endif
