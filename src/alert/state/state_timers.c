/* SPDX-License-Identifier: MIT */
/* See state_timers.h. */
#include <config.h>

#include "alert/state/state_timers.h"

#include "alert/state/alert_build.h"
#include "alert/state/flapping.h"
#include "alert/state/open_alert.h"
#include "alert/state/route_key.h"
#include "alert/state/state_escalation.h"
#include "alert/state/state_flapping.h"
#include "alert/state/state_news.h"
#include "alert/store/store_alert.h"
#include "base/milliseconds.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
  POLL_MS = 10000,        /* how often the value cache is asked */
  LONGEST_MS = 60000,     /* between two walks through all */
  TOGETHER_MS = 1000,     /* who is due so soon is asked along */
  MEMBER_REST_MS = 30000, /* a missing series leaves the cache only after its
                             notification was handled: do not look at once */
};

static bool reading(struct state *s, const struct open_alert *e,
                    const char *series, double *value) {
  return s->hooks.source.lookup != NULL &&
         s->hooks.source.lookup(s->hooks.source.arg, &e->a, series, value) &&
         isfinite(*value);
}

static bool own_reading(struct state *s, const struct open_alert *e,
                        double *value) {
  char series[ALERT_SERIES_SIZE];

  snprintf(series, sizeof(series), "%s%s%s", e->a.type,
           e->a.type_instance[0] != '\0' ? "-" : "", e->a.type_instance);
  return reading(s, e, series, value);
}

/* These return true when the episode has ended: it is gone. */
typedef bool tick_fn(struct state *s, struct open_alert *e, int64_t now);

/* Beyond a bound that the last bad notification named. Hits may keep collectd
 * from saying so for long; percent and inverted bounds cannot be compared. */
static bool out_of_bounds(const struct alert *a, double value) {
  if (isfinite(a->percent) || a->direction == DIRECTION_WITHIN)
    return false;
  return value > a->warning_max || value > a->failure_max ||
         value < a->warning_min || value < a->failure_min;
}

static bool refresh_range(struct state *s, struct open_alert *e, int64_t now) {
  double after = fmax(2 * s->hooks.interval_s, recover_after(s, e));
  double value = NAN;
  bool fine = own_reading(s, e, &value);

  if (fine) {
    e->a.value = value;
    e->dirty = true;
  }
  if (!(e->a.flags & ALERT_NO_READING)) {
    open_alert_peak(e);
    return false;
  }
  fine = fine && !out_of_bounds(&e->a, value);
  if (!fine)
    e->fine_at = 0;
  else if (e->fine_at == 0)
    e->fine_at = now;
  if (!fine || now - e->fine_at < ms_of(after))
    return false;
  e->a.flags &= ~(unsigned)(ALERT_UNCONFIRMED | ALERT_NO_READING);
  return open_alert_fine(s, e, now);
}

static bool refresh_missing(struct state *s, struct open_alert *e,
                            int64_t now) {
  bool back = false;
  double value;

  for (unsigned i = 0; i < e->a.members_num; i++) {
    struct alert_member *m = &e->members[i];

    if (m->back_at != 0 || now - m->missing_since < MEMBER_REST_MS ||
        !reading(s, e, m->series, &value))
      continue;
    e->a.flags &= ~(unsigned)(ALERT_UNCONFIRMED | ALERT_STALE);
    m->back_at = now;
    if (store_member_save(s->store, e->a.id, m) == 0)
      back = true;
  }
  if (!back)
    return false;
  open_alert_count_members(e);
  if (e->a.members_missing > 0) {
    open_alert_store(s, e);
    return false;
  }
  return open_alert_fine(s, e, now);
}

static bool tick_cache(struct state *s, struct open_alert *e, int64_t now) {
  if (e->a.state == ALERT_RECOVERING || now - e->polled < POLL_MS - TOGETHER_MS)
    return false;
  e->polled = now;
  if (e->a.class == ALERT_RANGE)
    return refresh_range(s, e, now);
  return e->a.class == ALERT_MISSING && refresh_missing(s, e, now);
}

static bool tick_pending(struct state *s, struct open_alert *e, int64_t now) {
  if (e->a.state != ALERT_PENDING)
    return false;
  if (e->a.flags & ALERT_UNCONFIRMED) {
    if (now < s->grace_until)
      return false;
    open_alert_drop(s, e);
    return true;
  }
  if (now < e->due || (e->a.flags & ALERT_NO_READING))
    return false;
  return open_alert_fire(s, e, now);
}

static bool tick_recovering(struct state *s, struct open_alert *e,
                            int64_t now) {
  int64_t at;

  if (e->a.state != ALERT_RECOVERING || now < e->due ||
      ((e->a.flags & ALERT_UNCONFIRMED) && now < s->grace_until))
    return false;
  at = e->due - ms_of(good_after(s, e));
  open_alert_resolve(s, e, at > e->a.since ? at : e->a.since, now);
  return true;
}

static bool tick_stale(struct state *s, struct open_alert *e, int64_t now) {
  double value;

  if (!(e->a.flags & ALERT_UNCONFIRMED) || now < s->grace_until)
    return false;
  if (!(e->a.flags & ALERT_STALE)) {
    e->a.flags |= ALERT_STALE;
    e->stale_at = now;
    open_alert_store(s, e);
  }
  if (e->stale_at == 0)
    e->stale_at = now;
  if (now - e->a.seen >= ms_of(s->config->expire_after) &&
      !s->clock_uncertain) {
    open_alert_close(s, e, now, CLOSE_TELL_ALL, "nothing heard for too long");
    return true;
  }
  if ((e->a.flags & ALERT_STALE_TOLD) ||
      now - e->stale_at < ms_of(s->config->stale_after))
    return false;
  if (e->a.class == ALERT_RANGE && own_reading(s, e, &value)) {
    /* values come, and collectd had ample time to call them bad: they are
     * fine, or no longer anybody's threshold */
    e->a.flags &= ~(unsigned)(ALERT_UNCONFIRMED | ALERT_STALE);
    e->a.value = value;
    return open_alert_fine(s, e, now);
  }
  e->a.flags |= ALERT_STALE_TOLD;
  open_alert_notify(s, e, now, MESSAGE_UPDATE, REASON_STALE, true);
  open_alert_store(s, e);
  return false;
}

static bool tick_event(struct state *s, struct open_alert *e, int64_t now) {
  if (e->a.class != ALERT_EVENT || strcmp(e->a.plugin, "notify_kasa") == 0 ||
      s->clock_uncertain || now - e->a.seen < ms_of(s->config->event_expire))
    return false;
  open_alert_close(s, e, now, CLOSE_TELL_STATEFUL, "no all-clear came");
  return true;
}

static bool tick_ack(struct state *s, struct open_alert *e, int64_t now) {
  if (!(e->a.flags & ALERT_ACKED) || e->a.ack_until == 0 ||
      now < e->a.ack_until)
    return false;
  e->a.flags &= ~(unsigned)ALERT_ACKED;
  e->a.unacked_since = now;
  open_alert_store(s, e);
  open_alert_history(s, e, now, "unacked", "the acknowledgement ran out");
  for (size_t i = 0; i < e->routes_num; i++)
    if (e->repeat_due[i] != 0 && repeat_every(s, e, i) > 0)
      e->repeat_due[i] = now;
  return false;
}

static bool tick_repeat(struct state *s, struct open_alert *e, int64_t now) {
  if (!open_alert_insists(e) || flapping_is(e))
    return false;
  for (size_t i = 0; i < e->routes_num; i++) {
    double every = repeat_every(s, e, i);
    struct notification n = {.kind = MESSAGE_REPEAT,
                             .reason = REASON_REPEAT,
                             .route = (int)i,
                             .now = now};
    char key[64];

    if (e->repeat_due[i] == 0 || now < e->repeat_due[i])
      continue;
    /* should this one be lost, the next comes all the same; its delivery
     * counts anew */
    e->repeat_due[i] = every > 0 ? now + ms_of(every) : 0;
    route_key(s->config, e->routes[i], key, sizeof(key));
    store_repeat_save(s->store, e->a.id, key, e->repeat_due[i]);
    if (every <= 0)
      continue;
    e->a.repeats++;
    open_alert_tell(s, e, &n);
    open_alert_store(s, e);
  }
  return false;
}

/* In this order: each may end the episode, the later ones rely on what the
 * earlier decided. */
static tick_fn *const ticks[] = {tick_cache,          tick_pending,
                                 tick_recovering,     tick_stale,
                                 tick_event,          tick_ack,
                                 state_flapping_tick, state_news_tick,
                                 tick_repeat,         state_escalation_tick};

static void sooner(int64_t *due, int64_t moment) {
  if (moment > 0 && (*due == 0 || moment < *due))
    *due = moment;
}

/* When the alert needs a look, 0 = never. */
static int64_t due_of(const struct state *s, const struct open_alert *e) {
  bool doubtful = e->a.flags & ALERT_UNCONFIRMED;
  int64_t due = 0;

  if (e->a.state == ALERT_RECOVERING ||
      (e->a.state == ALERT_PENDING && !(e->a.flags & ALERT_NO_READING)))
    sooner(&due, doubtful && e->due < s->grace_until ? s->grace_until : e->due);
  if (e->a.class != ALERT_EVENT && e->a.state != ALERT_RECOVERING &&
      s->hooks.source.lookup != NULL)
    sooner(&due, e->polled + POLL_MS);
  if (doubtful && !(e->a.flags & ALERT_STALE_TOLD))
    sooner(&due, e->a.flags & ALERT_STALE
                     ? e->stale_at + ms_of(s->config->stale_after)
                     : s->grace_until);
  if (e->a.flags & ALERT_ACKED)
    sooner(&due, e->a.ack_until);
  if (e->a.class == ALERT_EVENT && strcmp(e->a.plugin, "notify_kasa") != 0 &&
      !s->clock_uncertain)
    sooner(&due, e->a.seen + ms_of(s->config->event_expire));
  sooner(&due, state_news_due(s, e));
  sooner(&due, state_escalation_due(e));
  sooner(&due, state_flapping_due(s, e));
  if (open_alert_insists(e) && !flapping_is(e))
    for (size_t i = 0; i < e->routes_num; i++)
      sooner(&due, e->repeat_due[i]);
  return due;
}

/* With thousands of them open a walk through all is not for every round: each
 * says when it needs the next look, and those who are due soon after are taken
 * along. */
void state_tick(struct state *s, int64_t now) {
  struct open_alert *next;
  int64_t due = now + LONGEST_MS;

  if (s->walk_due == 0 || now < s->walk_due)
    return;
  for (struct open_alert *e = s->table.first; e != NULL; e = next) {
    bool gone = false;

    next = e->next;
    for (size_t i = 0; i < sizeof(ticks) / sizeof(ticks[0]) && !gone; i++)
      gone = ticks[i](s, e, now);
    if (!gone)
      sooner(&due, due_of(s, e));
  }
  s->walk_due = due;
}

void state_touched(struct state *s, const struct open_alert *e) {
  sooner(&s->walk_due, due_of(s, e));
}

int64_t state_next_due(const struct state *s, int64_t now) {
  return s->walk_due > 0 && s->walk_due < now ? now : s->walk_due;
}
