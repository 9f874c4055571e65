/* SPDX-License-Identifier: MIT */
/* See deliver_breaker.h. */
#include <config.h>

#include "alert/deliver/deliver_breaker.h"

#include "alert/deliver/deliver_outbox.h"
#include "alert/store/store_history.h"
#include "alert/store/store_outbox.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>

enum { REREAD_MS = 60000 /* how often a stopped channel's secrets are read */ };

void deliver_stop_channel(struct deliver *d, int channel, const char *why,
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

void deliver_start_channel(struct deliver *d, int channel, const char *why,
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

static bool rereads(const struct channel_run *c) {
  return c->state.stopped && !c->busy && c->config->sender->reread != NULL;
}

struct job *deliver_reread(struct deliver *d, int channel, int64_t now) {
  struct channel_run *c = &d->channels[channel];

  if (!rereads(c) || now - c->reread_at < REREAD_MS)
    return NULL;
  c->reread_at = now;
  return job_new(JOB_REREAD, channel);
}

/* A stopped channel whose secret file was changed gets another chance. */
void deliver_reread_done(struct deliver *d, struct job *job, int64_t now) {
  if (job->fresh && d->channels[job->channel].state.stopped) {
    log_say(LOG_LEVEL_NOTICE,
            "channel \"%s\": a secret file has changed, trying again",
            d->channels[job->channel].config->name);
    deliver_start_channel(d, job->channel, "a secret file has changed", now);
  }
}

int64_t deliver_reread_due(const struct deliver *d, int channel) {
  const struct channel_run *c = &d->channels[channel];

  return rereads(c) ? c->reread_at + REREAD_MS : 0;
}
