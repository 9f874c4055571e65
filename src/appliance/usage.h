/* SPDX-License-Identifier: MIT */
/* How a plug is used over a day: what it takes when it does nothing, and for
 * what part of the time it works. One thread at a time. */
#ifndef APPLIANCE_USAGE_H
#define APPLIANCE_USAGE_H

#include <stdbool.h>

enum { USAGE_HOURS = 24 };

/* Written by usage.c alone. Zeroed memory has seen nothing. */
struct usage {
  bool any; /* there was a reading: */
  double last_at, last_w, last_wh;
  double hour_ends;
  unsigned hour; /* the ring's place of the hour under way */
  struct {
    float seen, worked; /* seconds */
    float lowest;       /* W, of its five-minute means; negative: none yet */
  } hours[USAGE_HOURS];
  double mean_s, mean_wh; /* of the five minutes under way */
};

/* Since the reading before; 0 at the first; negative when time went back. */
double usage_seconds(const struct usage *u, double at);
/* What the counter grew since the reading before; NAN when that is not known.
 */
double usage_grown(const struct usage *u, double counter_wh);

/* One reading; gap: the time since the one before was not seen. */
void usage_add(struct usage *u, double at, double watts, double counter_wh,
               bool working, bool gap);

/* The lowest five-minute mean of the last 24 hours in W; NAN before 20 hours
 * have been seen. */
double usage_standby(const struct usage *u);
/* Percent of the time seen in the last 24 hours in which it worked; NAN before
 * 24 hours have been seen. */
double usage_duty(const struct usage *u);

#endif
