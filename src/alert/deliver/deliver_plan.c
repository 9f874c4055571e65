/* SPDX-License-Identifier: MIT */
/* The next message of a channel: what is still worth saying by now, and how
 * late it is. */
#include <config.h>

#include "alert/deliver/deliver_internal.h"

#include "alert/model/alert_json.h"
#include "alert/text/message_texts.h"
#include "alert/text/template.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  LATE_MS = 120000,        /* from here on a message says that it is late */
  FALLBACK_LOOK_MS = 5000, /* how often overdue rows are looked for */
  FALLBACK_SLICE = 100,
  REREAD_MS = 60000, /* how often a stopped channel's secrets are looked at */
  COUNT_MS = 1000,   /* how often the queue is counted anew */
  PICK_TRIES = 1000, /* rows that turn out to be moot, in one go */
};

void job_free(struct job *job) {
  if (job == NULL)
    return;
  outbox_row_free(&job->row);
  free(job);
}

/* -- catching up ---------------------------------------------------------- */

static void moot(struct deliver *d, struct outbox_row *row, int64_t now) {
  row->state = ROW_SUPERSEDED;
  deliver_complain(store_outbox_save(d->store, row), "queue not updated");
  deliver_history(d, row, now, "superseded", message_kind_name(row->kind));
}

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
  deliver_complain(store_outbox_supersede(d->store, row->channel, row->alert_id,
                                          -1, row->id, 0),
                   "queue not updated");
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
    store_outbox_supersede(d->store, row->channel, row->alert_id, -1, row->id,
                           0);
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

/* -- the job -------------------------------------------------------------- */

static const char *why_late(struct deliver *d, struct channel_run *c,
                            struct job *job) {
  int64_t created = job->row.created;
  bool held = c->state.not_before > created;

  if (job->row.fallback_for[0] != '\0')
    return "";
  if (!held && d->started > created)
    snprintf(job->why_late, sizeof(job->why_late), "collectd was not running");
  else if (held || job->row.attempts > 1)
    snprintf(job->why_late, sizeof(job->why_late), "%s could not be reached",
             c->config->sender->title != NULL ? c->config->sender->title
                                              : c->config->sender->name);
  return job->why_late;
}

static const struct text_override *words_by_key(const struct deliver *d,
                                                const char *key) {
  char name[64];

  for (size_t i = 0; key[0] != '\0' && i < d->config->routes_num; i++) {
    route_key(d->config, (int)i, name, sizeof(name));
    if (strcmp(name, key) == 0)
      return &d->config->routes[i].words;
  }
  return NULL;
}

static void fill_message(struct deliver *d, int channel, struct job *job,
                         int64_t now) {
  struct channel_run *c = &d->channels[channel];
  struct outbox_row *row = &job->row;
  int64_t late = now - row->created;

  job->message = (struct message){
      .kind = row->kind,
      .reason = row->reason,
      .level = row->level,
      .quiet = row->quiet,
      .alert = &job->alert,
      .title = "",
      .body = "",
      .channel = c->config->name,
      .delivery_id = row->delivery_id,
      .message_id = row->message_id,
      .thread_root = job->told.thread_root,
      .previous = job->told.previous,
      .root_ref = job->told.root_ref,
      .last_ref = job->told.last_ref,
      .recipient = row->recipient,
      .attempt = row->attempts,
      .ambiguous = row->ambiguous,
      .shrink = row->shrink,
      .created = row->created,
      .delay_s = late > LATE_MS ? (double)late / 1000 : 0,
      .delay_why = late > LATE_MS ? why_late(d, c, job) : "",
      .fallback_for = row->fallback_for,
      .words = words_by_key(d, row->route),
      .style = &d->config->style,
      .collectd_host = d->hooks.collectd_host,
  };
}

static int fill_texts(struct job *job) {
  struct buf title;
  struct buf body;
  int err;

  if (job->kind == JOB_CANCEL)
    return 0;
  buf_init(&title, TEMPLATE_OUTPUT_MAX);
  buf_init(&body, TEMPLATE_OUTPUT_MAX);
  err = message_texts(&job->message, TARGET_PLAIN, &title, &body);
  if (err == 0 && title.len > 0) {
    free(job->row.title);
    job->row.title = buf_take(&title);
    free(job->row.body);
    job->row.body = body.len > 0 ? buf_take(&body) : strdup("");
  }
  buf_free(&title);
  buf_free(&body);
  if (job->row.body == NULL)
    return -ENOMEM;
  job->message.title = job->row.title;
  job->message.body = job->row.body;
  return err;
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
  job->kind = row->kind == MESSAGE_CANCEL ? JOB_CANCEL : JOB_SEND;
  job->channel = channel;
  job->row_id = row->id;
  job->alert_id = row->alert_id;
  job->row = *row;
  job->row.state = ROW_SENDING;
  job->row.attempts++;
  if (alert_json_read(row->snapshot, &job->alert) < 0)
    store_alert_get(d->store, row->alert_id, &job->alert);
  device.a = job->alert; /* labels are the configuration's, not the row's */
  open_alert_names(d->config, &device);
  job->alert.labels = device.a.labels;
  job->alert.labels_num = device.a.labels_num;
  store_notification_log_get(d->store, row->alert_id, row->channel, &job->told);
  fill_message(d, channel, job, now);
  if (fill_texts(job) < 0 || store_outbox_save(d->store, &job->row) < 0) {
    job_free(job);
    return NULL;
  }
  return job;
}

static struct job *job_without_row(enum job_kind kind, int channel) {
  struct job *job = calloc(1, sizeof(*job));

  if (job != NULL) {
    job->kind = kind;
    job->channel = channel;
  }
  return job;
}

static struct job *job_for_receipt(struct deliver *d, int channel,
                                   int64_t now) {
  struct channel_run *c = &d->channels[channel];

  for (size_t i = 0; i < c->receipts_num; i++) {
    struct job *job;

    if (c->receipts[i].due > now)
      continue;
    job = job_without_row(JOB_POLL, channel);
    if (job == NULL)
      return NULL;
    job->alert_id = c->receipts[i].alert_id;
    memcpy(job->ref, c->receipts[i].ref, sizeof(job->ref));
    return job;
  }
  return NULL;
}

static bool rereads(const struct channel_run *c) {
  return c->state.stopped && !c->busy && c->config->sender->reread != NULL;
}

static struct job *job_for_secrets(struct channel_run *c, int channel,
                                   int64_t now) {
  if (!rereads(c) || now - c->reread_at < REREAD_MS)
    return NULL;
  c->reread_at = now;
  return job_without_row(JOB_REREAD, channel);
}

/* -- planning ------------------------------------------------------------- */

static struct job *next_job(struct deliver *d, int channel, int64_t now) {
  struct channel_run *c = &d->channels[channel];
  struct outbox_row row;

  for (int i = 0; i < PICK_TRIES; i++) {
    if (store_outbox_next(d->store, c->config->name, now, &row) < 0)
      return job_for_receipt(d, channel, now);
    if (now - row.created > (int64_t)(c->config->max_age * 1000) &&
        row.kind != MESSAGE_TEST)
      deliver_dead(d, channel, &row, "it became too old", now);
    else if (still_worth_it(d, channel, &row, now))
      return job_for_row(d, channel, &row, now);
    else
      moot(d, &row, now);
    outbox_row_free(&row);
  }
  return NULL;
}

/* Critical messages that wait too long, and all of a channel that is stopped
 * or told to wait for long, take the fallback. */
static void look_for_overdue(struct deliver *d, int channel, int64_t now) {
  struct channel_run *c = &d->channels[channel];
  int64_t ids[FALLBACK_SLICE];
  int64_t before = now - (int64_t)(c->config->fallback_after * 1000);
  bool all = c->state.stopped || c->state.not_before - now > HOLD_MS;
  size_t n;

  if (c->config->fallback < 0 || c->counts.queued == 0 ||
      now - c->fallback_look < FALLBACK_LOOK_MS)
    return;
  c->fallback_look = now;
  n = store_outbox_overdue(d->store, c->config->name, all ? now : before,
                           all ? LEVEL_OK : LEVEL_CRITICAL, ids,
                           FALLBACK_SLICE);
  for (size_t i = 0; i < n; i++) {
    struct outbox_row row;

    if (store_outbox_get(d->store, ids[i], &row) < 0)
      continue;
    deliver_fall_back(d, channel, &row, all ? c->state.reason : row.last_error,
                      now);
    deliver_complain(store_outbox_save(d->store, &row), "queue not updated");
    outbox_row_free(&row);
  }
}

void deliver_plan(struct deliver *d, int64_t now) {
  for (size_t i = 0; i < d->config->channels_num; i++) {
    struct channel_run *c = &d->channels[i];
    struct job *job = NULL;

    if (c->config->broken)
      continue;
    if (now - c->counted_at >= COUNT_MS || now < c->counted_at) {
      deliver_count_queue(d, (int)i);
      c->counted_at = now;
    }
    look_for_overdue(d, (int)i, now);
    if (c->dirty) {
      deliver_complain(store_channel_set(d->store, c->config->name, &c->state),
                       "channel not recorded");
      c->dirty = false;
    }
    if (c->state.stopped)
      job = job_for_secrets(c, (int)i, now);
    else if (!c->busy && c->state.not_before <= now)
      job = next_job(d, (int)i, now);
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
    d->hooks.hand(d->hooks.arg, job);
  }
  d->planned_end = &d->planned;
}

static void sooner(int64_t *due, int64_t moment) {
  if (moment > 0 && (*due == 0 || moment < *due))
    *due = moment;
}

int64_t deliver_next_due(const struct deliver *d, int64_t now) {
  int64_t due = 0;

  for (size_t i = 0; i < d->config->channels_num; i++) {
    const struct channel_run *c = &d->channels[i];
    int64_t own = 0;

    if (c->config->broken || c->busy)
      continue;
    if (c->counts.queued > 0 && c->config->fallback >= 0)
      sooner(&due, c->fallback_look + FALLBACK_LOOK_MS);
    if (rereads(c))
      sooner(&due, c->reread_at + REREAD_MS);
    if (c->state.stopped)
      continue;
    if (c->counts.queued > 0) /* held back as a whole: no need to look */
      own = c->state.not_before > now
                ? c->state.not_before
                : store_outbox_due(d->store, c->config->name);
    for (size_t j = 0; j < c->receipts_num; j++)
      sooner(&own, c->receipts[j].due);
    if (own > 0)
      sooner(&due, own > c->state.not_before ? own : c->state.not_before);
  }
  return due;
}

void job_run(struct job *job, const struct channel_config *channel,
             const struct sender_env *env) {
  const struct sender *s = channel->sender;

  job->result = (struct send_result){.outcome = SEND_AMBIGUOUS,
                                     .quota_left = -1,
                                     .why = "the sender gave no answer"};
  switch (job->kind) {
  case JOB_SEND:
    s->send(channel->settings, &job->message, env, &job->result);
    break;
  case JOB_CANCEL:
    s->cancel(channel->settings, &job->message, env, &job->result);
    break;
  case JOB_POLL:
    job->poll_error = s->poll(channel->settings, job->ref, env, &job->poll);
    break;
  case JOB_REREAD:
    job->fresh = s->reread(channel->settings);
    break;
  }
}
