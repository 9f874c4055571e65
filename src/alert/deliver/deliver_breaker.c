/* SPDX-License-Identifier: MIT */
/* See deliver_breaker.h. */
#include <config.h>

#include "alert/deliver/deliver_breaker.h"

#include "alert/deliver/deliver_outbox.h"
#include "alert/store/store_history.h"
#include "alert/store/store_outbox.h"
#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
  REREAD_MS = 60000,    /* how often a stopped channel's secrets are read */
  REFUSALS_MAX = 3,     /* in a row, then a channel is stopped */
  PASSING_MS = 3600000, /* how long what often passes is not final */
  PROBE_FIRST_MS = 900000,
  PROBE_MS = 3600000,
  SAY_MS = 3600000, /* how often the log hears that nobody is told */
};

void deliver_stop_channel(struct deliver *d, int channel, const char *why,
                          int64_t now) {
  struct channel_run *c = &d->channels[channel];

  if (c->state.stopped)
    return;
  c->state.stopped = true;
  snprintf(c->state.reason, sizeof(c->state.reason), "%s", why);
  c->fallback_look = 0; /* its queue takes the fallback now */
  c->probe_at = now + PROBE_FIRST_MS;
  c->said_at = now;
  log_say(LOG_LEVEL_ERROR,
          "channel \"%s\" is stopped; one message is tried in 15 minutes, then "
          "each hour, at once after a restart, a change of its secret file, "
          "`kasactl alerts test %s` or `kasactl alerts channel enable %s`: %s",
          c->config->name, c->config->name, c->config->name, why);
  deliver_complain(
      store_history_add(d->store, now, 0, "stopped", c->config->name, why),
      "history not recorded");
  d->hooks.trouble(d->hooks.arg, c->config->name, "channel", why);
}

void deliver_start_channel(struct deliver *d, int channel, const char *why,
                           int64_t now) {
  struct channel_run *c = &d->channels[channel];

  c->state.stopped = false;
  c->probe_at = c->refused_since = 0;
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

void deliver_refused(struct deliver *d, int channel,
                     const struct send_result *result, int64_t now) {
  struct channel_run *c = &d->channels[channel];
  /* what worked a while ago with the same settings is likely to again */
  bool passes = !result->stop && (result->passes || c->counts.sent > 0);

  c->state.refusals++;
  c->dirty = true;
  if (c->refused_since == 0)
    c->refused_since = now;
  if (result->stop || (c->state.refusals >= REFUSALS_MAX &&
                       (!passes || now - c->refused_since >= PASSING_MS)))
    deliver_stop_channel(d, channel, result->why, now);
}

bool deliver_probe_due(const struct deliver *d, int channel, int64_t now) {
  const struct channel_run *c = &d->channels[channel];

  return c->state.stopped && !c->busy && c->probe_at <= now &&
         c->state.not_before <= now && c->counts.queued > 0;
}

int64_t deliver_probe_at(const struct deliver *d, int channel) {
  const struct channel_run *c = &d->channels[channel];

  if (!c->state.stopped || c->counts.queued == 0)
    return 0;
  return c->probe_at > c->state.not_before ? c->probe_at : c->state.not_before;
}

void deliver_probed(struct deliver *d, int channel, bool sent, int64_t now) {
  struct channel_run *c = &d->channels[channel];

  if (!c->state.stopped)
    return;
  c->probe_at = now + PROBE_MS;
  if (!sent)
    return;
  log_say(LOG_LEVEL_NOTICE, "channel \"%s\" takes messages again",
          c->config->name);
  deliver_start_channel(d, channel, "a message was accepted", now);
}

void deliver_nobody_told(struct deliver *d, int channel, int64_t now) {
  struct channel_run *c = &d->channels[channel];

  if (!c->state.stopped || (now >= c->said_at && now - c->said_at < SAY_MS))
    return;
  c->said_at = now;
  for (size_t i = 0; i < d->config->channels_num; i++)
    if (!d->channels[i].config->broken && !d->channels[i].state.stopped)
      return;
  log_say(LOG_LEVEL_ERROR,
          "channel \"%s\" is stopped and no other is left: nobody is told, "
          "%" PRId64 " messages wait: %s",
          c->config->name, c->counts.queued, c->state.reason);
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
