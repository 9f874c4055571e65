/* SPDX-License-Identifier: MIT */
/* See deliver_operator.h. */
#include <config.h>

#include "alert/deliver/deliver_operator.h"

#include "alert/deliver/deliver_breaker.h"
#include "alert/deliver/deliver_held.h"
#include "alert/deliver/deliver_internal.h"
#include "alert/deliver/deliver_message.h"
#include "alert/deliver/deliver_outbox.h"
#include "alert/model/alert_json.h"
#include "alert/model/event.h"
#include "alert/store/store_outbox.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int64_t deliver_test(struct deliver *d, int channel, enum level level,
                     int64_t now) {
  struct alert a;
  struct outbox_row row = {.kind = MESSAGE_TEST,
                           .reason = REASON_TEST,
                           .level = level,
                           .created = now};
  int err;

  if (d->channels[channel].config->broken)
    return -ENXIO;
  alert_init(&a);
  a.class = ALERT_EVENT;
  a.level = level;
  a.severity = SEVERITY_OKAY;
  a.state = ALERT_FIRING;
  a.reason = REASON_TEST;
  a.sequence = 1;
  a.since = a.seen = a.time = now;
  snprintf(a.host, sizeof(a.host), "%.127s", d->hooks.collectd_host);
  snprintf(a.device, sizeof(a.device), "%.127s", d->hooks.collectd_host);
  snprintf(a.plugin, sizeof(a.plugin), "notify_kasa");
  snprintf(a.type, sizeof(a.type), "test");
  snprintf(a.text, sizeof(a.text), "This is a test. Nothing is wrong.");
  event_fingerprint(ALERT_EVENT, a.host, a.plugin, "", a.type, "", "",
                    a.fingerprint);
  snprintf(a.episode, sizeof(a.episode), "%s-%" PRId64, a.fingerprint,
           now / 1000);
  snprintf(row.channel, sizeof(row.channel), "%s",
           d->channels[channel].config->name);
  deliver_new_ids(d, &a, &row);
  row.snapshot = alert_json_text(&a);
  err = row.snapshot == NULL ? -ENOMEM : deliver_title(d, &a, -1, &row);
  if (err == 0)
    err = deliver_add(d, channel, &row);
  if (err == 0)
    d->channels[channel].tests++;
  outbox_row_free(&row);
  return err < 0 ? err : row.id;
}

int deliver_enable(struct deliver *d, int channel, int64_t now) {
  if (d->channels[channel].config->broken)
    return -EINVAL;
  deliver_start_channel(d, channel, "", now);
  return 0;
}

int deliver_retry(struct deliver *d, int64_t row_id, int64_t now) {
  struct outbox_row row;
  int channel;
  int err = store_outbox_get(d->store, row_id, &row);

  if (err < 0)
    return err;
  channel = deliver_channel_index(d, row.channel);
  if (row.state == ROW_SENDING)
    err = -EBUSY;
  else if (row.state == ROW_SENT || channel < 0)
    err = -EINVAL;
  if (err == 0) {
    row.state = ROW_QUEUED;
    row.not_before = 0;
    row.created = row.kind == MESSAGE_TEST ? now : row.created;
    d->channels[channel].state.not_before = 0;
    d->channels[channel].dirty = true;
    deliver_save(d, &row);
    deliver_count_queue(d, channel);
  }
  outbox_row_free(&row);
  return err;
}

int deliver_drop(struct deliver *d, int64_t row_id, int64_t now) {
  struct outbox_row row;
  bool was_queued;
  int err = store_outbox_get(d->store, row_id, &row);

  if (err < 0)
    return err;
  was_queued = row.state == ROW_QUEUED;
  if (row.state != ROW_QUEUED && row.state != ROW_DEAD)
    err = row.state == ROW_SENDING ? -EBUSY : -EINVAL;
  if (err == 0) {
    row.state = ROW_SUPERSEDED;
    deliver_save(d, &row);
    if (deliver_channel_index(d, row.channel) >= 0 && was_queued)
      deliver_left(d, deliver_channel_index(d, row.channel), 1);
    deliver_history(d, &row, now, "dropped", "by hand");
  }
  outbox_row_free(&row);
  return err;
}

int64_t deliver_silence(struct deliver *d, const struct silence *silence) {
  return silences_add(&d->silences, d->store, silence);
}

int deliver_end_silence(struct deliver *d, int64_t id, int64_t now) {
  deliver_hold_look(d);
  return silences_end(&d->silences, d->store, id, now);
}
