/* SPDX-License-Identifier: MIT */
/* Days and hours of the week by the wall clock of this machine: "Mon-Fri",
 * "22:00-07:00". A window that crosses midnight belongs to the day it begins
 * on. What counts is what a clock on the wall shows, so both changes of
 * daylight saving take care of themselves: an hour that does not exist is in
 * no window, one that comes twice is so twice.
 *
 * Pure functions but for the time zone; any thread. */
#ifndef ALERT_CONFIG_TIME_WINDOW_H
#define ALERT_CONFIG_TIME_WINDOW_H

#include "config/option.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TIME_WINDOW_RANGES = 16 };

struct time_window {
  struct option_strings days_text, times_text; /* the options */
  unsigned days;                               /* bit 0 = Sunday; 0 = all */
  struct {
    int from, to; /* minutes of the day, to exclusive */
  } ranges[TIME_WINDOW_RANGES];
  size_t ranges_num; /* 0 = the whole day */
};

/* Of tables with Time and Days. */
extern const struct option_hint time_window_hints[];

/* From the options' texts: 0 or -EINVAL after reporting. */
int time_window_compile(struct time_window *window, const char *where,
                        struct option_reporter *reporter);
void time_window_clear(struct time_window *window);

/* Whether now (wall ms) is inside; *end (may be NULL) gets the minute of the
 * day at which it ends then. */
bool time_window_holds(const struct time_window *window, int64_t now, int *end);

#endif
