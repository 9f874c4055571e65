/* SPDX-License-Identifier: MIT */
/* The latest lengths of something, for "usually at most 31 min": exact, and
 * small enough to be kept for each plug. One thread at a time. */
#ifndef APPLIANCE_HISTORY_H
#define APPLIANCE_HISTORY_H

#include <stddef.h>

enum { HISTORY_LENGTH = 64 };

struct history {
  float values[HISTORY_LENGTH]; /* a ring */
  unsigned next;
  unsigned num;       /* in the ring */
  unsigned long seen; /* ever */
};

void history_add(struct history *h, double value);

/* The smallest value that is not exceeded by the given share (0 to 1) of those
 * kept; NAN when there is none. */
double history_quantile(const struct history *h, double share);

/* The median of num values, those before the latest skip; NAN when fewer are
 * kept. */
double history_median(const struct history *h, unsigned skip, unsigned num);

/* The largest of the latest num; NAN when there is none. */
double history_largest(const struct history *h, unsigned num);

#endif
