/* SPDX-License-Identifier: MIT */
/* See flapping.h. */
#include <config.h>

#include "alert/state/flapping.h"

#include "alert/store/store_alert.h"
#include "base/milliseconds.h"

#include <string.h>

/* Our own troubles are told once a day as it is, what happens once never comes
 * again. */
static bool wanted(const struct state *s, const struct open_alert *e) {
  return s->config->flapping.count > 0 && !(e->a.flags & ALERT_ONESHOT) &&
         strcmp(e->a.plugin, "notify_kasa") != 0;
}

bool flapping_is(const struct open_alert *e) {
  return (e->a.flags & ALERT_FLAPPING) != 0;
}

/* Only those of the last window count, and none of a clock that was ahead. */
static void forget_old(struct alert *a, int64_t window, int64_t now) {
  unsigned kept = 0;

  for (unsigned i = 0; i < a->reopened_num; i++)
    if (a->reopened[i] > now - window && a->reopened[i] <= now)
      a->reopened[kept++] = a->reopened[i];
  a->reopened_num = kept;
}

/* True when that made it flapping. */
static bool came_again(const struct state *s, struct open_alert *e,
                       int64_t now) {
  struct alert *a = &e->a;

  forget_old(a, ms_of(s->config->flapping.window), now);
  if (a->reopened_num == ALERT_REOPENED_MAX)
    memmove(a->reopened, a->reopened + 1,
            --a->reopened_num * sizeof(a->reopened[0]));
  a->reopened[a->reopened_num++] = now;
  a->flap_changed = now;
  if (flapping_is(e) || a->reopened_num < s->config->flapping.count)
    return false;
  a->flags |= ALERT_FLAPPING;
  a->flap_level = a->level;
  return true;
}

bool flapping_opens(const struct state *s, struct open_alert *e, int64_t now) {
  int64_t window = ms_of(s->config->flapping.window);
  struct alert before;

  if (!wanted(s, e) ||
      store_alert_last_closed(s->store, e->a.fingerprint, e->a.since - window,
                              &before) < 0 ||
      before.resolved_at > now)
    return false;
  memcpy(e->a.reopened, before.reopened, sizeof(e->a.reopened));
  e->a.reopened_num = before.reopened_num;
  return came_again(s, e, now);
}

bool flapping_reopened(const struct state *s, struct open_alert *e,
                       int64_t now) {
  return wanted(s, e) && came_again(s, e, now);
}

void flapping_changed(struct open_alert *e, int64_t now) {
  if (flapping_is(e))
    e->a.flap_changed = now;
}

bool flapping_passes(struct open_alert *e) {
  if (!flapping_is(e))
    return true;
  if (e->a.level <= e->a.flap_level)
    return false;
  e->a.flap_level = e->a.level;
  return true;
}

int64_t flapping_until(const struct notify_config *config,
                       const struct alert *a) {
  return a->flags & ALERT_FLAPPING
             ? a->flap_changed + ms_of(config->flapping.window)
             : 0;
}

void flapping_over(struct open_alert *e) {
  e->a.flags &= ~(unsigned)ALERT_FLAPPING;
}
