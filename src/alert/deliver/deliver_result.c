/* SPDX-License-Identifier: MIT */
/* See deliver_result.h. */
#include <config.h>

#include "alert/deliver/deliver_result.h"

#include "alert/deliver/backoff.h"
#include "alert/deliver/deliver_breaker.h"
#include "alert/deliver/deliver_fallback.h"
#include "alert/deliver/deliver_group.h"
#include "alert/deliver/deliver_internal.h"
#include "alert/deliver/deliver_outbox.h"
#include "alert/deliver/deliver_receipts.h"
#include "alert/store/store_alert.h"
#include "alert/store/store_group.h"
#include "alert/store/store_history.h"
#include "alert/store/store_notification_log.h"
#include "alert/store/store_outbox.h"
#include "base/log.h"
#include "base/milliseconds.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  AMBIGUOUS_WAIT_S = 30,
  DOUBTS_MAX = 5, /* ends without an answer, then it is believed delivered */
  PATIENCE = 6,   /* attempts; then others of the channel may try first */
  RECIPIENTS_MAX = 100,
};

/* A wait this long is worth a reason that outlives the row. */
static void note_hold(struct channel_run *c, const char *why, int64_t now) {
  if (c->state.not_before - now > HOLD_MS)
    snprintf(c->state.reason, sizeof(c->state.reason), "%s", why);
}

static void remember_told(struct deliver *d, struct job *job, int64_t alert_id,
                          int64_t now) {
  struct outbox_row *row = &job->row;
  struct notification_log told;

  store_notification_log_get(d->store, alert_id, row->channel, &told);
  if (row->kind == MESSAGE_RESOLVED)
    told.announced = false;
  else if (message_opens(row->kind))
    told.announced = true;
  else if (row->alert_id == 0) /* one that told the end owes none */
    told.announced = store_alert_is_open(d->store, alert_id) ||
                     store_outbox_pending(d->store, row->channel, alert_id,
                                          MESSAGE_RESOLVED) > 0;
  if (row->group_key[0] != '\0')
    memcpy(told.group_key, row->group_key, sizeof(told.group_key));
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
      store_notification_log_set(d->store, alert_id, row->channel, &told),
      "delivery not recorded");
}

/* What rings now although the matter was settled while it was under way. */
static void settle_ringing(struct deliver *d, struct job *job, int64_t now) {
  struct channel_run *c = &d->channels[job->channel];
  struct alert a;

  if (job->result.provider_ref[0] == '\0' || !message_opens(job->row.kind) ||
      store_alert_get(d->store, job->alert_id, &a) < 0)
    return;
  if (!deliver_rings(c->config->sender)) {
    if (a.state >= ALERT_RESOLVED &&
        store_outbox_pending(d->store, c->config->name, job->alert_id,
                             MESSAGE_RESOLVED) == 0)
      deliver_add_cancel(d, job->channel, &a, now);
    return;
  }
  if (a.state >= ALERT_RESOLVED || (a.flags & ALERT_ACKED))
    deliver_add_cancel(d, job->channel, &a, now);
  else if (c->config->sender->poll != NULL)
    deliver_receipt_add(c, job->alert_id, job->result.provider_ref, now);
}

struct acceptance {
  struct job *job;
  int64_t now;
};

/* Each of those a message tells of is told of, and owed its end. */
static void accept_member(struct deliver *d, void *arg, int64_t alert_id,
                          const char *route, bool over) {
  struct acceptance *a = arg;
  const struct outbox_row *row = &a->job->row;

  if (row->reason != REASON_DIGEST)
    deliver_complain(store_history_add(d->store, a->now, alert_id, "sent",
                                       row->channel,
                                       "together with others of its group"),
                     "history not recorded");
  if (over)
    return;
  remember_told(d, a->job, alert_id, a->now);
  if (row->kind != MESSAGE_RESOLVED)
    d->hooks.accepted(d->hooks.arg, alert_id, route, a->now);
}

static void sent(struct deliver *d, struct job *job, int64_t now) {
  struct channel_run *c = &d->channels[job->channel];
  struct outbox_row *row = &job->row;

  if (c->state.failures >= PATIENCE) /* it was no message's fault: in order */
    deliver_complain(store_outbox_hurry(d->store, c->config->name, 0),
                     "queue not updated");
  if (c->state.failures > 0 || c->state.refusals > 0 || c->state.evicted > 0) {
    c->state.failures = c->state.refusals = 0;
    c->refused_since = 0;
    c->state.evicted = 0;
    c->dirty = true;
    d->hooks.trouble(d->hooks.arg, c->config->name, "queue", NULL);
  }
  row->state = ROW_SENT;
  row->not_before = now; /* when it arrived, for `stats` */
  row->last_error[0] = '\0';
  deliver_save(d, row);
  if (row->kind == MESSAGE_CANCEL)
    return;
  c->counts.sent++;
  deliver_history(d, row, now, "sent", message_kind_name(row->kind));
  if (row->alert_id == 0) {
    if (alert_reason_of_several(row->reason))
      deliver_group_each(d, row->id, accept_member,
                         &(struct acceptance){job, now});
    return;
  }
  remember_told(d, job, row->alert_id, now);
  settle_ringing(d, job, now);
  if (message_opens(row->kind))
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
  deliver_save(d, row);
  note_failure(d, job, now);
}

/* The receiver takes the message, but is slower with its answer than we wait:
 * it has it by now, and the next message may follow. */
static bool probably_delivered(struct deliver *d, struct job *job,
                               int64_t now) {
  struct channel_run *c = &d->channels[job->channel];

  if (job->result.outcome != SEND_AMBIGUOUS || !job->result.timed_out)
    return false;
  if (c->doubt_row != job->row.id)
    c->doubts = 0;
  c->doubt_row = job->row.id;
  if (++c->doubts < DOUBTS_MAX)
    return false;
  log_say(LOG_LEVEL_WARNING,
          "channel \"%s\": the answer to a message never came in time, %u "
          "times; it was probably delivered (a longer Timeout would tell)",
          c->config->name, c->doubts);
  deliver_history(d, &job->row, now, "sent",
                  "probably delivered: no answer came in time");
  c->state.not_before = now;
  sent(d, job, now);
  return true;
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
  if (probably_delivered(d, job, now))
    return;

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
  deliver_save(d, row);
  note_failure(d, job, now);
  if (c->state.failures == 1)
    log_say(LOG_LEVEL_WARNING, "channel \"%s\": %s; trying again in %.0f s",
            c->config->name, job->result.why, wait);
}

static void channel_refused(struct deliver *d, struct job *job, int64_t now) {
  failed_for_now(d, job, now);
  deliver_refused(d, job->channel, &job->result, now);
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
  deliver_save(d, &job->row);
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
    if (deliver_add(d, job->channel, &copy) == 0) {
      store_group_copy(d->store, row->id, copy.id);
      made++;
    }
  }
  if (made == 0) {
    message_refused(d, job, now);
    return;
  }
  row->state = ROW_SUPERSEDED;
  deliver_save(d, row);
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
  struct channel_run *c = &d->channels[job->channel];
  struct outbox_row *row = &job->row;
  bool accepted = job->result.outcome == SEND_SENT;

  if (c->tests > 0)
    c->tests--;
  row->state = accepted ? ROW_SENT : ROW_DEAD;
  snprintf(row->last_error, sizeof(row->last_error), "%s",
           accepted ? "" : job->result.why);
  deliver_save(d, row);
  deliver_history(d, row, now, accepted ? "sent" : "failed",
                  accepted ? "test" : job->result.why);
  if (accepted && !c->state.stopped && c->state.failures > 0)
    deliver_start_channel(d, job->channel, "a test was accepted", now);
  if (d->hooks.tested != NULL)
    d->hooks.tested(d->hooks.tested_arg, row->id, &job->result);
}

void deliver_done(struct deliver *d, struct job *job, int64_t now) {
  struct channel_run *c = &d->channels[job->channel];
  const struct send_result *r = &job->result;
  bool was_stopped = c->state.stopped;

  c->busy = false;
  d->out--;
  job->result.why[MESSAGE_WHY_SIZE - 1] = '\0';
  if (job->kind == JOB_REFRESH) {
    if (r->outcome != SEND_SENT)
      log_say(LOG_LEVEL_INFO,
              "channel \"%s\": %zu open alerts could not be sent again: %s",
              c->config->name, job->alerts_num, r->why);
    job_free(job);
    return;
  }
  if (job->kind == JOB_POLL || job->kind == JOB_REREAD) {
    (job->kind == JOB_POLL ? deliver_receipt_done : deliver_reread_done)(d, job,
                                                                         now);
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
  if (was_stopped && (job->row.kind != MESSAGE_TEST || r->outcome == SEND_SENT))
    deliver_probed(d, job->channel, r->outcome == SEND_SENT, now);
  if (job->row.state != ROW_QUEUED)
    deliver_left(d, job->channel, 1);
  job_free(job);
}
