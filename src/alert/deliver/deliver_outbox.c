/* SPDX-License-Identifier: MIT */
/* The queue of each channel and its bounds: see deliver_outbox.h. */
#include <config.h>

#include "alert/deliver/deliver_outbox.h"

#include "alert/model/alert_json.h"
#include "alert/store/store_history.h"
#include "alert/store/store_notification_log.h"
#include "alert/store/store_outbox.h"
#include "base/log.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void deliver_complain(int err, const char *what) {
  if (err < 0)
    log_say(LOG_LEVEL_ERROR, "%s: %s", what, strerror(-err));
}

double deliver_random01(struct deliver *d) {
  uint32_t bits = 0;

  d->hooks.random(d->hooks.random_arg, &bits, sizeof(bits));
  return bits / 4294967296.0;
}

int deliver_channel_index(const struct deliver *d, const char *name) {
  for (size_t i = 0; i < d->config->channels_num; i++)
    if (strcmp(d->config->channels[i].name, name) == 0)
      return (int)i;
  return -1;
}

void deliver_new_ids(struct deliver *d, const struct alert *a,
                     struct outbox_row *row) {
  unsigned char bytes[16];
  char host[64];

  text_host(d->hooks.collectd_host, host, sizeof(host));
  d->hooks.random(d->hooks.random_arg, bytes, sizeof(bytes));
  for (size_t i = 0; i < sizeof(bytes); i++)
    snprintf(row->delivery_id + 2 * i, 3, "%02x", bytes[i]);
  snprintf(row->message_id, sizeof(row->message_id), "<%.49s.%u.%.8s@%.50s>",
           a->episode[0] != '\0' ? a->episode : "test", a->sequence,
           row->delivery_id, host);
}

void deliver_history(struct deliver *d, const struct outbox_row *row,
                     int64_t now, const char *what, const char *detail) {
  deliver_complain(store_history_add(d->store, now, row->alert_id, what,
                                     row->channel, detail),
                   "history not recorded");
}

void deliver_save(struct deliver *d, const struct outbox_row *row) {
  deliver_complain(store_outbox_save(d->store, row), "queue not updated");
}

void deliver_moot(struct deliver *d, struct outbox_row *row, int64_t now) {
  if (row->state == ROW_SUPERSEDED) /* said in another way */
    return;
  row->state = ROW_SUPERSEDED;
  deliver_save(d, row);
  deliver_left(d, deliver_channel_index(d, row->channel), 1);
  deliver_history(d, row, now, "superseded", message_kind_name(row->kind));
}

void deliver_count_queue(struct deliver *d, int channel) {
  struct channel_run *c = &d->channels[channel];

  d->total -= c->counts.queued;
  c->counts.queued =
      store_outbox_count(d->store, c->config->name, &c->counts.oldest);
  d->total += c->counts.queued;
  c->moved = false;
}

void deliver_left(struct deliver *d, int channel, int64_t rows) {
  struct channel_run *c = &d->channels[channel];

  if (rows > c->counts.queued)
    rows = c->counts.queued;
  c->counts.queued -= rows;
  d->total -= rows;
  c->moved = true;
  c->full_at = 0;
  if (c->counts.queued == 0)
    c->counts.oldest = 0;
}

void deliver_supersede(struct deliver *d, const struct outbox_row *row,
                       int kind, int64_t except) {
  int channel = deliver_channel_index(d, row->channel);
  int gone = store_outbox_supersede(d->store, row->channel, row->alert_id, kind,
                                    except, 0);

  deliver_complain(gone, "queue not updated");
  if (gone > 0 && channel >= 0)
    deliver_left(d, channel, gone);
}

int deliver_add(struct deliver *d, int channel, struct outbox_row *row) {
  struct channel_run *c = &d->channels[channel];
  int err;

  snprintf(row->channel, sizeof(row->channel), "%s", c->config->name);
  err = store_outbox_add(d->store, row);
  if (err < 0) {
    deliver_complain(err, "message not queued");
    return err;
  }
  c->counts.queued++;
  c->moved = true;
  d->total++;
  if (c->counts.oldest == 0)
    c->counts.oldest = row->created;
  return 0;
}

void deliver_add_cancel(struct deliver *d, int channel, const struct alert *a,
                        int64_t now) {
  struct channel_run *c = &d->channels[channel];
  struct outbox_row row = {.alert_id = a->id,
                           .kind = MESSAGE_CANCEL,
                           .reason = a->reason,
                           .level = LEVEL_OK,
                           .quiet = true,
                           .created = now,
                           .title = "",
                           .body = ""};
  struct notification_log told;

  if (c->config->sender->cancel == NULL ||
      store_outbox_pending(d->store, c->config->name, a->id, MESSAGE_CANCEL) >
          0)
    return;
  store_notification_log_get(d->store, a->id, c->config->name, &told);
  row.ambiguous = store_outbox_doubtful(d->store, c->config->name, a->id);
  if (told.last_ref[0] == '\0' && !row.ambiguous)
    return;
  row.snapshot = alert_json_text(a);
  if (row.snapshot == NULL)
    return;
  deliver_new_ids(d, a, &row);
  deliver_add(d, channel, &row);
  free(row.snapshot);
}
