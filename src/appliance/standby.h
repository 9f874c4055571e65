/* SPDX-License-Identifier: MIT */
/* Tells when a machine takes more than it used to while it does nothing: the
 * median of its last seven days against that of up to 28 days before. Told
 * once, over when it is back, or when it has become the usual.
 *
 * Times as in cycle.h. One thread at a time. */
#ifndef APPLIANCE_STANDBY_H
#define APPLIANCE_STANDBY_H

#include "appliance/history.h"

#include <stdbool.h>

enum { STANDBY_TEXT_SIZE = 160 };

enum standby_event { STANDBY_NOTHING, STANDBY_CREPT, STANDBY_OVER };

/* Written by standby.c alone. Zeroed memory has seen nothing. */
struct standby {
  struct history days; /* W, of each day that was known */
  bool began;
  double day_ends;
  bool told;
  double before;         /* W: what was usual when it was told */
  unsigned long told_at; /* days known then */
};

/* A moment; watts: the standby of the last 24 hours, NAN where it is not known
 * or where the machine hardly ever rested. */
enum standby_event standby_add(struct standby *s, double at, double watts,
                               char text[STANDBY_TEXT_SIZE]);
/* Whether a day ends with this moment, so that standby_add() looks at watts. */
bool standby_is_due(const struct standby *s, double at);

#endif
