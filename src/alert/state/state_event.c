/* SPDX-License-Identifier: MIT */
/* See state_event.h. */
#include <config.h>

#include "alert/state/state_event.h"

#include "alert/state/alert_build.h"
#include "alert/state/escalation.h"
#include "alert/state/flapping.h"
#include "alert/state/open_alert.h"
#include "alert/state/state_news.h"
#include "alert/state/state_renamed.h"
#include "alert/state/state_timers.h"
#include "alert/store/store_alert.h"
#include "base/log.h"
#include "base/milliseconds.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static int gravity(enum severity severity) {
  static const int order[] = {[SEVERITY_OKAY] = 0,
                              [SEVERITY_WARNING] = 1,
                              [SEVERITY_NONE] = 1,
                              [SEVERITY_FAILURE] = 2};

  return (unsigned)severity < sizeof(order) / sizeof(order[0]) ? order[severity]
                                                               : 1;
}

static size_t open_max(const struct state *s) {
  return s->hooks.open_max > 0 ? s->hooks.open_max : STATE_OPEN_MAX;
}

static struct open_alert *open_new(struct state *s, const struct event *ev,
                                   int64_t now) {
  struct open_alert *e;
  double wait;

  /* what we say of ourselves is little, and among it that this was refused */
  if (s->table.count >= open_max(s) && strcmp(ev->plugin, "notify_kasa") != 0) {
    s->refused++;
    return NULL;
  }
  e = open_alert_new();
  if (e == NULL) {
    log_say(LOG_LEVEL_ERROR, "alert lost: out of memory");
    return NULL;
  }
  alert_build(s->config, ev, now, e);
  e->polled = now;
  /* collectd compares its clock with that of the last value: a clock that is
   * set makes all of them "missing", although none paused */
  if (ev->class == ALERT_MISSING && now < s->doubt_until) {
    e->due = now + state_doubt_ms(s);
    e->a.last_power = NAN;
  }
  alert_table_add(&s->table, e);
  wait = e->routes_num > 0 ? s->config->routes[e->routes[0]].for_s : 0;
  if (wait > 0 && !ev->oneshot && e->due < now + ms_of(wait))
    e->due = now + ms_of(wait);
  if (e->due > 0)
    open_alert_store(s, e);
  return e;
}

/* Once its members are known: what does not wait is told at once. */
static void fire_unless_waiting(struct state *s, struct open_alert *e,
                                int64_t now) {
  if (e->due == 0)
    open_alert_fire(s, e, now);
}

static void became_worse(struct state *s, struct open_alert *e, int64_t now) {
  open_alert_notify(s, e, now, MESSAGE_UPDATE, REASON_WORSE, false);
  escalation_begin(s, e, now);
  open_alert_text_told(e, now);
}

static void is_flapping(struct state *s, struct open_alert *e, bool worse,
                        int64_t now) {
  open_alert_history(s, e, now, "flapping", "");
  open_alert_notify(s, e, now, MESSAGE_UPDATE, REASON_FLAPPING, false);
  if (worse)
    escalation_begin(s, e, now);
  open_alert_text_told(e, now);
}

static void still_bad(struct state *s, struct open_alert *e,
                      const struct event *ev, int64_t now) {
  enum severity before = e->a.severity;
  unsigned doubts =
      ALERT_UNCONFIRMED | ALERT_NO_READING | ALERT_STALE | ALERT_STALE_TOLD;
  bool changed = (e->a.flags & doubts) != 0;
  bool told_fine = e->a.state == ALERT_RECOVERING;
  enum level level = open_alert_level(s->config, e, ev->severity);
  int change = gravity(ev->severity) - gravity(before);
  e->a.flags &= ~doubts;
  e->a.seen = now;
  e->a.count++;
  e->dirty = true;
  state_news_take(s, e, ev);
  open_alert_values(e, ev);
  if (e->a.state == ALERT_PENDING) {
    e->a.level = level;
    if (changed)
      open_alert_store(s, e);
    return;
  }
  if (told_fine) {
    e->a.state = ALERT_FIRING;
    e->due = 0;
    changed = true;
  }
  if (change != 0)
    flapping_changed(e, now);
  if (change > 0 && level > e->a.ack_level && (e->a.flags & ALERT_ACKED)) {
    e->a.flags &= ~(unsigned)ALERT_ACKED;
    open_alert_history(s, e, now, "unacked", "it became worse");
  }
  e->a.level = level;
  if (change > 0)
    open_alert_history(s, e, now, "worse", e->a.text);
  if (told_fine && flapping_reopened(s, e, now)) {
    is_flapping(s, e, change > 0, now);
  } else if (change > 0) {
    if (flapping_passes(e))
      became_worse(s, e, now);
  } else if (e->heir) {
    open_alert_tell_heir(s, e, now);
  } else if (change < 0) {
    open_alert_history(s, e, now, "better", e->a.text);
    if (s->config->notify_downgrade && !flapping_is(e))
      open_alert_notify(s, e, now, MESSAGE_UPDATE, REASON_BETTER, true);
  }
  if (changed || change != 0)
    open_alert_store(s, e);
}

static void bad(struct state *s, const struct event *ev, int64_t now) {
  struct open_alert *e = alert_table_find(&s->table, ev->fingerprint);

  if (e != NULL) {
    still_bad(s, e, ev, now);
    return;
  }
  e = open_new(s, ev, now);
  if (e == NULL)
    return;
  renamed_ack_take(s, e, now);
  fire_unless_waiting(s, e, now);
}

/* A sentence of the threshold plugin, however short long names have cut it.
 * Nothing else begins like that. */
static bool is_sentence(const char *text) {
  return strncmp(text, "Host ", 5) == 0 && strstr(text, ", plugin ") != NULL;
}

/* Cut off where it would tell a value from an event, a sentence is taken for
 * the latter: bad and fine of one series may so be of different classes. */
static struct open_alert *of_other_class(const struct state *s,
                                         const struct event *ev) {
  static const enum alert_class classes[] = {ALERT_RANGE, ALERT_EVENT};
  char fingerprint[33];

  if (!is_sentence(ev->text) || ev->nan)
    return NULL;
  for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
    struct open_alert *e;

    if (classes[i] == ev->class)
      continue;
    event_fingerprint(classes[i], ev->host, ev->plugin, ev->plugin_instance,
                      ev->type, ev->type_instance, "", fingerprint);
    e = alert_table_find(&s->table, fingerprint);
    if (e != NULL && (classes[i] == ALERT_RANGE || is_sentence(e->a.text)))
      return e;
  }
  return NULL;
}

static void okay(struct state *s, const struct event *ev, int64_t now) {
  struct open_alert *e = alert_table_find(&s->table, ev->fingerprint);
  struct open_alert *cut = e == NULL ? of_other_class(s, ev) : NULL;

  if (cut != NULL) {
    cut->a.flags &=
        ~(unsigned)(ALERT_UNCONFIRMED | ALERT_STALE | ALERT_NO_READING);
    cut->a.seen = now;
    cut->dirty = true;
    s->walk_due = 1;
    open_alert_fine(s, cut, now);
    return;
  }

  if (e == NULL) {
    s->counts.dropped_okay++;
    return;
  }
  if (ev->nan) {
    /* "not a number" counts as OKAY for collectd, for us as "unknown": the
     * value cache decides */
    if (e->a.state != ALERT_RECOVERING && !(e->a.flags & ALERT_NO_READING)) {
      e->a.flags |= ALERT_NO_READING;
      e->fine_at = 0;
      open_alert_store(s, e);
    }
    return;
  }
  e->a.flags &= ~(unsigned)(ALERT_UNCONFIRMED | ALERT_STALE | ALERT_NO_READING);
  e->a.seen = now;
  e->dirty = true;
  if (ev->class == ALERT_EVENT) /* somebody's own words for the end */
    snprintf(e->a.recovery_text, sizeof(e->a.recovery_text), "%s", ev->text);
  open_alert_values(e, ev);
  open_alert_fine(s, e, now);
}

/* -- missing devices ------------------------------------------------------ */

static void missing(struct state *s, const struct event *ev, int64_t now) {
  struct open_alert *e = alert_table_find(&s->table, ev->fingerprint);
  bool fresh = e == NULL;
  char series[ALERT_SERIES_SIZE];
  struct alert_member *m;

  if (fresh)
    e = open_new(s, ev, now);
  if (e == NULL)
    return;
  if (fresh && e->a.id == 0) /* members refer to its row */
    open_alert_store(s, e);
  event_series(ev, series, sizeof(series));
  m = open_alert_member(e, series, true);
  if (m != NULL) {
    m->missing_since = now;
    m->back_at = 0;
    if (store_member_save(s->store, e->a.id, m) < 0)
      log_say(LOG_LEVEL_ERROR,
              "a missing series of \"%s\" was "
              "not recorded",
              e->a.device);
  }
  open_alert_count_members(e);
  if (fresh)
    fire_unless_waiting(s, e, now);
  else
    still_bad(s, e, ev, now);
}

/* A waiting range alert of a series that went away says nothing any more. */
static void forget_pending(struct state *s, const struct event *ev) {
  char fingerprint[33];
  struct open_alert *e;

  event_fingerprint(ALERT_RANGE, ev->host, ev->plugin, ev->plugin_instance,
                    ev->type, ev->type_instance, "", fingerprint);
  e = alert_table_find(&s->table, fingerprint);
  if (e != NULL && e->a.state == ALERT_PENDING)
    open_alert_drop(s, e);
}

/* A number, or the all-clear that was cut off before it. */
static bool has_reading(const struct event *ev) {
  return isfinite(ev->value) ||
         (!event_bad(ev) && is_sentence(ev->text) && !ev->nan);
}

/* A number from any series of a missing device: that series is back. */
static void reports_again(struct state *s, const struct event *ev,
                          int64_t now) {
  struct open_alert *e = alert_table_find(&s->table, ev->missing_fingerprint);
  char series[ALERT_SERIES_SIZE];

  if (e == NULL || !has_reading(ev))
    return;
  event_series(ev, series, sizeof(series));
  e->a.flags &= ~(unsigned)(ALERT_UNCONFIRMED | ALERT_STALE);
  e->a.seen = now;
  e->dirty = true;
  open_alert_member_back(s, e, open_alert_member(e, series, false), now);
}

static void touched(struct state *s, const char *fingerprint) {
  struct open_alert *e = alert_table_find(&s->table, fingerprint);

  if (e == NULL)
    return;
  alert_table_changed(&s->table, e);
  state_touched(s, e);
}

static void take(struct state *s, const struct event *ev, int64_t now) {
  if (state_is_renaming(ev)) {
    state_renamed(s, ev, now);
    return;
  }
  if (ev->class == ALERT_MISSING) {
    if (state_was_renamed(s, ev, now))
      return;
    forget_pending(s, ev);
    missing(s, ev, now);
    return;
  }
  reports_again(s, ev, now);
  if (event_bad(ev) || ev->oneshot)
    bad(s, ev, now);
  else
    okay(s, ev, now);
}

void state_event(struct state *s, const struct event *ev, int64_t now) {
  take(s, ev, now);
  touched(s, ev->fingerprint);
  touched(s, ev->missing_fingerprint);
}
