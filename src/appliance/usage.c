/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "appliance/usage.h"

#include <math.h>

static const double HOUR = 3600;
static const double MEAN_S = 300;
/* So much of the last day has to have been seen. */
static const double SEEN_S = 20 * 3600.0;

double usage_seconds(const struct usage *u, double at) {
  return u->any ? at - u->last_at : 0;
}

double usage_grown(const struct usage *u, double counter_wh) {
  double grown = counter_wh - u->last_wh;

  return u->any && grown >= 0 ? grown : NAN;
}

static void begin_hour(struct usage *u) {
  u->hours[u->hour].seen = 0;
  u->hours[u->hour].worked = 0;
  u->hours[u->hour].lowest = -1;
}

static void turn(struct usage *u, double at) {
  for (unsigned i = 0; at >= u->hour_ends && i < USAGE_HOURS; i++) {
    u->hour = (u->hour + 1) % USAGE_HOURS;
    begin_hour(u);
    u->hour_ends += HOUR;
  }
  if (at >= u->hour_ends) /* away for longer than anything is kept */
    u->hour_ends = at + HOUR;
}

static void take_mean(struct usage *u, double seconds, double wh) {
  float mean;

  u->mean_s += seconds;
  u->mean_wh += wh;
  if (u->mean_s < MEAN_S)
    return;
  mean = (float)fmax(u->mean_wh * 3600 / u->mean_s, 0);
  if (u->hours[u->hour].lowest < 0 || mean < u->hours[u->hour].lowest)
    u->hours[u->hour].lowest = mean;
  u->mean_s = u->mean_wh = 0;
}

void usage_add(struct usage *u, double at, double watts, double counter_wh,
               bool working, bool gap) {
  double seconds = usage_seconds(u, at);

  if (!u->any) {
    u->any = true;
    u->hour_ends = at + HOUR;
    for (u->hour = USAGE_HOURS; u->hour-- > 0;)
      begin_hour(u);
    u->hour = 0;
  }
  turn(u, at);
  if (gap) {
    u->mean_s = u->mean_wh = 0;
  } else if (seconds > 0) {
    u->hours[u->hour].seen += (float)seconds;
    if (working)
      u->hours[u->hour].worked += (float)seconds;
    take_mean(u, seconds, (watts + u->last_w) / 2 * seconds / 3600);
  }
  u->last_at = at;
  u->last_w = watts;
  u->last_wh = counter_wh;
}

static double seen(const struct usage *u) {
  double all = 0;

  for (unsigned i = 0; u->any && i < USAGE_HOURS; i++)
    all += u->hours[i].seen;
  return all;
}

double usage_standby(const struct usage *u) {
  double lowest = NAN;

  if (seen(u) < SEEN_S)
    return NAN;
  for (unsigned i = 0; i < USAGE_HOURS; i++)
    if (u->hours[i].lowest >= 0 && !(u->hours[i].lowest >= lowest))
      lowest = u->hours[i].lowest;
  return lowest;
}

double usage_duty(const struct usage *u) {
  double worked = 0, all = seen(u);

  if (all < SEEN_S)
    return NAN;
  for (unsigned i = 0; i < USAGE_HOURS; i++)
    worked += u->hours[i].worked;
  return worked / all * 100;
}
