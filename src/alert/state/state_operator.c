/* SPDX-License-Identifier: MIT */
/* See state_operator.h. */
#include <config.h>

#include "alert/state/state_operator.h"

#include "alert/state/escalation.h"
#include "alert/state/open_alert.h"
#include "base/milliseconds.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>

int state_ack(struct state *s, int64_t id, double for_s, const char *by,
              const char *source, int64_t now) {
  struct open_alert *e = state_find(s, id);
  double until;

  if (e == NULL)
    return -ENOENT;
  if ((e->a.flags & ALERT_ACKED) && for_s <= 0)
    return -EALREADY;
  until = for_s > 0 ? for_s : escalation_ack_timeout(s, e);
  e->a.flags |= ALERT_ACKED;
  text_clean(by, strlen(by), e->a.ack_by, sizeof(e->a.ack_by));
  text_clean(source, strlen(source), e->a.ack_source, sizeof(e->a.ack_source));
  e->a.ack_at = now;
  e->a.ack_until = until > 0 ? now + ms_of(until) : 0;
  e->a.ack_level = e->a.level;
  open_alert_store(s, e);
  s->walk_due = 1;
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
  e->a.unacked_since = now;
  open_alert_store(s, e);
  s->walk_due = 1;
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
