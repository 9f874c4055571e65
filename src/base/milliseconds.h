/* SPDX-License-Identifier: MIT */
/* Durations: seconds where people write them, whole milliseconds inside. */
#ifndef BASE_MILLISECONDS_H
#define BASE_MILLISECONDS_H

#include <math.h>
#include <stdint.h>

static inline int64_t ms_of(double seconds) {
  return (int64_t)llround(seconds * 1000);
}

#endif
