/* SPDX-License-Identifier: MIT */
/* See deliver_fallback.h. */
#include <config.h>

#include "alert/deliver/deliver_fallback.h"

#include "alert/deliver/deliver_fold.h"
#include "alert/deliver/deliver_group.h"
#include "alert/deliver/deliver_outbox.h"
#include "alert/model/alert_json.h"
#include "alert/store/store_group.h"
#include "alert/store/store_notification_log.h"
#include "alert/store/store_outbox.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  FALLBACK_LOOK_MS = 5000, /* how often overdue rows are looked for: at whole
                               five seconds, as what is held at whole ten */
  FALLBACK_SLICE = 100,
};

static const char *title_of(const struct channel_run *c) {
  return c->config->sender->title != NULL ? c->config->sender->title
                                          : c->config->sender->name;
}

/* Whom it stands in for may have heard nothing of its alerts for long: what is
 * over by now is listed as over, else nobody would hear of its end. 0, or
 * -errno: it is told as it was. */
static int queue_anew(struct deliver *d, int to, const struct outbox_row *row,
                      const struct outbox_row *copy, const char *what,
                      int64_t now) {
  struct outbox_row fresh = *copy;
  struct gathering g;
  int err;

  if (!alert_reason_of_several(row->reason) || row->kind == MESSAGE_RESOLVED)
    return -ENOENT;
  gathering_of(d, row, &g);
  fresh.title = fresh.snapshot = NULL;
  err = g.all_num > 0 ? gathering_compose(d, &g, row->reason, what, now, &fresh)
                      : -ENOENT;
  if (err == 0)
    err = deliver_add(d, to, &fresh);
  if (err == 0)
    gathering_record(d, &g, &fresh);
  free(fresh.title);
  free(fresh.snapshot);
  gathering_free(&g);
  return err;
}

void deliver_fall_back(struct deliver *d, int channel, struct outbox_row *row,
                       const char *why, int64_t now) {
  struct channel_run *c = &d->channels[channel];
  int to = c->config->fallback;
  struct channel_run *other;
  struct outbox_row copy = *row;
  struct alert a;
  struct notification_log told;

  row->fell_back = true;
  if (to < 0 || to == channel || row->fallback_for[0] != '\0' ||
      row->kind == MESSAGE_CANCEL || row->kind == MESSAGE_TEST)
    return;
  other = &d->channels[to];
  if (other->config->broken)
    return;
  store_notification_log_get(d->store, row->alert_id, other->config->name,
                             &told);
  if (row->alert_id != 0 &&
      ((row->kind == MESSAGE_OPEN && told.announced) ||
       store_outbox_has(d->store, other->config->name, row->alert_id, row->kind,
                        row->created)))
    return; /* its own routes tell it already */
  if (alert_json_read(row->snapshot, &a) < 0)
    return;
  if (!deliver_has_room(d, to, now)) {
    deliver_fold(d, to, &a, row->level, now);
    return;
  }
  copy.id = copy.place = 0;
  copy.attempts = 0;
  copy.state = ROW_QUEUED;
  copy.not_before = 0;
  copy.ambiguous = copy.shrink = copy.fell_back = false;
  copy.recipient[0] = copy.last_error[0] = copy.group_key[0] = '\0';
  copy.group_due = 0;
  snprintf(copy.fallback_for, sizeof(copy.fallback_for),
           "%.40s unreachable%s%.100s", title_of(c), why[0] != '\0' ? ": " : "",
           why);
  if (queue_anew(d, to, row, &copy, a.text, now) < 0) {
    deliver_new_ids(d, &a, &copy);
    if (deliver_add(d, to, &copy) < 0)
      return;
    store_group_copy(d->store, row->id, copy.id);
  }
  deliver_history(d, row, now, "fallback", other->config->name);
}

static void try_again_later(struct deliver *d, void *arg, int64_t alert_id,
                            const char *route, bool over) {
  if (!over)
    d->hooks.accepted(d->hooks.arg, alert_id, route, *(const int64_t *)arg);
}

void deliver_dead(struct deliver *d, int channel, struct outbox_row *row,
                  const char *why, int64_t now) {
  struct channel_run *c = &d->channels[channel];

  row->state = ROW_DEAD;
  snprintf(row->last_error, sizeof(row->last_error), "%s", why);
  c->counts.failed++;
  log_say(LOG_LEVEL_WARNING, "channel \"%s\": a message was given up: %s (%s)",
          c->config->name, why, row->title);
  deliver_history(d, row, now, "failed", why);
  if (!row->fell_back)
    deliver_fall_back(d, channel, row, why, now);
  deliver_save(d, row);
  /* still firing at the next reminder's time: that one is a new attempt */
  if (message_opens(row->kind) && alert_reason_of_several(row->reason))
    deliver_group_each(d, row->id, try_again_later, &now);
  else if (message_opens(row->kind))
    d->hooks.accepted(d->hooks.arg, row->alert_id, row->route, now);
}

/* Critical messages that wait too long, and all of a channel that is stopped
 * or told to wait for long, take the fallback. */
void deliver_look_for_overdue(struct deliver *d, int channel, int64_t now) {
  struct channel_run *c = &d->channels[channel];
  int64_t ids[FALLBACK_SLICE];
  int64_t before = now - (int64_t)(c->config->fallback_after * 1000);
  bool all = c->state.stopped || c->state.not_before - now > HOLD_MS;
  size_t n;

  if (c->config->fallback < 0 || c->counts.queued == 0 ||
      now - c->fallback_look < FALLBACK_LOOK_MS)
    return;
  c->fallback_look = now - now % FALLBACK_LOOK_MS; /* with other looks */
  n = store_outbox_overdue(d->store, c->config->name, all ? now : before,
                           all ? LEVEL_OK : LEVEL_CRITICAL, ids,
                           FALLBACK_SLICE);
  for (size_t i = 0; i < n; i++) {
    struct outbox_row row;

    if (store_outbox_get(d->store, ids[i], &row) < 0)
      continue;
    deliver_fall_back(d, channel, &row,
                      all ? c->state.reason
                      : c->limited && row.attempts == 0
                          ? "too many messages at once"
                          : row.last_error,
                      now);
    deliver_complain(store_outbox_save(d->store, &row), "queue not updated");
    outbox_row_free(&row);
  }
}

int64_t deliver_overdue_due(const struct deliver *d, int channel) {
  const struct channel_run *c = &d->channels[channel];

  return c->counts.queued > 0 && c->config->fallback >= 0
             ? c->fallback_look + FALLBACK_LOOK_MS
             : 0;
}
