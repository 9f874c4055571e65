/* SPDX-License-Identifier: MIT */
/* See deliver_plan.h. */
#include <config.h>

#include "alert/deliver/deliver_plan.h"

#include "alert/deliver/deliver_breaker.h"
#include "alert/deliver/deliver_fallback.h"
#include "alert/deliver/deliver_fold.h"
#include "alert/deliver/deliver_group.h"
#include "alert/deliver/deliver_hold.h"
#include "alert/deliver/deliver_internal.h"
#include "alert/deliver/deliver_message.h"
#include "alert/deliver/deliver_outbox.h"
#include "alert/deliver/deliver_rate.h"
#include "alert/deliver/deliver_receipts.h"
#include "alert/deliver/deliver_refresh.h"
#include "alert/deliver/group/group_merge.h"
#include "alert/deliver/job.h"
#include "alert/model/alert_json.h"
#include "alert/state/alert_build.h"
#include "alert/store/store_alert.h"
#include "alert/store/store_channel.h"
#include "alert/store/store_notification_log.h"
#include "alert/store/store_outbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  COUNT_MS = 1000,   /* how often the queue is counted anew */
  PICK_TRIES = 1000, /* rows that turn out to be moot, in one go */
};

/* -- catching up ---------------------------------------------------------- */

/* It opened and ended before this channel heard of it: one message says so,
 * instead of an alarm and its all-clear hours late. */
static int as_missed(struct deliver *d, int channel, struct outbox_row *row,
                     int64_t now) {
  struct alert a;
  char *snapshot;

  if (store_alert_get(d->store, row->alert_id, &a) < 0)
    return -ENOENT;
  a.reason = REASON_MISSED;
  snapshot = alert_json_text(&a);
  if (snapshot == NULL)
    return -ENOMEM;
  free(row->snapshot);
  row->snapshot = snapshot;
  row->kind = MESSAGE_NOTE;
  row->reason = REASON_MISSED;
  row->quiet = true;
  deliver_new_ids(d, &a, row); /* it says something else than before */
  deliver_supersede(d, row, -1, row->id);
  deliver_history(d, row, now, "collapsed", "");
  if (row->ambiguous) /* it may ring */
    deliver_add_cancel(d, channel, &a, now);
  return 0;
}

/* The same for a service that keeps incidents open: what it never heard of
 * needs no end, what it may have heard of is closed there. */
static void close_unheard(struct deliver *d, int channel,
                          const struct outbox_row *row,
                          struct notification_log *told, int64_t now) {
  struct alert a;

  if (!row->ambiguous && !told->announced) {
    deliver_supersede(d, row, -1, row->id);
    return;
  }
  told->announced = true;
  store_notification_log_set(d->store, row->alert_id, row->channel, told);
  if (store_alert_get(d->store, row->alert_id, &a) == 0)
    deliver_add_cancel(d, channel, &a, now);
}

/* True when the row is to be sent (perhaps as something else). */
static bool still_worth_it(struct deliver *d, int channel,
                           struct outbox_row *row, int64_t now) {
  bool stateful = d->channels[channel].config->sender->stateful;
  bool open;
  struct notification_log told;

  if (row->alert_id == 0 || row->kind == MESSAGE_NOTE ||
      row->kind == MESSAGE_CANCEL)
    return true;
  if (row->recipient[0] != '\0' && store_outbox_overtaken(d->store, row))
    return false; /* a later message reached all of them, this one too */
  open = store_alert_is_open(d->store, row->alert_id);
  store_notification_log_get(d->store, row->alert_id, row->channel, &told);
  switch (row->kind) {
  case MESSAGE_OPEN:
    if (open || row->recipient[0] != '\0')
      return true;
    if (!stateful)
      return as_missed(d, channel, row, now) == 0;
    close_unheard(d, channel, row, &told, now);
    return false;
  case MESSAGE_RESOLVED:
    return told.announced || row->fallback_for[0] != '\0' ||
           row->recipient[0] != '\0';
  case MESSAGE_UPDATE:
    return open && store_outbox_newer(d->store, row, MESSAGE_UPDATE) == 0;
  case MESSAGE_REPEAT:
    return open && store_outbox_newer(d->store, row, -1) == 0;
  default:
    return open;
  }
}

/* -- planning ------------------------------------------------------------- */

/* Whether somebody has taken charge of it by now; the row tells of when it was
 * queued. */
static void refresh_ack(struct deliver *d, struct job *job) {
  struct alert now;

  if (job->alert_id == 0 || !message_opens(job->row.kind) ||
      (!(job->alert.flags & ALERT_ACKED) &&
       !store_alert_is_acked(d->store, job->alert_id)) ||
      store_alert_get(d->store, job->alert_id, &now) < 0)
    return;
  job->alert.flags &= ~(unsigned)ALERT_ACKED;
  job->alert.flags |= now.flags & ALERT_ACKED;
  memcpy(job->alert.ack_by, now.ack_by, sizeof(job->alert.ack_by));
  memcpy(job->alert.ack_source, now.ack_source, sizeof(job->alert.ack_source));
  job->alert.ack_at = now.ack_at;
  job->alert.ack_until = now.ack_until;
}

/* Takes the row over. NULL when memory is out: the row stays queued. */
static struct job *job_for_row(struct deliver *d, int channel,
                               struct outbox_row *row, int64_t now) {
  struct job *job = calloc(1, sizeof(*job));
  struct open_alert device = {0};

  if (job == NULL) {
    outbox_row_free(row);
    return NULL;
  }
  deliver_fold_leaves(&d->channels[channel], row->id);
  job->kind = row->kind == MESSAGE_CANCEL ? JOB_CANCEL : JOB_SEND;
  job->channel = channel;
  job->row_id = row->id;
  job->alert_id = row->alert_id;
  job->row = *row;
  job->row.state = ROW_SENDING;
  job->row.attempts++;
  if (alert_json_read_members(row->snapshot, &job->alert, job->members) < 0)
    store_alert_get(d->store, row->alert_id, &job->alert);
  refresh_ack(d, job);
  device.a = job->alert; /* labels are the configuration's, not the row's */
  if (alert_reason_of_several(row->reason))
    job_read_group(job);
  if (row->reason == REASON_REPORT)
    job_read_report(job, d->config);
  open_alert_names(d->config, &device);
  job->alert.labels = device.a.labels;
  job->alert.labels_num = device.a.labels_num;
  if (row->alert_id == 0 && row->group_key[0] != '\0')
    deliver_group_thread(d, row, &job->told);
  else
    store_notification_log_get(d->store, row->alert_id, row->channel,
                               &job->told);
  deliver_message(d, channel, job, now);
  if (store_outbox_save(d->store, &job->row) < 0) {
    job_free(job);
    return NULL;
  }
  return job;
}

/* created may be anything: of a damaged file */
static bool older_than(int64_t now, int64_t created, double seconds) {
  return (double)now - (double)created > seconds * 1000;
}

/* The oldest row that is worth it; 0 or -ENOENT. */
static int next_row(struct deliver *d, int channel, enum outbox_rows which,
                    struct outbox_row *row, int64_t now) {
  struct channel_run *c = &d->channels[channel];

  for (int i = 0; i < PICK_TRIES; i++) {
    if (store_outbox_next(d->store, c->config->name, now, which, row) < 0)
      return -ENOENT;
    if (older_than(now, row->created, c->config->max_age) &&
        row->kind != MESSAGE_TEST)
      deliver_dead(d, channel, row, "it became too old", now);
    else if (!deliver_group_merge(d, channel, row, now))
      deliver_moot(d, row, now);
    else if (still_worth_it(d, channel, row, now))
      return 0;
    else
      deliver_moot(d, row, now);
    outbox_row_free(row);
  }
  return -ENOENT;
}

/* What waited for a token becomes one message, in the place of the first. */
static void fold_waiting(struct deliver *d, int channel, int64_t now) {
  struct rate_digest g = {.rows = NULL};
  struct outbox_row row;
  bool more = true;

  while (more && next_row(d, channel, ROWS_ALL, &row, now) == 0) {
    more = deliver_rate_folds(d, channel, &row) &&
           rate_digest_add(d, channel, &g, &row) == 0;
    outbox_row_free(&row);
  }
  rate_digest_end(d, channel, &g, now);
}

static struct job *next_job(struct deliver *d, int channel, int64_t now) {
  bool token = deliver_rate_has(d, channel, now);
  struct outbox_row row;

  if (token && deliver_rate_short(d, channel, now))
    fold_waiting(d, channel, now);
  if (!token)
    deliver_rate_look(d, channel, now);
  if (next_row(d, channel, token ? ROWS_ALL : deliver_rate_exempt(d, channel),
               &row, now) < 0)
    return deliver_receipt_job(d, channel, now);
  if (!deliver_rate_is_exempt(d, channel, &row))
    deliver_rate_take(d, channel, now);
  return job_for_row(d, channel, &row, now);
}

/* A person waits for it: past waits and past a breaker. */
static struct job *test_job(struct deliver *d, int channel, int64_t now) {
  struct channel_run *c = &d->channels[channel];
  struct outbox_row row;

  if (c->tests == 0)
    return NULL;
  if (store_outbox_next_test(d->store, c->config->name, &row) == 0)
    return job_for_row(d, channel, &row, now);
  c->tests = 0;
  return NULL;
}

static struct job *job_for(struct deliver *d, int channel, int64_t now) {
  struct channel_run *c = &d->channels[channel];
  struct job *job = c->busy ? NULL : test_job(d, channel, now);

  if (job != NULL || c->busy)
    return job;
  if (deliver_probe_due(d, channel, now)) {
    c->probe_at = now + COUNT_MS; /* should there be nothing to try */
    return next_job(d, channel, now);
  }
  if (c->state.stopped)
    return deliver_reread(d, channel, now);
  if (c->state.not_before > now)
    return NULL;
  job = deliver_refresh_job(d, channel, now);
  return job != NULL ? job : next_job(d, channel, now);
}

void deliver_plan(struct deliver *d, int64_t now) {
  for (size_t i = 0; i < d->config->channels_num; i++) {
    struct channel_run *c = &d->channels[i];
    struct job *job = NULL;

    if (c->config->broken)
      continue;
    if (c->moved && (now - c->counted_at >= COUNT_MS || now < c->counted_at)) {
      deliver_count_queue(d, (int)i);
      c->counted_at = now;
    }
    deliver_look_for_overdue(d, (int)i, now);
    if (c->dirty) {
      deliver_complain(store_channel_set(d->store, c->config->name, &c->state),
                       "channel not recorded");
      c->dirty = false;
    }
    deliver_nobody_told(d, (int)i, now);
    job = job_for(d, (int)i, now);
    if (job == NULL)
      continue;
    c->busy = true;
    *d->planned_end = job;
    d->planned_end = &job->next;
  }
}

void deliver_launch(struct deliver *d) {
  while (d->planned != NULL) {
    struct job *job = d->planned;

    d->planned = job->next;
    job->next = NULL;
    d->out++;
    d->hooks.hand(d->hooks.hand_arg, job);
  }
  d->planned_end = &d->planned;
}

static void sooner(int64_t *due, int64_t moment) {
  if (moment > 0 && (*due == 0 || moment < *due))
    *due = moment;
}

int64_t deliver_next_due(const struct deliver *d, int64_t now) {
  int64_t due = deliver_hold_due(d, now);

  for (size_t i = 0; i < d->config->channels_num; i++) {
    const struct channel_run *c = &d->channels[i];
    int64_t own = 0;

    if (c->config->broken || c->busy)
      continue;
    sooner(&due, deliver_overdue_due(d, (int)i));
    sooner(&due, deliver_reread_due(d, (int)i));
    sooner(&due, deliver_probe_at(d, (int)i));
    if (c->tests > 0)
      sooner(&due, now);
    if (c->state.stopped)
      continue;
    if (c->counts.queued > 0) /* held back as a whole: no need to look */
      own = c->state.not_before > now ? c->state.not_before
                                      : deliver_rate_due(d, (int)i, now);
    sooner(&own, deliver_receipts_due(d, (int)i));
    sooner(&own, deliver_refresh_due(d, (int)i));
    if (own > 0)
      sooner(&due, own > c->state.not_before ? own : c->state.not_before);
  }
  return due;
}
