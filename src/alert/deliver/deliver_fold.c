/* SPDX-License-Identifier: MIT */
/* See deliver_fold.h. */
#include <config.h>

#include "alert/deliver/deliver_fold.h"

#include "alert/deliver/deliver_message.h"
#include "alert/deliver/deliver_outbox.h"
#include "alert/model/alert_json.h"
#include "alert/model/event.h"
#include "alert/store/store_alert.h"
#include "alert/store/store_history.h"
#include "alert/store/store_outbox.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  KEPT_FREE = 10,
  EVICT_SLICE = 50,     /* looking for victims costs a walk through the queue */
  LOOK_AGAIN_MS = 1000, /* after a walk that found none */
};

/* Places are kept for the messages about all the others, one for each run. */
static bool full(const struct deliver *d, int channel) {
  return d->channels[channel].counts.queued >= QUEUE_CHANNEL_MAX - KEPT_FREE ||
         d->total >= QUEUE_TOTAL_MAX - CHANNELS_MAX;
}

static void begin(struct deliver *d, int channel, int64_t now) {
  struct fold *f = &d->channels[channel].fold;

  if (f->count == 0)
    f->since = now;
  f->dirty = true;
}

/* Once for each message about the others, not once for each of those. */
static void say_full(struct deliver *d, int channel, int64_t now) {
  struct channel_run *c = &d->channels[channel];
  char why[120];

  deliver_complain(store_history_add(d->store, now, 0, "evicted",
                                     c->config->name, "the queue was full"),
                   "history not recorded");
  snprintf(why, sizeof(why),
           "its queue is full, %" PRIu64 " messages were given up so far",
           c->state.evicted);
  d->hooks.trouble(d->hooks.arg, c->config->name, "queue", why);
}

static void count(struct deliver *d, int channel, uint64_t messages) {
  struct channel_run *c = &d->channels[channel];

  c->fold.count += messages;
  c->counts.failed += messages;
  c->state.evicted += messages;
  c->dirty = true;
}

bool deliver_has_room(struct deliver *d, int channel, int64_t now) {
  struct channel_run *c = &d->channels[channel];
  int gone;

  if (!full(d, channel))
    return true;
  if (c->full_at != 0 && now >= c->full_at && now - c->full_at < LOOK_AGAIN_MS)
    return false;
  gone = store_outbox_evict(d->store, c->config->name, EVICT_SLICE);
  if (gone <= 0) {
    c->full_at = now;
    return false;
  }
  deliver_left(d, channel, gone);
  begin(d, channel, now);
  count(d, channel, (uint64_t)gone);
  if (c->fold.level < LEVEL_INFO)
    c->fold.level = LEVEL_INFO;
  return !full(d, channel);
}

bool deliver_has_room_for_end(struct deliver *d, int channel, int64_t now) {
  struct outbox_row row;
  struct alert a;

  if (deliver_has_room(d, channel, now))
    return true;
  if (store_outbox_newest_open(d->store, d->channels[channel].config->name,
                               &row) < 0)
    return false;
  row.state = ROW_SUPERSEDED;
  deliver_save(d, &row);
  deliver_left(d, channel, 1);
  if (store_alert_get(d->store, row.alert_id, &a) < 0)
    alert_init(&a);
  deliver_fold(d, channel, &a, row.level, now);
  outbox_row_free(&row);
  return true;
}

static void describe(const struct alert *a, char *out, size_t size) {
  const char *name = a->device[0] != '\0' ? a->device : a->plugin;
  size_t n = text_cut(name, size > 24 ? size - 24 : 0);

  if (isfinite(a->value) && fabs(a->value) < 1e9)
    snprintf(out, size, "%.*s %.6g%s%.8s", (int)n, name, a->value,
             a->unit[0] != '\0' ? " " : "", a->unit);
  else
    snprintf(out, size, "%.*s", (int)n, name);
}

void deliver_fold(struct deliver *d, int channel, const struct alert *a,
                  enum level level, int64_t now) {
  struct fold *f = &d->channels[channel].fold;
  size_t at = f->worst_num;

  begin(d, channel, now);
  count(d, channel, 1);
  if (level > f->level)
    f->level = level;
  while (at > 0 && f->worst[at - 1].level < level)
    at--;
  if (at == FOLD_WORST)
    return;
  if (f->worst_num < FOLD_WORST)
    f->worst_num++;
  memmove(&f->worst[at + 1], &f->worst[at],
          (f->worst_num - 1 - at) * sizeof(f->worst[0]));
  f->worst[at].level = level;
  describe(a, f->worst[at].words, sizeof(f->worst[at].words));
}

void deliver_fold_leaves(struct channel_run *c, int64_t row_id) {
  if (c->fold.row_id == row_id && row_id != 0)
    memset(&c->fold, 0, sizeof(c->fold));
}

/* "1 240" */
static void grouped(uint64_t n, char *out, size_t size) {
  char digits[24];
  size_t len = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, n);
  size_t used = 0;

  for (size_t i = 0; i < len && used + 2 < size; i++) {
    if (i > 0 && (len - i) % 3 == 0)
      out[used++] = ' ';
    out[used++] = digits[i];
  }
  out[used] = '\0';
}

static void fill(const struct deliver *d, const struct fold *f,
                 struct alert *a) {
  char number[32];
  size_t used;

  alert_init(a);
  a->class = ALERT_EVENT;
  a->level = f->level;
  a->severity = SEVERITY_FAILURE;
  a->state = ALERT_FIRING;
  a->sequence = 1;
  a->since = a->seen = a->time = f->since;
  snprintf(a->host, sizeof(a->host), "%.127s", d->hooks.collectd_host);
  snprintf(a->device, sizeof(a->device), "%.127s", d->hooks.collectd_host);
  snprintf(a->plugin, sizeof(a->plugin), "notify_kasa");
  snprintf(a->type, sizeof(a->type), "report");
  event_fingerprint(ALERT_EVENT, a->host, a->plugin, "", a->type, "", "",
                    a->fingerprint);
  snprintf(a->episode, sizeof(a->episode), "%s-%" PRId64, a->fingerprint,
           f->since / 1000);
  grouped(f->count, number, sizeof(number));
  used = (size_t)snprintf(a->text, sizeof(a->text), "%s more alert%s.", number,
                          f->count == 1 ? "" : "s");
  for (size_t i = 0; i < f->worst_num && used + 50 < sizeof(a->text) - 32; i++)
    used += (size_t)snprintf(a->text + used, sizeof(a->text) - used, "%s %s",
                             i == 0 ? " Worst:" : ",", f->worst[i].words);
  snprintf(a->text + used, sizeof(a->text) - used,
           "%s See: kasactl alerts list", f->worst_num > 0 ? "." : "");
}

/* 0, or negative: nothing was written, it is tried at the next commit. */
static int write_down(struct deliver *d, int channel, int64_t now) {
  struct channel_run *c = &d->channels[channel];
  struct fold *f = &c->fold;
  struct alert a;
  struct outbox_row row = {.kind = MESSAGE_NOTE,
                           .reason = REASON_OPENED,
                           .level = f->level,
                           .created = now};
  bool there =
      f->row_id != 0 && store_outbox_get(d->store, f->row_id, &row) == 0;
  int err;

  if (there && row.state != ROW_QUEUED) { /* given up meanwhile */
    outbox_row_free(&row);
    there = false;
    row = (struct outbox_row){.kind = MESSAGE_NOTE,
                              .reason = REASON_OPENED,
                              .level = f->level,
                              .created = now};
  }
  fill(d, f, &a);
  snprintf(row.channel, sizeof(row.channel), "%s", c->config->name);
  row.level = f->level;
  if (!there)
    deliver_new_ids(d, &a, &row);
  free(row.title);
  free(row.snapshot);
  row.title = NULL;
  row.snapshot = alert_json_text(&a);
  err = row.snapshot == NULL ? -1 : deliver_title(d, &a, -1, &row);
  if (err == 0 && there)
    err = store_outbox_save(d->store, &row);
  else if (err == 0)
    err = deliver_add(d, channel, &row);
  if (err == 0)
    f->row_id = row.id;
  outbox_row_free(&row);
  return err;
}

void deliver_fold_flush(struct deliver *d, int64_t now) {
  for (size_t i = 0; i < d->config->channels_num; i++) {
    struct fold *f = &d->channels[i].fold;
    bool first = f->row_id == 0;

    if (!f->dirty || write_down(d, (int)i, now) < 0)
      continue;
    f->dirty = false;
    if (first)
      say_full(d, (int)i, now);
  }
}
