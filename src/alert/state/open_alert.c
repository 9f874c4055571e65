/* SPDX-License-Identifier: MIT */
/* See open_alert.h. */
#include <config.h>

#include "alert/state/open_alert.h"

#include "alert/state/escalation.h"
#include "alert/state/flapping.h"
#include "alert/store/store_alert.h"
#include "alert/store/store_history.h"
#include "alert/text/alert_subject.h"
#include "base/log.h"
#include "base/milliseconds.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DAYS_30_S = 30 * 86400 };
#define DAYS_30_MS ((int64_t)DAYS_30_S * 1000)

double recover_after(const struct state *s, const struct open_alert *e) {
  double own = e->routes_num > 0 ? s->config->routes[e->routes[0]].recover_after
                                 : SECONDS_UNSET;

  return own >= 0 ? own : s->config->recover_after;
}

double good_after(const struct state *s, const struct open_alert *e) {
  double usual = recover_after(s, e);

  return flapping_is(e) ? fmax(usual, s->config->flapping.window) : usual;
}

double repeat_every(const struct state *s, const struct open_alert *e,
                    size_t route) {
  const struct route_config *r = &s->config->routes[e->routes[route]];
  double every = r->repeat[e->a.level];

  if (strcmp(e->a.plugin, "notify_kasa") == 0)
    return 86400; /* our own troubles: once a day */
  return every == SECONDS_UNSET ? s->config->repeat[e->a.level] : every;
}

static void complain(int err) {
  if (err < 0)
    log_say(LOG_LEVEL_ERROR, "alert not recorded: %s", strerror(-err));
}

void open_alert_store(struct state *s, struct open_alert *e) {
  complain(store_alert_save(s->store, &e->a, e->due));
  alert_table_index(&s->table, e);
  alert_table_changed(&s->table, e);
  e->dirty = false;
}

void open_alert_history(struct state *s, const struct open_alert *e,
                        int64_t now, const char *what, const char *detail) {
  complain(store_history_add(s->store, now, e->a.id, what, "", detail));
}

void open_alert_tell(struct state *s, struct open_alert *e,
                     const struct notification *n) {
  if (s->clock_uncertain)
    e->a.flags |= ALERT_TIME_UNCERTAIN;
  e->a.reason = n->reason;
  e->a.sequence++;
  s->hooks.notify(s->hooks.notify_arg, e, n);
}

void open_alert_notify(struct state *s, struct open_alert *e, int64_t now,
                       enum message_kind kind, enum alert_reason reason,
                       bool quiet) {
  open_alert_tell(s, e,
                  &(struct notification){.kind = kind,
                                         .reason = reason,
                                         .quiet = quiet,
                                         .route = -1,
                                         .now = now});
}

void open_alert_tell_heir(struct state *s, struct open_alert *e, int64_t now) {
  e->heir = false;
  if (e->a.state != ALERT_FIRING)
    return;
  open_alert_notify(s, e, now, MESSAGE_OPEN, REASON_OPENED, false);
  open_alert_store(s, e);
}

/* "Last: 92 W at 13:58" */
void open_alert_remember_power(const struct state *s, struct open_alert *e) {
  struct alert *a = &e->a;

  if (s->hooks.source.last_power == NULL ||
      alert_subject_kind(a) != SUBJECT_AWAY)
    return;
  a->last_at = 0;
  if (!s->hooks.source.last_power(s->hooks.source.arg, a, &a->last_power,
                                  &a->last_at) ||
      !isfinite(a->last_power))
    a->last_power = NAN;
  if (a->last_at > a->since + 60000 || a->last_at < a->since - DAYS_30_MS)
    a->last_at = 0; /* by a clock that was set since */
}

void open_alert_text_told(struct open_alert *e, int64_t now) {
  e->a.news = 0;
  e->a.news_at = now;
}

bool open_alert_insists(const struct open_alert *e) {
  return e->a.state == ALERT_FIRING &&
         !(e->a.flags & (ALERT_ACKED | ALERT_UNCONFIRMED | ALERT_STALE));
}

bool open_alert_fire(struct state *s, struct open_alert *e, int64_t now) {
  bool once = e->a.flags & ALERT_ONESHOT;
  bool flaps = flapping_opens(s, e, now);

  open_alert_remember_power(s, e);
  e->a.state = once ? ALERT_RESOLVED : ALERT_FIRING;
  e->a.resolved_at = once ? now : 0;
  e->due = 0;
  open_alert_text_told(e, now);
  s->counts.opened[e->a.level]++;
  open_alert_store(s, e);
  open_alert_history(s, e, now, "opened", e->a.text);
  if (flaps)
    open_alert_history(s, e, now, "flapping", "");
  if (e->routes_num == 0) {
    s->counts.no_route++;
    if (!s->no_route_said)
      log_say(LOG_LEVEL_WARNING,
              "an alert of \"%s\" matches no route: it is "
              "recorded, nobody is told (further ones only in the history)",
              e->a.device);
    s->no_route_said = true;
    open_alert_history(s, e, now, "no route", "");
  }
  open_alert_notify(s, e, now, once ? MESSAGE_NOTE : MESSAGE_OPEN,
                    flaps ? REASON_FLAPPING : REASON_OPENED, false);
  if (e->a.flags & ALERT_ACKED) /* meanwhile, or under another name */
    open_alert_notify(s, e, now, MESSAGE_ACKED, REASON_ACKED, true);
  if (!once)
    escalation_begin(s, e, now);
  open_alert_store(s, e); /* its sequence */
  if (once)
    alert_table_remove(&s->table, e);
  return once;
}

void open_alert_resolve(struct state *s, struct open_alert *e, int64_t at,
                        int64_t now) {
  flapping_over(e);
  e->a.state = ALERT_RESOLVED;
  e->a.resolved_at = at;
  e->a.reason = REASON_RECOVERED;
  e->due = 0;
  open_alert_store(s, e);
  open_alert_history(s, e, now, "resolved", "");
  open_alert_notify(s, e, now, MESSAGE_RESOLVED, REASON_RECOVERED, false);
  open_alert_store(s, e);
  alert_table_remove(&s->table, e);
}

void open_alert_close(struct state *s, struct open_alert *e, int64_t now,
                      enum close_how how, const char *why) {
  bool pending = e->a.state == ALERT_PENDING;

  flapping_over(e);
  e->a.state = ALERT_EXPIRED;
  e->a.resolved_at = now;
  e->due = 0;
  open_alert_store(s, e);
  open_alert_history(s, e, now, "closed", why);
  if (!pending)
    open_alert_tell(
        s, e,
        &(struct notification){.kind = MESSAGE_RESOLVED,
                               .reason = how == CLOSE_RENAMED ? REASON_RENAMED
                                                              : REASON_CLOSED,
                               .quiet = true,
                               .stateful_only = how == CLOSE_TELL_STATEFUL,
                               .route = -1,
                               .now = now});
  open_alert_store(s, e);
  alert_table_remove(&s->table, e);
}

void open_alert_drop(struct state *s, struct open_alert *e) {
  complain(store_alert_delete(s->store, e->a.id));
  alert_table_remove(&s->table, e);
}

bool open_alert_recover(struct state *s, struct open_alert *e, int64_t now) {
  int64_t wait = ms_of(good_after(s, e));

  flapping_changed(e, now);
  e->a.flags &= ~(unsigned)(ALERT_NO_READING | ALERT_STALE);
  if (wait == 0) {
    open_alert_resolve(s, e, now, now);
    return true;
  }
  e->a.state = ALERT_RECOVERING;
  e->due = now + wait;
  open_alert_store(s, e);
  return false;
}

bool open_alert_fine(struct state *s, struct open_alert *e, int64_t now) {
  if (e->a.state == ALERT_PENDING) {
    open_alert_drop(s, e);
    return true;
  }
  return e->a.state == ALERT_FIRING && open_alert_recover(s, e, now);
}

bool open_alert_member_back(struct state *s, struct open_alert *e,
                            struct alert_member *m, int64_t now) {
  if (m != NULL && m->back_at == 0) {
    m->back_at = now;
    open_alert_count_members(e);
    complain(store_member_save(s->store, e->a.id, m));
    if (e->a.members_missing > 0)
      open_alert_store(s, e);
  }
  return e->a.members_missing == 0 && open_alert_fine(s, e, now);
}
