/* SPDX-License-Identifier: MIT */
/* What is held back is looked at again: see deliver_hold.h. */
#include <config.h>

#include "alert/deliver/deliver_hold.h"

#include "alert/deliver/deliver_group.h"
#include "alert/deliver/deliver_held.h"
#include "alert/deliver/deliver_notify.h"
#include "alert/deliver/deliver_outbox.h"
#include "alert/policy/silence.h"
#include "alert/state/alert_build.h"
#include "alert/state/route_key.h"
#include "alert/store/store_alert.h"
#include "alert/store/store_held.h"
#include "alert/store/store_history.h"
#include "alert/store/store_notification_log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  LOOK_MS = 10000,  /* between two looks, at whole ten seconds */
  GRACE_MS = 60000, /* what another alert explained may end soon after it */
};

/* In place of a policy's name while that time lasts. */
#define GRACE "grace"

/* -- asking again ---------------------------------------------------------- */

/* One held message, looked at anew. */
struct held {
  struct held_row row;
  const struct open_alert *e; /* open, or read from the store */
  struct open_alert closed;
  bool over;
  bool told;    /* or will be, by what is in the queue: */
  bool pending; /* its alarm is, and was not accepted yet */
  int route;
};

/* False: its alert is gone. */
static bool held_load(struct deliver *d, int channel, struct held *h) {
  struct notification_log told;

  h->route = route_by_key(d->config, h->row.route);
  h->e = alert_table_find_id(d->facts.open, h->row.alert_id);
  h->over = h->e == NULL;
  if (h->over) {
    memset(&h->closed, 0, sizeof(h->closed));
    if (store_alert_get(d->store, h->row.alert_id, &h->closed.a) < 0)
      return false;
    open_alert_names(d->config, &h->closed);
    h->e = &h->closed;
  }
  store_notification_log_get(d->store, h->row.alert_id,
                             d->channels[channel].config->name, &told);
  h->pending = !told.announced &&
               store_outbox_pending(d->store, d->channels[channel].config->name,
                                    h->row.alert_id, MESSAGE_OPEN) > 0;
  h->told = told.announced || h->pending;
  return true;
}

static enum policy_answer ask_again(struct deliver *d, int channel,
                                    const struct held *h,
                                    const struct policy **by, char *why,
                                    size_t why_size, int64_t now) {
  return policy_ask(
      &(struct policy_question){
          .config = d->config,
          .facts = &d->facts,
          .alert = &h->e->a,
          .route = h->route >= 0 ? &d->config->routes[h->route] : NULL,
          .channel = d->channels[channel].config,
          .kind = h->told ? MESSAGE_UPDATE : MESSAGE_OPEN,
          .reason = REASON_OPENED,
          .announced = h->told,
          .now = now},
      by, why, why_size);
}

static void not_told(struct deliver *d, int channel, const struct held *h,
                     const char *why, int64_t now) {
  store_history_add(d->store, now, h->row.alert_id, "not told",
                    d->channels[channel].config->name, why);
}

/* Somebody has it in hand; should that be taken back or run out, who was never
 * told has to be. True: nothing is owed. */
static bool acknowledged(struct deliver *d, int channel, struct held *h,
                         int64_t now) {
  if (strcmp(h->row.policy, policy_ack.name) == 0)
    return false;
  not_told(d, channel, h, "acknowledged meanwhile", now);
  if (h->told)
    return true;
  snprintf(h->row.policy, sizeof(h->row.policy), "%s", policy_ack.name);
  snprintf(h->row.why, sizeof(h->row.why), "acknowledged by %.60s",
           h->e->a.ack_by);
  deliver_complain(
      store_held_reason(d->store, d->channels[channel].config->name, &h->row),
      "what is held back was not recorded");
  return false;
}

/* Nothing holds it any more. True when it is dealt with. */
static bool let_go(struct deliver *d, int channel, struct held *h,
                   enum policy_after after, enum policy_answer answer,
                   int64_t now) {
  struct open_alert *e;

  if (h->over) {
    not_told(d, channel, h, "over meanwhile", now);
    return true;
  }
  if (h->e->a.flags & ALERT_ACKED)
    return acknowledged(d, channel, h, now);
  if (h->e->a.state != ALERT_FIRING)
    return false; /* perhaps it is about to end */
  if ((h->e->a.flags & ALERT_UNCONFIRMED) && !(h->e->a.flags & ALERT_STALE))
    return false; /* nothing was heard of it since the start */
  if (h->told && after != AFTER_STILL)
    return true;
  e = alert_table_find_id(d->facts.open, h->row.alert_id);
  deliver_tell_again(
      d, e, channel, h->route, h->told ? MESSAGE_UPDATE : MESSAGE_OPEN,
      after == AFTER_STILL ? REASON_AFTER_MAINTENANCE : REASON_OPENED,
      answer == POLICY_QUIET, now);
  return true;
}

/* What changed follows the alarm, which is in the queue and enough. */
static void follow_alarm(struct deliver *d, int channel, const struct held *h,
                         int64_t now) {
  enum alert_reason reason = h->e->a.reason;

  if (!h->over && (reason == REASON_WORSE || reason == REASON_BETTER))
    deliver_tell_again(d, alert_table_find_id(d->facts.open, h->row.alert_id),
                       channel, h->route, MESSAGE_UPDATE, reason,
                       reason == REASON_BETTER, now);
}

/* What goes into one message with the others. False: not yet. */
static bool gather(struct deliver *d, int channel, const struct held *h,
                   struct gathering **g, int64_t now) {
  if (!h->over && (h->e->a.flags & ALERT_UNCONFIRMED) &&
      !(h->e->a.flags & ALERT_STALE))
    return false; /* nothing was heard of it since the start */
  if (h->pending) {
    follow_alarm(d, channel, h, now);
    return true;
  }
  if (*g == NULL && (*g = calloc(1, sizeof(**g))) == NULL)
    return false;
  return gathering_add(*g, &h->e->a, h->over, h->route) == 0;
}

static void look_at(struct deliver *d, int channel, struct held *h,
                    struct gathering **g, int64_t now) {
  const char *name = d->channels[channel].config->name;
  const struct policy *by = NULL;
  enum policy_answer answer;
  enum policy_after after;
  char why[200];

  if (!held_load(d, channel, h)) {
    deliver_hold_forget(d, channel, h->row.alert_id);
    return;
  }
  answer = ask_again(d, channel, h, &by, why, sizeof(why), now);
  if (answer == POLICY_HOLD) {
    if (strcmp(by->name, h->row.policy) == 0 && strcmp(why, h->row.why) == 0)
      return;
    snprintf(h->row.policy, sizeof(h->row.policy), "%s", by->name);
    snprintf(h->row.why, sizeof(h->row.why), "%s", why);
    deliver_complain(store_held_reason(d->store, name, &h->row),
                     "what is held back was not recorded");
    return;
  }
  by = policy_find(h->row.policy);
  after = by != NULL ? by->after : AFTER_STILL;
  if (strcmp(h->row.policy, GRACE) == 0)
    after = AFTER_OPEN;
  if (by != NULL && by->graceful && answer != POLICY_SUPPRESS) {
    snprintf(h->row.policy, sizeof(h->row.policy), GRACE);
    snprintf(h->row.why, sizeof(h->row.why),
             "what explained it is over; it may end, too");
    h->row.since = now;
    deliver_complain(store_held_reason(d->store, name, &h->row),
                     "what is held back was not recorded");
    return;
  }
  if (by == NULL && strcmp(h->row.policy, GRACE) == 0 && !h->over &&
      now - h->row.since < GRACE_MS)
    return;
  if (after == AFTER_DIGEST && d->channels[channel].config->sender->stateful)
    after = AFTER_OPEN; /* it keeps a list of its own of what is open */
  if (answer == POLICY_SUPPRESS ||
      (after == AFTER_DIGEST ? gather(d, channel, h, g, now)
                             : let_go(d, channel, h, after, answer, now)))
    deliver_hold_forget(d, channel, h->row.alert_id);
}

static void look_at_channel(struct deliver *d, int channel, int64_t now) {
  static const struct held_row none;
  struct held h = {.row = none};
  struct gathering *g = NULL; /* large, and most looks gather nothing */

  while (store_held_next(d->store, d->channels[channel].config->name,
                         h.row.alert_id, &h.row) == 0)
    look_at(d, channel, &h, &g, now);
  if (g == NULL)
    return;
  if (g->all_num > 0 &&
      gathering_send(d, channel, g, "during quiet hours", now) < 0)
    deliver_complain(-ENOMEM, "a digest was not queued");
  gathering_free(g);
  free(g);
}

void deliver_hold_tick(struct deliver *d, int64_t now) {
  if (d->facts.open == NULL || (now < d->hold_due && d->hold_due != 0))
    return;
  silences_tick(&d->silences, d->store, d->facts.open, now);
  for (size_t i = 0; i < d->config->channels_num; i++)
    if (d->channels[i].held)
      look_at_channel(d, (int)i, now);
  d->hold_due = now - now % LOOK_MS + LOOK_MS;
}

int64_t deliver_hold_due(const struct deliver *d, int64_t now) {
  int64_t due = silences_due(&d->silences, now);

  if (d->hold_due == 0)
    return now;
  for (size_t i = 0; i < d->config->channels_num; i++)
    if (d->channels[i].held && (due == 0 || d->hold_due < due))
      due = d->hold_due;
  /* what ends when nothing is open any more */
  for (size_t i = 0; i < d->silences.num; i++)
    if (d->silences.items[i].until_resolved && (due == 0 || d->hold_due < due))
      due = d->hold_due;
  return due > 0 && due < d->hold_due ? d->hold_due : due;
}
