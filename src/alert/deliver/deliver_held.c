/* SPDX-License-Identifier: MIT */
/* What is not told now: see deliver_held.h. */
#include <config.h>

#include "alert/deliver/deliver_held.h"

#include "alert/deliver/deliver_outbox.h"
#include "alert/state/route_key.h"
#include "alert/store/store_held.h"

#include <stdio.h>

void deliver_hold(struct deliver *d, int channel, const struct open_alert *e,
                  int route, const struct policy *by, const char *why,
                  int64_t now) {
  struct channel_run *c = &d->channels[channel];
  struct held_row row = {.alert_id = e->a.id, .since = now};

  snprintf(row.policy, sizeof(row.policy), "%s", by->name);
  snprintf(row.why, sizeof(row.why), "%s", why);
  if (route >= 0)
    route_key(d->config, route, row.route, sizeof(row.route));
  deliver_complain(store_held_add(d->store, c->config->name, &row),
                   "what is held back was not recorded");
  c->held = true;
}

void deliver_hold_forget(struct deliver *d, int channel, int64_t alert_id) {
  struct channel_run *c = &d->channels[channel];

  if (!c->held)
    return;
  deliver_complain(store_held_delete(d->store, c->config->name, alert_id),
                   "what is held back was not recorded");
  c->held = store_held_any(d->store, c->config->name);
}

void deliver_hold_look(struct deliver *d) { d->hold_due = 0; }
