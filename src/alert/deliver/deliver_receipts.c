/* SPDX-License-Identifier: MIT */
/* See deliver_receipts.h. */
#include <config.h>

#include "alert/deliver/deliver_receipts.h"
#include "alert/store/store_alert.h"
#include "alert/store/store_notification_log.h"

#include "base/milliseconds.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  RECEIPTS_MAX = 256,
  POLL_S = 30, /* how often a ringing phone is asked about */
};

static double poll_every(const struct channel_run *c) {
  double own = c->config->sender->poll_every;

  return own > 0 ? own : POLL_S;
}

static void receipt_add(struct channel_run *c, int64_t alert_id,
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

void deliver_receipt_add(struct channel_run *c, int64_t alert_id,
                         const char *ref, int64_t now) {
  receipt_add(c, alert_id, ref, now + ms_of(poll_every(c)));
}

static void receipt_drop(struct channel_run *c, const char *ref) {
  for (size_t i = 0; i < c->receipts_num; i++)
    if (strcmp(c->receipts[i].ref, ref) == 0) {
      c->receipts[i] = c->receipts[--c->receipts_num];
      return;
    }
}

struct receipt_load {
  struct channel_run *channel;
  int64_t now;
};

static void load_receipt(void *arg, int64_t alert_id, const char *ref) {
  struct receipt_load *load = arg;

  receipt_add(load->channel, alert_id, ref, load->now);
}

void deliver_receipts_load(struct deliver *d, int channel, int64_t now) {
  struct channel_run *c = &d->channels[channel];

  if (c->config->sender->poll != NULL && !c->config->broken)
    store_receipt_each(d->store, c->config->name, load_receipt,
                       &(struct receipt_load){c, now});
}

struct job *deliver_receipt_job(struct deliver *d, int channel, int64_t now) {
  struct channel_run *c = &d->channels[channel];

  for (size_t i = 0; i < c->receipts_num; i++) {
    struct job *job;

    if (c->receipts[i].due > now)
      continue;
    job = job_new(JOB_POLL, channel);
    if (job == NULL)
      return NULL;
    job->alert_id = c->receipts[i].alert_id;
    memcpy(job->ref, c->receipts[i].ref, sizeof(job->ref));
    return job;
  }
  return NULL;
}

void deliver_receipt_done(struct deliver *d, struct job *job, int64_t now) {
  struct channel_run *c = &d->channels[job->channel];
  double usual = poll_every(c);
  double wait = job->poll.wait_s > usual ? job->poll.wait_s : usual;
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

int64_t deliver_receipts_due(const struct deliver *d, int channel) {
  const struct channel_run *c = &d->channels[channel];
  int64_t due = 0;

  for (size_t i = 0; i < c->receipts_num; i++)
    if (due == 0 || c->receipts[i].due < due)
      due = c->receipts[i].due;
  return due;
}

void deliver_receipts_shift(struct channel_run *c, int64_t delta) {
  for (size_t i = 0; i < c->receipts_num; i++)
    c->receipts[i].due += delta;
}
