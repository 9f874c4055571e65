/* SPDX-License-Identifier: MIT */
/* The two clocks: one that never jumps for deadlines, one for people. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* This was written later, ms: a clock that is behind has not been set. */
#define CLOCK_EARLIEST_MS INT64_C(1764547200000)

/* Microseconds since some moment in the past; never goes back. */
uint64_t clock_monotonic_us(void);

/* Microseconds since 1970-01-01 UTC; may jump when the clock is set. */
uint64_t clock_wall_us(void);

#endif
