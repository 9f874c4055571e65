/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "appliance/duration.h"

#include <math.h>
#include <stdio.h>

void duration_words(double seconds, char out[DURATION_SIZE]) {
  long long s, minutes, hours;

  if (!(seconds > 0))
    seconds = 0;
  seconds = fmin(seconds, 1e12);
  s = llround(seconds);
  minutes = llround(seconds / 60);
  hours = llround(seconds / 3600);
  if (s < 60)
    snprintf(out, DURATION_SIZE, "%lld s", s);
  else if (minutes < 60)
    snprintf(out, DURATION_SIZE, "%lld min", minutes);
  else if (hours < 48 && minutes % 60 == 0)
    snprintf(out, DURATION_SIZE, "%lld h", minutes / 60);
  else if (hours < 48)
    snprintf(out, DURATION_SIZE, "%lld h %lld min", minutes / 60, minutes % 60);
  else if (hours % 24 == 0)
    snprintf(out, DURATION_SIZE, "%lld days", hours / 24);
  else
    snprintf(out, DURATION_SIZE, "%lld days %lld h", hours / 24, hours % 24);
}
