/* SPDX-License-Identifier: MIT */
/* See backoff.h. */
#include <config.h>

#include "alert/deliver/backoff.h"

double backoff_s(unsigned failures, double random01) {
  static const double steps[] = {5, 15, 30, 60, 120, 300, 600, 900};
  unsigned last = sizeof(steps) / sizeof(steps[0]) - 1;
  unsigned step = failures == 0 ? 0 : failures - 1;

  return steps[step < last ? step : last] * (0.8 + 0.4 * random01);
}
