/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "alert/engine/engine_clock.h"

#include "base/clock.h"

#include <string.h>
#include <sys/random.h>
#include <sys/timex.h>
#include <time.h>

int64_t engine_clock_wall_ms(void *arg) {
  (void)arg;
  return (int64_t)(clock_wall_us() / 1000);
}

int64_t engine_clock_boot_ms(void *arg) {
  struct timespec t;

  (void)arg;
  clock_gettime(CLOCK_BOOTTIME, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t engine_clock_awake_ms(void *arg) {
  (void)arg;
  return (int64_t)(clock_monotonic_us() / 1000);
}

bool engine_clock_synchronised(void *arg) {
  struct timex t = {0};

  (void)arg;
  return adjtimex(&t) != TIME_ERROR && !(t.status & STA_UNSYNC);
}

void engine_clock_random(void *arg, void *out, size_t size) {
  (void)arg;
  if (getrandom(out, size, 0) != (ssize_t)size)
    memset(out, (int)(clock_monotonic_us() & 0xff), size);
}
