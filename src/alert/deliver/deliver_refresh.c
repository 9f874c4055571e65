/* SPDX-License-Identifier: MIT */
/* See deliver_refresh.h. */
#include <config.h>

#include "alert/deliver/deliver_refresh.h"

#include "alert/deliver/deliver_internal.h"
#include "alert/deliver/job.h"
#include "alert/state/alert_build.h"
#include "alert/state/open_alert.h"
#include "alert/store/store_alert.h"
#include "base/milliseconds.h"

#include <stdlib.h>

enum {
  REFRESH_MAX = 1000,       /* alerts at a time */
  REFRESH_ENDED_MS = 300000 /* how long an end is repeated */
};

struct gathering {
  struct deliver *deliver;
  struct job *job;
};

static void gather(void *arg, const struct alert *alert, int64_t due) {
  struct gathering *g = arg;
  struct job *job = g->job;
  struct open_alert named = {0};
  struct alert *grown =
      realloc(job->alerts, (job->alerts_num + 1) * sizeof(*grown));

  (void)due;
  if (grown == NULL)
    return; /* in a minute again */
  job->alerts = grown;
  grown += job->alerts_num++;
  *grown = named.a = *alert;
  open_alert_names(g->deliver->config, &named);
  grown->labels = named.a.labels; /* the configuration's, not the store's */
  grown->labels_num = named.a.labels_num;
  grown->members = NULL;
  grown->members_listed = 0;
}

static int add_messages(const struct deliver *d, int channel, struct job *job,
                        int64_t now) {
  job->messages = calloc(job->alerts_num, sizeof(*job->messages));
  if (job->messages == NULL)
    return -1;
  for (size_t i = 0; i < job->alerts_num; i++) {
    const struct alert *a = &job->alerts[i];
    struct message *m = &job->messages[i];
    bool over = a->state >= ALERT_RESOLVED;

    message_init(m, a);
    m->kind = over ? MESSAGE_RESOLVED : MESSAGE_OPEN;
    m->reason = over ? REASON_RECOVERED : REASON_OPENED;
    m->level = a->level;
    m->channel = d->channels[channel].config->name;
    m->created = a->since > 0 ? a->since : now;
    m->style = &d->config->style;
    m->collectd_host = d->hooks.collectd_host;
  }
  return 0;
}

struct job *deliver_refresh_job(struct deliver *d, int channel, int64_t now) {
  struct channel_run *c = &d->channels[channel];
  const struct sender *sender = c->config->sender;
  struct gathering gathering = {d, NULL};

  if (sender->refresh == NULL || now < c->refresh_at)
    return NULL;
  c->refresh_at = now + ms_of(sender->refresh_every(c->config->settings));
  gathering.job = job_new(JOB_REFRESH, channel);
  if (gathering.job == NULL)
    return NULL;
  store_alert_each_told(d->store, c->config->name, now - REFRESH_ENDED_MS,
                        REFRESH_MAX, gather, &gathering);
  if (gathering.job->alerts_num > 0 &&
      add_messages(d, channel, gathering.job, now) == 0)
    return gathering.job;
  job_free(gathering.job);
  return NULL;
}

int64_t deliver_refresh_due(const struct deliver *d, int channel) {
  const struct channel_run *c = &d->channels[channel];

  return c->config->sender->refresh != NULL && c->refresh_at == 0
             ? 1
             : c->refresh_at;
}
