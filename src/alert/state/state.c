/* SPDX-License-Identifier: MIT */
/* The life of the table of open alerts: see state.h. */
#include <config.h>

#include "alert/state/escalation.h"
#include "alert/state/state.h"

#include "alert/state/alert_build.h"
#include "alert/state/open_alert.h"
#include "alert/state/route_key.h"
#include "alert/store/store_alert.h"
#include "base/log.h"
#include "base/milliseconds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct state *state_new(const struct notify_config *config, struct store *store,
                        const struct state_hooks *hooks) {
  struct state *s = calloc(1, sizeof(*s));

  if (s == NULL)
    return NULL;
  s->config = config;
  s->store = store;
  s->hooks = *hooks;
  if (alert_table_init(&s->table, config->inhibits, config->inhibits_num) < 0) {
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
    log_say(LOG_LEVEL_ERROR, "an alert is forgotten: out of memory");
    return;
  }
  e->a = *alert;
  e->a.members_num = e->a.members_missing = e->a.members_listed = 0;
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
  renamed_ack_load(s, now);
  for (struct open_alert *e = s->table.first; e != NULL; e = e->next) {
    store_member_each(s->store, e->a.id, load_member, e);
    open_alert_count_members(e);
    for (size_t i = 0; i < e->routes_num; i++) {
      char key[64];
      route_key(s->config, e->routes[i], key, sizeof(key));
      e->repeat_due[i] = store_repeat_get(s->store, e->a.id, key);
    }
    escalation_load(s, e);
  }
  return 0;
}

void state_begin_grace(struct state *s, int64_t now) {
  s->grace_until = now + ms_of(s->hooks.grace_s);
  s->walk_due = 1;
}

void state_clock_uncertain(struct state *s, bool uncertain) {
  bool known_again = s->clock_uncertain && !uncertain;

  if (s->clock_uncertain != uncertain)
    s->walk_due = 1;

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

void state_clock_stepped(struct state *s, int64_t now) {
  s->doubt_until = now + state_doubt_ms(s);
}

static void shift(int64_t *moment, int64_t delta) {
  if (*moment > 0)
    *moment = *moment + delta > 0 ? *moment + delta : 1;
}

void state_shift(struct state *s, int64_t delta) {
  s->walk_due = 1;
  shift(&s->grace_until, delta);
  shift(&s->doubt_until, delta);
  state_renamed_shift(s, delta);
  renamed_ack_shift(s, delta);
  for (struct open_alert *e = s->table.first; e != NULL; e = e->next) {
    int64_t *const moments[] = {
        &e->a.since,     &e->a.seen,    &e->a.last_at,      &e->a.ack_at,
        &e->a.ack_until, &e->due,       &e->fine_at,        &e->stale_at,
        &e->polled,      &e->a.news_at, &e->a.unacked_since};

    for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++)
      shift(moments[i], delta);
    for (size_t i = 0; i < e->routes_num; i++) {
      shift(&e->repeat_due[i], delta);
      shift(&e->step_due[i], delta);
    }
    shift(&e->a.flap_changed, delta);
    for (unsigned i = 0; i < e->a.reopened_num; i++)
      shift(&e->a.reopened[i], delta);
    for (unsigned i = 0; i < e->a.members_num; i++)
      shift(&e->members[i].missing_since, delta);
    open_alert_store(s, e);
  }
}

void state_save_changed(struct state *s, size_t max) {
  for (struct open_alert *e = s->table.first; e != NULL && max > 0; e = e->next)
    if (e->dirty) {
      open_alert_store(s, e);
      max--;
    }
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
    if (e->repeat_due[i] != 0 && e->repeat_due[i] < s->walk_due)
      s->walk_due = e->repeat_due[i];
    if (store_repeat_save(s->store, e->a.id, key, e->repeat_due[i]) < 0)
      log_say(LOG_LEVEL_ERROR, "a reminder was not recorded");
  }
}

const struct alert_table *state_open_alerts(const struct state *s) {
  return &s->table;
}

struct open_alert *state_find(const struct state *s, int64_t id) {
  return alert_table_find_id(&s->table, id);
}

uint64_t state_refused(const struct state *s) { return s->refused; }

void state_count(const struct state *s, struct state_counts *out) {
  *out = s->counts;
  out->open = s->table.count;
  out->firing = 0;
  for (const struct open_alert *e = s->table.first; e != NULL; e = e->next)
    if (e->a.state == ALERT_FIRING)
      out->firing++;
}
