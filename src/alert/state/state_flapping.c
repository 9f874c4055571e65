/* SPDX-License-Identifier: MIT */
/* See state_flapping.h. */
#include <config.h>

#include "alert/state/state_flapping.h"

#include "alert/state/flapping.h"
#include "alert/state/open_alert.h"
#include "alert/state/route_key.h"
#include "alert/store/store_alert.h"
#include "base/milliseconds.h"

int64_t state_flapping_due(const struct state *s, const struct open_alert *e) {
  return e->a.state == ALERT_FIRING && !(e->a.flags & ALERT_UNCONFIRMED)
             ? flapping_until(s->config, &e->a)
             : 0;
}

/* People are told now: reminders count from here. */
static void remind_later(struct state *s, struct open_alert *e, int64_t now) {
  for (size_t i = 0; i < e->routes_num; i++) {
    double every = repeat_every(s, e, i);
    char key[ROUTE_KEY_SIZE];

    if (e->repeat_due[i] == 0 || every <= 0)
      continue;
    e->repeat_due[i] = now + ms_of(every);
    route_key(s->config, e->routes[i], key, sizeof(key));
    store_repeat_save(s->store, e->a.id, key, e->repeat_due[i]);
  }
}

bool state_flapping_tick(struct state *s, struct open_alert *e, int64_t now) {
  int64_t due = state_flapping_due(s, e);

  if (due == 0 || now < due)
    return false;
  flapping_over(e);
  open_alert_history(s, e, now, "settled", "");
  if (!(e->a.flags & ALERT_ACKED)) /* somebody has it in hand */
    open_alert_notify(s, e, now, MESSAGE_UPDATE, REASON_FLAPPING, false);
  open_alert_text_told(e, now);
  remind_later(s, e, now);
  open_alert_store(s, e);
  return false;
}
