/* SPDX-License-Identifier: MIT */
/* See deliver_notify.h. */
#include <config.h>

#include "alert/deliver/deliver_notify.h"

#include "alert/deliver/deliver_fold.h"
#include "alert/deliver/deliver_held.h"
#include "alert/deliver/deliver_message.h"
#include "alert/deliver/deliver_outbox.h"
#include "alert/deliver/group/group_wait.h"
#include "alert/model/alert_json.h"
#include "alert/policy/policy.h"
#include "alert/state/route_key.h"
#include "alert/store/store_history.h"
#include "alert/store/store_notification_log.h"
#include "alert/store/store_outbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One notification, on its way to the channels. */
struct round {
  struct deliver *d;
  struct open_alert *e;
  const struct notification *n;
  char *snapshot; /* made when the first channel needs it */
};

/* False: what has no room is told in another way. */
static bool room_for(struct round *s, int channel, enum message_kind kind) {
  struct deliver *d = s->d;
  const struct alert *a = &s->e->a;
  const char *name = d->channels[channel].config->name;
  struct notification_log told;

  if (kind == MESSAGE_RESOLVED) {
    store_notification_log_get(d->store, a->id, name, &told);
    if (!told.announced)
      /* its alarm waits in the queue, and will say that it is over */
      return deliver_has_room(d, channel, s->n->now);
    if (deliver_has_room_for_end(d, channel, s->n->now))
      return true;
  } else if (deliver_has_room(d, channel, s->n->now)) {
    return true;
  }
  deliver_fold(d, channel, a, a->level, s->n->now);
  return false;
}

/* Who has not heard of it hears that it began, unless there is more to say. */
static enum alert_reason reason_for(enum message_kind kind,
                                    enum alert_reason reason) {
  return kind == MESSAGE_OPEN && reason != REASON_AFTER_MAINTENANCE &&
                 reason != REASON_ESCALATED && reason != REASON_FLAPPING
             ? REASON_OPENED
             : reason;
}

static void queue_one(struct round *s, int channel, int route,
                      enum message_kind kind, bool quiet) {
  struct outbox_row row = {
      .alert_id = s->e->a.id,
      .kind = kind,
      .reason = reason_for(kind, s->n->reason),
      .level = kind == MESSAGE_RESOLVED ? LEVEL_OK : s->e->a.level,
      .quiet = quiet,
      .created = s->n->now,
  };

  if (!room_for(s, channel, kind))
    return;
  if (s->snapshot == NULL)
    s->snapshot = alert_json_text(&s->e->a);
  if (route >= 0)
    route_key(s->d->config, route, row.route, sizeof(row.route));
  snprintf(row.channel, sizeof(row.channel), "%s",
           s->d->channels[channel].config->name);
  deliver_new_ids(s->d, &s->e->a, &row);
  if (s->snapshot == NULL || deliver_title(s->d, &s->e->a, route, &row) < 0) {
    deliver_complain(-ENOMEM, "message not queued");
    free(row.title);
    return;
  }
  row.snapshot = s->snapshot;
  if (s->n->step != NULL)
    deliver_group_skip(s->d, channel, &s->e->a);
  else
    deliver_group_wait(s->d, channel, route, &s->e->a, &row);
  if (kind == MESSAGE_REPEAT) /* undelivered reminders: the newest is enough */
    deliver_supersede(s->d, &row, MESSAGE_REPEAT, 0);
  deliver_add(s->d, channel, &row);
  free(row.title);
}

/* What kind of message this channel gets, if any: -1 = none. told is what it
 * heard or will hear before. */
static int kind_for(const struct notification *n, bool announced, bool pending,
                    bool stateful) {
  bool told = announced || pending;

  switch (n->kind) {
  case MESSAGE_RESOLVED:
    return told ? MESSAGE_RESOLVED : -1;
  case MESSAGE_ACKED:
    /* to people what waits says it in its own words */
    return announced || (stateful && pending) ? MESSAGE_ACKED : -1;
  case MESSAGE_REPEAT:
    if (!told) /* what it should have heard was given up: again */
      return MESSAGE_OPEN;
    return announced ? MESSAGE_REPEAT : -1;
  case MESSAGE_UPDATE:
    if (told)
      return MESSAGE_UPDATE;
    return n->reason == REASON_WORSE || n->reason == REASON_FLAPPING
               ? MESSAGE_OPEN
               : -1;
  default:
    return (int)n->kind;
  }
}

/* True when a message was queued. */
static bool tell(struct round *s, int channel, int route) {
  struct deliver *d = s->d;
  struct channel_run *c = &d->channels[channel];
  const struct policy *by = NULL;
  bool pending = store_outbox_pending(d->store, c->config->name, s->e->a.id,
                                      MESSAGE_OPEN) > 0;
  enum policy_answer answer;
  struct notification_log told;
  char why[200];
  char detail[280];
  int kind;

  store_notification_log_get(d->store, s->e->a.id, c->config->name, &told);
  kind = kind_for(s->n, told.announced, pending, c->config->sender->stateful);
  if (kind < 0 || c->config->broken ||
      (s->n->stateful_only && !c->config->sender->stateful))
    return false;
  if (kind == MESSAGE_OPEN)
    deliver_group_again(d, channel, &s->e->a, s->n->now);
  answer = policy_ask(
      &(struct policy_question){.config = d->config,
                                .facts = &d->facts,
                                .alert = &s->e->a,
                                .route = route >= 0 ? &d->config->routes[route]
                                                    : NULL,
                                .channel = c->config,
                                .kind = (enum message_kind)kind,
                                .reason = s->n->reason,
                                .escalation = s->n->step != NULL,
                                .announced = told.announced || pending,
                                .now = s->n->now},
      &by, why, sizeof(why));
  if (answer >= POLICY_HOLD) {
    c->counts.suppressed++;
    snprintf(detail, sizeof(detail), "%s: %s", by->name, why);
    store_history_add(d->store, s->n->now, s->e->a.id, "suppressed",
                      c->config->name, detail);
    if (answer == POLICY_HOLD)
      deliver_hold(d, channel, s->e, route, by, why, s->n->now);
    return false;
  }
  queue_one(s, channel, route, (enum message_kind)kind,
            s->n->quiet || answer == POLICY_QUIET);
  deliver_hold_forget(d, channel, s->e->a.id);
  if ((kind == MESSAGE_RESOLVED || kind == MESSAGE_ACKED) &&
      deliver_rings(c->config->sender))
    deliver_add_cancel(d, channel, &s->e->a, s->n->now);
  return true;
}

static bool names_channel(const int *channels, size_t n, int channel) {
  for (size_t i = 0; i < n; i++)
    if (channels[i] == channel)
      return true;
  return false;
}

/* At once means beside the first message: whom the route tells anyway needs no
 * second one. */
static void tell_step(struct round *s) {
  const struct escalation_step *step = s->n->step;
  int index = s->e->routes[s->n->route];
  const struct route_config *route = &s->d->config->routes[index];

  for (size_t i = 0; i < step->channels_num; i++)
    if (!names_channel(step->channels, i, step->channels[i]) &&
        (step->after > 0 || !names_channel(route->channels, route->channels_num,
                                           step->channels[i])))
      tell(s, step->channels[i], index);
}

/* Every channel once, through the first route that names it. */
static void tell_routes(struct round *s) {
  bool done[CHANNELS_MAX] = {false};
  bool own = strcmp(s->e->a.plugin, "notify_kasa") == 0;
  bool any = false;

  for (size_t r = 0; r < s->e->routes_num; r++) {
    const struct route_config *route = &s->d->config->routes[s->e->routes[r]];

    if (s->n->route >= 0 && s->n->route != (int)r)
      continue;
    for (size_t i = 0; i < route->channels_num; i++) {
      int channel = route->channels[i];

      if (channel < 0 || channel >= CHANNELS_MAX || done[channel])
        continue;
      done[channel] = true;
      any = tell(s, channel, s->e->routes[r]) || any;
    }
  }
  /* the trouble of the only channel on the route is for the others to tell */
  for (size_t i = 0; own && !any && i < s->d->config->channels_num; i++)
    if (!done[i])
      tell(s, (int)i, s->e->routes_num > 0 ? s->e->routes[0] : -1);
}

static bool escalates_to(const struct notify_config *config,
                         const struct route_config *route, int channel) {
  const struct escalation_config *e;

  if (route->escalation < 0)
    return false;
  e = &config->escalations[route->escalation];
  for (size_t s = 0; s < e->steps_num; s++)
    if (names_channel(e->steps[s].channels, e->steps[s].channels_num, channel))
      return true;
  return false;
}

/* The route of e that leads to channel, for its texts; -1 = none any more. */
static int route_of(const struct deliver *d, const struct open_alert *e,
                    int channel) {
  for (size_t r = 0; r < e->routes_num; r++) {
    const struct route_config *route = &d->config->routes[e->routes[r]];

    if (names_channel(route->channels, route->channels_num, channel) ||
        escalates_to(d->config, route, channel))
      return e->routes[r];
  }
  return -1;
}

void deliver_notify(struct deliver *d, struct open_alert *e,
                    const struct notification *n) {
  struct round s = {.d = d, .e = e, .n = n};

  if (n->kind == MESSAGE_RESOLVED || n->kind == MESSAGE_ACKED)
    /* whoever was told, whatever the routes say by now */
    for (size_t i = 0; i < d->config->channels_num; i++)
      tell(&s, (int)i, route_of(d, e, (int)i));
  else if (n->step != NULL)
    tell_step(&s);
  else
    tell_routes(&s);
  free(s.snapshot);
}

void deliver_tell_again(struct deliver *d, struct open_alert *e, int channel,
                        int route, enum message_kind kind,
                        enum alert_reason reason, bool quiet, int64_t now) {
  struct notification n = {
      .kind = kind, .reason = reason, .quiet = quiet, .now = now};
  struct round s = {.d = d, .e = e, .n = &n};

  e->a.reason = reason;
  e->a.sequence++;
  e->dirty = true;
  queue_one(&s, channel, route, kind, quiet);
  free(s.snapshot);
}
