/* SPDX-License-Identifier: MIT */
/* The life of the table of alerts: loading, transitions, what people order.
 * See state.h; notifications are in state_event.c, timers in state_tick.c. */
#include <config.h>

#include "alert/state/state_internal.h"

#include "alert/text/alert_subject.h"
#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int64_t ms_of(double seconds) { return (int64_t)llround(seconds * 1000); }

double recover_after(const struct state *s, const struct open_alert *e) {
  double own = e->routes_num > 0 ? s->config->routes[e->routes[0]].recover_after
                                 : SECONDS_UNSET;

  return own >= 0 ? own : s->config->recover_after;
}

double repeat_every(const struct state *s, const struct open_alert *e,
                    size_t route) {
  const struct route_config *r = &s->config->routes[e->routes[route]];
  double every = r->repeat[e->a.level];

  if (strcmp(e->a.plugin, "notify_kasa") == 0)
    return 86400; /* our own troubles: once a day */
  return every == SECONDS_UNSET ? s->config->repeat[e->a.level] : every;
}

/* -- helpers -------------------------------------------------------------- */

static void complain(int err) {
  if (err < 0)
    log_say(LOG_LEVEL_ERROR, "alert not recorded: %s", strerror(-err));
}

void open_alert_store(struct state *s, struct open_alert *e) {
  complain(store_alert_save(s->store, &e->a, e->due));
  e->dirty = false;
}

void open_alert_history(struct state *s, const struct open_alert *e,
                        int64_t now, const char *what, const char *detail) {
  complain(store_history_add(s->store, now, e->a.id, what, "", detail));
}

void open_alert_tell(struct state *s, struct open_alert *e,
                     const struct notification *say) {
  if (s->clock_uncertain)
    e->a.flags |= ALERT_TIME_UNCERTAIN;
  e->a.reason = say->reason;
  e->a.sequence++;
  s->hooks.say(s->hooks.say_arg, e, say);
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

/* -- transitions ---------------------------------------------------------- */

/* "Last: 92 W at 13:58" */
void state_remember_power(const struct state *s, struct open_alert *e) {
  struct alert *a = &e->a;

  if (s->hooks.source.last_power == NULL ||
      alert_subject_kind(a) != SUBJECT_AWAY)
    return;
  a->last_at = 0;
  if (!s->hooks.source.last_power(s->hooks.source.arg, a, &a->last_power,
                                  &a->last_at) ||
      !isfinite(a->last_power))
    a->last_power = NAN;
}

void open_alert_fire(struct state *s, struct open_alert *e, int64_t now) {
  bool once = e->a.flags & ALERT_ONESHOT;

  state_remember_power(s, e);
  e->a.state = once ? ALERT_RESOLVED : ALERT_FIRING;
  e->a.resolved_at = once ? now : 0;
  e->due = 0;
  s->counts.opened[e->a.level]++;
  open_alert_store(s, e);
  open_alert_history(s, e, now, "opened", e->a.text);
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
                    REASON_OPENED, false);
  open_alert_store(s, e); /* its sequence */
  if (once)
    alert_table_remove(&s->table, e);
}

void open_alert_resolve(struct state *s, struct open_alert *e, int64_t at,
                        int64_t now) {
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

  e->a.state = ALERT_EXPIRED;
  e->a.resolved_at = now;
  e->due = 0;
  open_alert_store(s, e);
  open_alert_history(s, e, now, "closed", why);
  if (!pending)
    open_alert_tell(
        s, e,
        &(struct notification){.kind = MESSAGE_RESOLVED,
                               .reason = REASON_CLOSED,
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

void open_alert_recover(struct state *s, struct open_alert *e, int64_t now) {
  int64_t wait = ms_of(recover_after(s, e));

  e->a.flags &= ~(unsigned)(ALERT_NO_READING | ALERT_STALE);
  if (wait == 0) {
    open_alert_resolve(s, e, now, now);
    return;
  }
  e->a.state = ALERT_RECOVERING;
  e->due = now + wait;
  open_alert_store(s, e);
}

void open_alert_fine(struct state *s, struct open_alert *e, int64_t now) {
  if (e->a.state == ALERT_PENDING)
    open_alert_drop(s, e);
  else if (e->a.state == ALERT_FIRING)
    open_alert_recover(s, e, now);
}

void open_alert_member_back(struct state *s, struct open_alert *e,
                            struct alert_member *m, int64_t now) {
  if (m != NULL && m->back_at == 0) {
    m->back_at = now;
    open_alert_count_members(e);
    complain(store_member_save(s->store, e->a.id, m));
    if (e->a.members_missing > 0)
      open_alert_store(s, e);
  }
  if (e->a.members_missing == 0)
    open_alert_fine(s, e, now);
}

/* -- life ----------------------------------------------------------------- */

struct state *state_new(const struct notify_config *config, struct store *store,
                        const struct state_hooks *hooks) {
  struct state *s = calloc(1, sizeof(*s));

  if (s == NULL)
    return NULL;
  s->config = config;
  s->store = store;
  s->hooks = *hooks;
  if (alert_table_init(&s->table) < 0) {
    free(s);
    return NULL;
  }
  return s;
}

void state_free(struct state *s) {
  if (s == NULL)
    return;
  alert_table_free(&s->table);
  free(s);
}

static void load_member(void *arg, const struct alert_member *member) {
  struct open_alert *e = arg;
  struct alert_member *m = open_alert_member(e, member->series, true);

  if (m != NULL)
    *m = *member;
}

static void load_alert(void *arg, const struct alert *alert, int64_t due) {
  struct state *s = arg;
  struct open_alert *e = open_alert_new();

  if (e == NULL) {
    complain(-ENOMEM);
    return;
  }
  e->a = *alert;
  e->a.members_num = e->a.members_missing = 0;
  if (e->a.class != ALERT_EVENT) /* nothing says an event again */
    e->a.flags |= ALERT_UNCONFIRMED;
  e->a.flags &= ~(unsigned)(ALERT_STALE | ALERT_STALE_TOLD | ALERT_NO_READING);
  e->due = due;
  open_alert_names(s->config, e);
  open_alert_routes(s->config, e);
  alert_table_add(&s->table, e);
}

int state_load(struct state *s, int64_t now) {
  int err = store_alert_each_open(s->store, load_alert, s);

  if (err < 0)
    return err;
  state_begin_grace(s, now);
  for (struct open_alert *e = s->table.first; e != NULL; e = e->next) {
    store_member_each(s->store, e->a.id, load_member, e);
    open_alert_count_members(e);
    for (size_t i = 0; i < e->routes_num; i++) {
      char key[64];
      route_key(s->config, e->routes[i], key, sizeof(key));
      e->repeat_due[i] = store_repeat_get(s->store, e->a.id, key);
    }
  }
  return 0;
}

void state_begin_grace(struct state *s, int64_t now) {
  s->grace_until = now + ms_of(s->hooks.grace_s);
}

void state_clock_uncertain(struct state *s, bool uncertain) {
  bool known_again = s->clock_uncertain && !uncertain;

  s->clock_uncertain = uncertain;
  if (!known_again)
    return;
  /* their times have moved with the clock and are right from now on */
  for (struct open_alert *e = s->table.first; e != NULL; e = e->next)
    if (e->a.flags & ALERT_TIME_UNCERTAIN) {
      e->a.flags &= ~(unsigned)ALERT_TIME_UNCERTAIN;
      open_alert_store(s, e);
    }
}

static void shift(int64_t *moment, int64_t delta) {
  if (*moment > 0)
    *moment = *moment + delta > 0 ? *moment + delta : 1;
}

void state_shift(struct state *s, int64_t delta) {
  shift(&s->grace_until, delta);
  for (struct open_alert *e = s->table.first; e != NULL; e = e->next) {
    int64_t *const moments[] = {&e->a.since,  &e->a.seen,      &e->a.last_at,
                                &e->a.ack_at, &e->a.ack_until, &e->due,
                                &e->fine_at,  &e->stale_at,    &e->polled};

    for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++)
      shift(moments[i], delta);
    for (size_t i = 0; i < e->routes_num; i++)
      shift(&e->repeat_due[i], delta);
    for (unsigned i = 0; i < e->a.members_num; i++)
      shift(&e->members[i].missing_since, delta);
    open_alert_store(s, e);
  }
}

void state_save_all(struct state *s, bool everything) {
  for (struct open_alert *e = s->table.first; e != NULL; e = e->next)
    if (e->dirty || everything)
      open_alert_store(s, e);
}

void state_accepted(struct state *s, int64_t alert_id, const char *route,
                    int64_t at) {
  struct open_alert *e = state_find(s, alert_id);

  for (size_t i = 0; e != NULL && i < e->routes_num; i++) {
    double every = repeat_every(s, e, i);
    char key[64];

    route_key(s->config, e->routes[i], key, sizeof(key));
    if (strcmp(key, route) != 0)
      continue;
    e->repeat_due[i] = every > 0 ? at + ms_of(every) : 0;
    complain(store_repeat_save(s->store, e->a.id, key, e->repeat_due[i]));
  }
}

/* -- what people order ---------------------------------------------------- */

int state_ack(struct state *s, int64_t id, double for_s, const char *by,
              const char *source, int64_t now) {
  struct open_alert *e = state_find(s, id);
  double until = for_s > 0 ? for_s : s->config->ack_timeout;

  if (e == NULL)
    return -ENOENT;
  if ((e->a.flags & ALERT_ACKED) && for_s <= 0)
    return -EALREADY;
  e->a.flags |= ALERT_ACKED;
  text_clean(by, strlen(by), e->a.ack_by, sizeof(e->a.ack_by));
  text_clean(source, strlen(source), e->a.ack_source, sizeof(e->a.ack_source));
  e->a.ack_at = now;
  e->a.ack_until = until > 0 ? now + ms_of(until) : 0;
  e->a.ack_level = e->a.level;
  open_alert_store(s, e);
  open_alert_history(s, e, now, "acked", e->a.ack_by);
  if (e->a.state != ALERT_PENDING)
    open_alert_notify(s, e, now, MESSAGE_ACKED, REASON_ACKED, true);
  open_alert_store(s, e);
  return 0;
}

int state_unack(struct state *s, int64_t id, const char *by, int64_t now) {
  struct open_alert *e = state_find(s, id);

  if (e == NULL)
    return -ENOENT;
  if (!(e->a.flags & ALERT_ACKED))
    return -EALREADY;
  e->a.flags &= ~(unsigned)ALERT_ACKED;
  open_alert_store(s, e);
  open_alert_history(s, e, now, "unacked", by);
  return 0;
}

int state_resolve(struct state *s, int64_t id, const char *by, int64_t now) {
  struct open_alert *e = state_find(s, id);

  if (e == NULL)
    return -ENOENT;
  open_alert_close(s, e, now, CLOSE_TELL_ALL, by);
  return 0;
}

const struct alert_table *state_open_alerts(const struct state *s) {
  return &s->table;
}

struct open_alert *state_find(const struct state *s, int64_t id) {
  return alert_table_find_id(&s->table, id);
}

void state_count(const struct state *s, struct state_counts *out) {
  *out = s->counts;
  out->open = s->table.count;
  out->firing = 0;
  for (const struct open_alert *e = s->table.first; e != NULL; e = e->next)
    if (e->a.state == ALERT_FIRING)
      out->firing++;
}
