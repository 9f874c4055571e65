/* SPDX-License-Identifier: MIT */
/* See core_clock.h. */
#include <config.h>

#include "alert/core/core_clock.h"
#include "alert/store/store_meta.h"
#include "alert/store/store_upkeep.h"

#include "base/clock.h"
#include "base/log.h"

#include <inttypes.h>

enum {
  STEP_MS = 5000,              /* a clock that moves by more was set */
  SLEEP_MS = 5000,             /* a machine that stood for longer was asleep */
  STEADY_MS = 6 * 3600 * 1000, /* after so long the present is believed */
};

bool core_clock_is_set(int64_t wall_ms) { return wall_ms >= CLOCK_EARLIEST_MS; }

/* A clock that was ahead once would make every later moment look unset: the
 * present is believed once the kernel vouches for it, or after some hours of
 * steady running. */
static bool believed(const struct alert_core *c, int64_t now) {
  if (now >= c->wall_high)
    return true;
  if (now < CLOCK_EARLIEST_MS)
    return false;
  return (c->hooks.synchronised != NULL &&
          c->hooks.synchronised(c->hooks.clock_arg)) ||
         core_boot_ms(c) - c->began >= STEADY_MS;
}

/* Nothing was read in its sleep, so that all values look old to collectd. The
 * time itself has passed: timers do not move. */
static void check_sleep(struct alert_core *c, int64_t now) {
  int64_t slept = core_slept_ms(c);
  int64_t delta = slept - c->slept;

  c->slept = slept;
  if (delta <= SLEEP_MS)
    return;
  log_say(LOG_LEVEL_NOTICE, "the machine was asleep for %" PRId64 " s",
          delta / 1000);
  state_clock_stepped(c->state, now);
}

/* Timers are kept as wall time; when that clock is set, they move with it. */
void core_check_clock(struct alert_core *c) {
  int64_t now = core_wall_ms(c);
  int64_t offset = now - core_boot_ms(c);
  int64_t delta = offset - c->offset;

  c->offset = offset;
  check_sleep(c, now);
  if (delta > STEP_MS || delta < -STEP_MS) {
    log_say(LOG_LEVEL_NOTICE,
            "the clock was set by %" PRId64 " s; timers move with it",
            delta / 1000);
    state_shift(c->state, delta);
    state_clock_stepped(c->state, now);
    deliver_shift(c->deliver, delta);
    store_shift(c->store, delta);
    if (!c->uncertain &&
        now < c->wall_high) { /* set back on purpose: the new truth */
      c->wall_high = now;
      store_meta_set(c->store, "wall_high", now);
    }
  }
  if (c->uncertain && believed(c, now)) {
    c->uncertain = false;
    if (now < c->wall_high) {
      log_say(LOG_LEVEL_NOTICE, "the clock, which was ahead, is right again");
      c->wall_high = now;
      store_meta_set(c->store, "wall_high", now);
    }
  }
  state_clock_uncertain(c->state, c->uncertain);
}

/* A board without a clock begins in the past: what was stored keeps its
 * distance to the last moment we know of. */
void core_check_clock_at_start(struct alert_core *c) {
  int64_t now = core_wall_ms(c);

  c->offset = now - core_boot_ms(c);
  c->slept = core_slept_ms(c);
  c->began = core_boot_ms(c);
  store_meta_get(c->store, "wall_high", &c->wall_high);
  if (now < CLOCK_EARLIEST_MS && c->wall_high == 0) {
    c->uncertain = true;
    c->wall_high = CLOCK_EARLIEST_MS;
    log_say(LOG_LEVEL_WARNING, "the clock is not set yet");
    return;
  }
  if (now >= c->wall_high - STEP_MS)
    return;
  c->uncertain = true;
  log_say(LOG_LEVEL_WARNING,
          "the clock is behind the last recorded moment: it is "
          "probably not set yet");
  state_shift(c->state, now - c->wall_high);
  state_begin_grace(c->state, now);
  store_shift(c->store, now - c->wall_high);
}
