/* SPDX-License-Identifier: MIT */
/* What came of a message, and what follows from that: ALERTING.md A.0. */
#include <config.h>

#include "alert/deliver/deliver_internal.h"

#include "alert/model/alert_json.h"
#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  BREAKER_REFUSALS = 3, /* in a row, then a channel is stopped */
  AMBIGUOUS_WAIT_S = 30,
  PATIENCE = 6, /* attempts; then others of the channel may try first */
  POLL_S = 30,  /* how often a ringing phone is asked about */
  RECIPIENTS_MAX = 100,
};

/* A wait this long is worth a reason that outlives the row. */
static void note_hold(struct channel_run *c, const char *why, int64_t now) {
  if (c->state.not_before - now > HOLD_MS)
    snprintf(c->state.reason, sizeof(c->state.reason), "%s", why);
}

double backoff_s(unsigned failures, double random01) {
  static const double steps[] = {5, 15, 30, 60, 120, 300, 600, 900};
  unsigned last = sizeof(steps) / sizeof(steps[0]) - 1;
  unsigned step = failures == 0 ? 0 : failures - 1;

  return steps[step < last ? step : last] * (0.8 + 0.4 * random01);
}

static void save(struct deliver *d, const struct outbox_row *row) {
  deliver_complain(store_outbox_save(d->store, row), "queue not updated");
}

static const char *title_of(const struct channel_run *c) {
  return c->config->sender->title != NULL ? c->config->sender->title
                                          : c->config->sender->name;
}

static bool opens(enum message_kind kind) {
  return kind == MESSAGE_OPEN || kind == MESSAGE_UPDATE ||
         kind == MESSAGE_REPEAT;
}

/* -- giving up ------------------------------------------------------------ */

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
  copy.id = copy.place = 0;
  copy.attempts = 0;
  copy.state = ROW_QUEUED;
  copy.not_before = 0;
  copy.ambiguous = copy.shrink = copy.fell_back = false;
  copy.recipient[0] = copy.last_error[0] = '\0';
  snprintf(copy.fallback_for, sizeof(copy.fallback_for),
           "%.40s unreachable%s%.100s", title_of(c), why[0] != '\0' ? ": " : "",
           why);
  deliver_new_ids(d, &a, &copy);
  if (deliver_add(d, to, &copy, now) == 0)
    deliver_history(d, row, now, "fallback", other->config->name);
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
  save(d, row);
  /* still firing at the next reminder's time: that one is a new attempt */
  if (opens(row->kind))
    d->hooks.accepted(d->hooks.arg, row->alert_id, row->route, now);
}

static void stop_channel(struct deliver *d, int channel, const char *why,
                         int64_t now) {
  struct channel_run *c = &d->channels[channel];

  if (c->state.stopped)
    return;
  c->state.stopped = true;
  snprintf(c->state.reason, sizeof(c->state.reason), "%s", why);
  c->fallback_look = 0; /* its queue takes the fallback now */
  log_say(LOG_LEVEL_ERROR,
          "channel \"%s\" is stopped until a restart, a change of its secret "
          "file or `kasactl alerts channel enable %s`: %s",
          c->config->name, c->config->name, why);
  deliver_complain(
      store_history_add(d->store, now, 0, "stopped", c->config->name, why),
      "history not recorded");
  d->hooks.trouble(d->hooks.arg, c->config->name, "channel", why);
}

/* -- outcomes ------------------------------------------------------------- */

void deliver_receipt_add(struct channel_run *c, int64_t alert_id,
                         const char *ref, int64_t due) {
  struct receipt *grown;

  if (c->receipts_num >= RECEIPTS_MAX)
    return;
  for (size_t i = 0; i < c->receipts_num; i++)
    if (strcmp(c->receipts[i].ref, ref) == 0)
      return;
  grown = realloc(c->receipts, (c->receipts_num + 1) * sizeof(*grown));
  if (grown == NULL)
    return;
  c->receipts = grown;
  grown += c->receipts_num++;
  grown->alert_id = alert_id;
  grown->due = due;
  snprintf(grown->ref, sizeof(grown->ref), "%s", ref);
}

static void receipt_drop(struct channel_run *c, const char *ref) {
  for (size_t i = 0; i < c->receipts_num; i++)
    if (strcmp(c->receipts[i].ref, ref) == 0) {
      c->receipts[i] = c->receipts[--c->receipts_num];
      return;
    }
}

static void remember_told(struct deliver *d, struct job *job, int64_t now) {
  struct outbox_row *row = &job->row;
  struct notification_log told;

  store_notification_log_get(d->store, row->alert_id, row->channel, &told);
  if (opens(row->kind))
    told.announced = true;
  else if (row->kind == MESSAGE_RESOLVED)
    told.announced = false;
  told.last_at = now;
  told.last_level = row->level;
  if (told.thread_root[0] == '\0')
    memcpy(told.thread_root, row->message_id, sizeof(told.thread_root));
  memcpy(told.previous, row->message_id, sizeof(told.previous));
  if (job->result.provider_ref[0] != '\0') {
    if (told.root_ref[0] == '\0')
      snprintf(told.root_ref, sizeof(told.root_ref), "%s",
               job->result.provider_ref);
    snprintf(told.last_ref, sizeof(told.last_ref), "%s",
             job->result.provider_ref);
  }
  deliver_complain(
      store_notification_log_set(d->store, row->alert_id, row->channel, &told),
      "delivery not recorded");
}

/* What rings now although the matter was settled while it was under way. */
static void settle_ringing(struct deliver *d, struct job *job, int64_t now) {
  struct channel_run *c = &d->channels[job->channel];
  struct alert a;

  if (job->result.provider_ref[0] == '\0' || !opens(job->row.kind) ||
      store_alert_get(d->store, job->alert_id, &a) < 0)
    return;
  if (a.state >= ALERT_RESOLVED || (a.flags & ALERT_ACKED))
    deliver_add_cancel(d, job->channel, &a, now);
  else if (c->config->sender->poll != NULL)
    deliver_receipt_add(c, job->alert_id, job->result.provider_ref,
                        now + POLL_S * 1000);
}

static void sent(struct deliver *d, struct job *job, int64_t now) {
  struct channel_run *c = &d->channels[job->channel];
  struct outbox_row *row = &job->row;

  if (c->state.failures >= PATIENCE) /* it was no message's fault: in order */
    deliver_complain(store_outbox_hurry(d->store, c->config->name, 0),
                     "queue not updated");
  if (c->state.failures > 0 || c->state.refusals > 0 || c->state.evicted > 0) {
    c->state.failures = c->state.refusals = 0;
    c->state.evicted = 0;
    c->dirty = true;
    d->hooks.trouble(d->hooks.arg, c->config->name, "queue", NULL);
  }
  row->state = ROW_SENT;
  row->last_error[0] = '\0';
  save(d, row);
  if (row->kind == MESSAGE_CANCEL)
    return;
  c->counts.sent++;
  deliver_history(d, row, now, "sent", message_kind_name(row->kind));
  if (row->alert_id == 0)
    return;
  remember_told(d, job, now);
  settle_ringing(d, job, now);
  if (opens(row->kind))
    d->hooks.accepted(d->hooks.arg, row->alert_id, row->route, now);
}

/* "unclear", and that it may come twice; "retry" at the first failure. */
static void note_failure(struct deliver *d, struct job *job, int64_t now) {
  const struct outbox_row *row = &job->row;
  char detail[MESSAGE_WHY_SIZE + 32];

  if (job->result.outcome == SEND_AMBIGUOUS) {
    snprintf(detail, sizeof(detail), "%s; may be repeated", job->result.why);
    deliver_history(d, row, now, "unclear", detail);
  } else if (row->attempts == 1 || row->attempts == PATIENCE) {
    deliver_history(d, row, now, "retry", job->result.why);
  }
}

/* A mailbox of its own that takes nothing now: the others do not wait. */
static void recipient_failed_for_now(struct deliver *d, struct job *job,
                                     int64_t now) {
  struct outbox_row *row = &job->row;
  double wait = backoff_s(row->attempts, deliver_random01(d));

  if (isfinite(job->result.wait_s) && wait < job->result.wait_s)
    wait = job->result.wait_s;
  d->channels[job->channel].counts.retried++;
  row->state = ROW_QUEUED;
  row->not_before = now + ms_of(wait);
  snprintf(row->last_error, sizeof(row->last_error), "%s", job->result.why);
  save(d, row);
  note_failure(d, job, now);
}

static void failed_for_now(struct deliver *d, struct job *job, int64_t now) {
  struct channel_run *c = &d->channels[job->channel];
  struct outbox_row *row = &job->row;
  bool ambiguous = job->result.outcome == SEND_AMBIGUOUS;
  double wait;

  if (job->result.recipient && row->recipient[0] != '\0') {
    recipient_failed_for_now(d, job, now);
    return;
  }

  c->state.failures++;
  wait = backoff_s(c->state.failures, deliver_random01(d));
  if (ambiguous && wait < AMBIGUOUS_WAIT_S)
    wait = AMBIGUOUS_WAIT_S;
  if (isfinite(job->result.wait_s) && wait < job->result.wait_s)
    wait = job->result.wait_s;
  if (c->state.not_before < now + ms_of(wait))
    c->state.not_before = now + ms_of(wait);
  note_hold(c, job->result.why, now);
  c->dirty = true;
  c->counts.retried++;
  row->state = ROW_QUEUED;
  row->not_before = c->state.not_before;
  /* not its turn next time: it may be its own fault, and others wait */
  if (job->result.suspect && row->attempts >= PATIENCE && c->counts.queued > 1)
    row->not_before += ms_of(wait);
  row->ambiguous = row->ambiguous || ambiguous;
  snprintf(row->last_error, sizeof(row->last_error), "%s", job->result.why);
  save(d, row);
  note_failure(d, job, now);
  if (c->state.failures == 1)
    log_say(LOG_LEVEL_WARNING, "channel \"%s\": %s; trying again in %.0f s",
            c->config->name, job->result.why, wait);
}

static void channel_refused(struct deliver *d, struct job *job, int64_t now) {
  struct channel_run *c = &d->channels[job->channel];

  c->state.refusals++;
  failed_for_now(d, job, now);
  if (job->result.stop || c->state.refusals >= BREAKER_REFUSALS)
    stop_channel(d, job->channel, job->result.why, now);
}

static void message_refused(struct deliver *d, struct job *job, int64_t now) {
  deliver_dead(d, job->channel, &job->row, job->result.why, now);
}

static void too_large(struct deliver *d, struct job *job, int64_t now) {
  if (job->row.shrink) {
    message_refused(d, job, now);
    return;
  }
  job->row.shrink = true;
  job->row.state = ROW_QUEUED;
  save(d, &job->row);
}

/* One row for each recipient, in the place of the one for all. */
static void split(struct deliver *d, struct job *job, int64_t now) {
  const struct channel_config *c = d->channels[job->channel].config;
  struct outbox_row *row = &job->row;
  size_t made = 0;

  for (size_t i = 0; c->sender->recipient != NULL && i < RECIPIENTS_MAX &&
                     row->recipient[0] == '\0';
       i++) {
    const char *recipient = c->sender->recipient(c->settings, i);
    struct outbox_row copy = *row;

    if (recipient == NULL)
      break;
    copy.id = 0;
    copy.attempts = 0;
    copy.state = ROW_QUEUED;
    copy.not_before = 0;
    copy.ambiguous = false;
    snprintf(copy.recipient, sizeof(copy.recipient), "%s", recipient);
    deliver_new_ids(d, &job->alert, &copy);
    /* to each the same letter, so that all find the thread it begins */
    memcpy(copy.message_id, row->message_id, sizeof(copy.message_id));
    if (deliver_add(d, job->channel, &copy, now) == 0)
      made++;
  }
  if (made == 0) {
    message_refused(d, job, now);
    return;
  }
  row->state = ROW_SUPERSEDED;
  save(d, row);
  deliver_history(d, row, now, "split", job->result.why);
}

typedef void outcome_fn(struct deliver *d, struct job *job, int64_t now);

static outcome_fn *const outcomes[] = {
    [SEND_SENT] = sent,
    [SEND_RETRY] = failed_for_now,
    [SEND_AMBIGUOUS] = failed_for_now,
    [SEND_REFUSED_MESSAGE] = message_refused,
    [SEND_REFUSED_CHANNEL] = channel_refused,
    [SEND_SHRINK] = too_large,
    [SEND_SPLIT] = split,
};

/* A person waits for the answer: one try, whatever comes of it. */
static void test_done(struct deliver *d, struct job *job, int64_t now) {
  struct outbox_row *row = &job->row;
  bool accepted = job->result.outcome == SEND_SENT;

  row->state = accepted ? ROW_SENT : ROW_DEAD;
  snprintf(row->last_error, sizeof(row->last_error), "%s",
           accepted ? "" : job->result.why);
  save(d, row);
  deliver_history(d, row, now, accepted ? "sent" : "failed",
                  accepted ? "test" : job->result.why);
  d->hooks.tested(d->hooks.arg, row->id, &job->result);
}

static void enable(struct deliver *d, int channel, const char *why,
                   int64_t now) {
  struct channel_run *c = &d->channels[channel];

  c->state.stopped = false;
  c->state.failures = c->state.refusals = 0;
  c->state.not_before = 0;
  c->state.reason[0] = '\0';
  c->dirty = true;
  deliver_complain(store_outbox_hurry(d->store, c->config->name, 0),
                   "queue not updated");
  deliver_complain(
      store_history_add(d->store, now, 0, "enabled", c->config->name, why),
      "history not recorded");
  d->hooks.trouble(d->hooks.arg, c->config->name, "channel", NULL);
}

/* A stopped channel whose secret file was changed gets another chance. */
static void reread_done(struct deliver *d, struct job *job, int64_t now) {
  if (job->fresh && d->channels[job->channel].state.stopped) {
    log_say(LOG_LEVEL_NOTICE,
            "channel \"%s\": a secret file has changed, trying again",
            d->channels[job->channel].config->name);
    enable(d, job->channel, "a secret file has changed", now);
  }
}

static void poll_done(struct deliver *d, struct job *job, int64_t now) {
  struct channel_run *c = &d->channels[job->channel];
  double wait = job->poll.wait_s > POLL_S ? job->poll.wait_s : POLL_S;
  char by[64];

  if (job->poll_error == 0 && job->poll.acknowledged) {
    text_clean(job->poll.by, strnlen(job->poll.by, sizeof(job->poll.by)), by,
               sizeof(by));
    receipt_drop(c, job->ref);
    d->hooks.acked(d->hooks.arg, job->alert_id, by[0] != '\0' ? by : "phone",
                   c->config->sender->name);
    return;
  }
  if ((job->poll_error == 0 && job->poll.over) ||
      !store_alert_is_open(d->store, job->alert_id)) {
    receipt_drop(c, job->ref);
    return;
  }
  for (size_t i = 0; i < c->receipts_num; i++)
    if (strcmp(c->receipts[i].ref, job->ref) == 0)
      c->receipts[i].due = now + ms_of(wait);
}

void deliver_done(struct deliver *d, struct job *job, int64_t now) {
  struct channel_run *c = &d->channels[job->channel];
  const struct send_result *r = &job->result;

  c->busy = false;
  d->out--;
  job->result.why[MESSAGE_WHY_SIZE - 1] = '\0';
  if (job->kind == JOB_POLL || job->kind == JOB_REREAD) {
    (job->kind == JOB_POLL ? poll_done : reread_done)(d, job, now);
    job_free(job);
    return;
  }
  if (r->quota_left >= 0 && r->quota_left != c->state.quota_left) {
    c->state.quota_left = r->quota_left;
    c->dirty = true;
  }
  if (r->outcome == SEND_SENT && r->wait_s > 0) {
    c->state.not_before = now + ms_of(r->wait_s);
    c->dirty = true;
  }
  if (job->row.kind == MESSAGE_TEST)
    test_done(d, job, now);
  else if ((unsigned)r->outcome < sizeof(outcomes) / sizeof(outcomes[0]))
    outcomes[r->outcome](d, job, now);
  else
    failed_for_now(d, job, now);
  deliver_count_queue(d, job->channel);
  job_free(job);
}

void deliver_return(struct deliver *d, struct job *job) {
  d->channels[job->channel].busy = false;
  d->out--;
  if (job->kind != JOB_POLL && job->kind != JOB_REREAD) {
    job->row.state = ROW_QUEUED;
    job->row.attempts--;
    save(d, &job->row);
  }
  job_free(job);
}

/* -- by people ------------------------------------------------------------ */

int deliver_enable(struct deliver *d, int channel, int64_t now) {
  if (d->channels[channel].config->broken)
    return -EINVAL;
  enable(d, channel, "", now);
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
    save(d, &row);
    deliver_count_queue(d, channel);
  }
  outbox_row_free(&row);
  return err;
}

int deliver_drop(struct deliver *d, int64_t row_id, int64_t now) {
  struct outbox_row row;
  int err = store_outbox_get(d->store, row_id, &row);

  if (err < 0)
    return err;
  if (row.state != ROW_QUEUED && row.state != ROW_DEAD)
    err = row.state == ROW_SENDING ? -EBUSY : -EINVAL;
  if (err == 0) {
    row.state = ROW_SUPERSEDED;
    save(d, &row);
    deliver_history(d, &row, now, "dropped", "by hand");
  }
  outbox_row_free(&row);
  return err;
}
