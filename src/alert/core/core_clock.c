/* SPDX-License-Identifier: MIT */
/* See core_clock.h. */
#include <config.h>

#include "alert/core/core_clock.h"
#include "alert/store/store_meta.h"
#include "alert/store/store_upkeep.h"

#include "base/log.h"

#include <inttypes.h>

enum { STEP_MS = 5000 /* a clock that moves by more was set */ };

/* Timers are kept as wall time; when that clock is set, they move with it. */
void core_check_clock(struct alert_core *c) {
  int64_t now = core_wall_ms(c);
  int64_t offset = now - core_boot_ms(c);
  int64_t delta = offset - c->offset;

  c->offset = offset;
  if (delta > STEP_MS || delta < -STEP_MS) {
    log_say(LOG_LEVEL_NOTICE,
            "the clock was set by %" PRId64 " s; timers move with it",
            delta / 1000);
    state_shift(c->state, delta);
    deliver_shift(c->deliver, delta);
    store_shift(c->store, delta);
    if (!c->uncertain &&
        now < c->wall_high) { /* set back on purpose: the new truth */
      c->wall_high = now;
      store_meta_set(c->store, "wall_high", now);
    }
  }
  if (c->uncertain && now >= c->wall_high)
    c->uncertain = false;
  state_clock_uncertain(c->state, c->uncertain);
}

/* A board without a clock begins in the past: what was stored keeps its
 * distance to the last moment we know of. */
void core_check_clock_at_start(struct alert_core *c) {
  int64_t now = core_wall_ms(c);

  c->offset = now - core_boot_ms(c);
  store_meta_get(c->store, "wall_high", &c->wall_high);
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
