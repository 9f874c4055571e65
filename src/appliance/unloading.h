/* SPDX-License-Identifier: MIT */
/* Says that a machine that has finished still waits to be unloaded. Opening its
 * door or switching it off changes what it takes: a change that lasts is
 * somebody's hand. Turns of a drum against creases, drain pumps and a standby
 * that flickers are none.
 *
 * Times as in cycle.h. One thread at a time. */
#ifndef APPLIANCE_UNLOADING_H
#define APPLIANCE_UNLOADING_H

#include "appliance/cycle.h"

enum { UNLOADING_TEXT_SIZE = 120 };

enum unloading_event {
  UNLOADING_NOTHING,
  UNLOADING_REMINDED, /* text says since when */
  UNLOADING_DONE,     /* after a reminder: text says what happened */
};

/* Written by unloading.c alone. Zeroed memory waits for nothing. */
struct unloading {
  bool waiting, told;
  double since;           /* the cycle's end */
  double base_ws, base_s; /* what it takes after its end: W s, s */
  double mean_ws, mean_s; /* of the two minutes under way */
  bool other;             /* the two minutes before were not like the base */
};

/* After cycle_add() with what it returned: the reading's power and the seconds
 * since the one before, 0 where those were not seen. remind_s: so long after
 * the end; 0 or less: never. */
enum unloading_event unloading_add(struct unloading *u, double remind_s,
                                   const struct cycle_settings *settings,
                                   const struct cycle_detector *d,
                                   enum cycle_event event, double at,
                                   double watts, double seconds,
                                   char text[UNLOADING_TEXT_SIZE]);

#endif
