/* SPDX-License-Identifier: MIT */
/* Delivery comes and goes: see deliver.h. */
#include <config.h>

#include "alert/deliver/deliver.h"

#include "alert/deliver/deliver_internal.h"
#include "alert/deliver/deliver_outbox.h"
#include "alert/deliver/deliver_rate.h"
#include "alert/deliver/deliver_receipts.h"
#include "alert/deliver/job.h"
#include "alert/store/store_channel.h"
#include "alert/store/store_held.h"
#include "alert/store/store_outbox.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

struct deliver *deliver_new(const struct notify_config *config,
                            struct store *store,
                            const struct deliver_hooks *hooks) {
  struct deliver *d = calloc(1, sizeof(*d));

  if (d == NULL)
    return NULL;
  d->config = config;
  d->store = store;
  d->hooks = *hooks;
  d->planned_end = &d->planned;
  d->channels = calloc(config->channels_num + 1, sizeof(*d->channels));
  if (d->channels == NULL) {
    free(d);
    return NULL;
  }
  for (size_t i = 0; i < config->channels_num; i++)
    d->channels[i].config = &config->channels[i];
  d->facts.silences = &d->silences;
  return d;
}

void deliver_free(struct deliver *d) {
  if (d == NULL)
    return;
  for (size_t i = 0; i < d->config->channels_num; i++)
    free(d->channels[i].receipts);
  while (d->planned != NULL) {
    struct job *next = d->planned->next;
    job_free(d->planned);
    d->planned = next;
  }
  silences_clear(&d->silences);
  free(d->channels);
  free(d);
}

void deliver_know(struct deliver *d, const struct alert_table *open) {
  d->facts.open = open;
}

const struct policy_facts *deliver_facts(const struct deliver *d) {
  return &d->facts;
}

/* A channel that left the configuration takes its queue with it. */
static void drop_orphans(struct deliver *d) {
  const char *names[CHANNELS_MAX];
  size_t n = 0;
  int gone;

  for (; n < d->config->channels_num && n < CHANNELS_MAX; n++)
    names[n] = d->config->channels[n].name;
  gone = store_outbox_orphans(d->store, names, n);
  if (gone > 0)
    log_say(LOG_LEVEL_WARNING,
            "%d messages were queued for channels that are no longer "
            "configured; see `kasactl alerts queue list`",
            gone);
}

/* Longer than any wait there is, a monthly quota's: the moment is of a clock
 * that was ahead when it was written, or of nobody. */
#define LONGEST_WAIT_MS (INT64_C(33) * 24 * 3600 * 1000)

int deliver_start(struct deliver *d, int64_t now) {
  int err = store_outbox_recover(d->store);

  d->started = now;
  drop_orphans(d);
  deliver_complain(store_outbox_forget_waits(d->store, now + LONGEST_WAIT_MS),
                   "queue not updated");
  silences_load(&d->silences, d->store);
  for (size_t i = 0; i < d->config->channels_num; i++) {
    struct channel_run *c = &d->channels[i];

    store_channel_get(d->store, c->config->name, &c->state);
    if (c->state.stopped || c->state.refusals > 0)
      c->dirty = true;
    c->state.stopped = false; /* a restart is a new chance */
    c->state.refusals = 0;
    c->state.reason[0] = '\0';
    if (c->state.not_before > now + LONGEST_WAIT_MS)
      c->state.not_before = 0;
    deliver_receipts_load(d, (int)i, now);
    deliver_count_queue(d, (int)i);
    c->held = store_held_any(d->store, c->config->name);
  }
  return err;
}

void deliver_shift(struct deliver *d, int64_t delta) {
  d->started += delta;
  d->hold_due = 0;
  silences_shift(&d->silences, delta);
  for (size_t i = 0; i < d->config->channels_num; i++) {
    struct channel_run *c = &d->channels[i];
    int64_t *const moments[] = {
        &c->state.not_before, &c->fallback_look, &c->reread_at,
        &c->counts.oldest,    &c->refused_since, &c->probe_at,
        &c->said_at,          &c->refresh_at,    &c->state.tokens_at};

    for (size_t j = 0; j < sizeof(moments) / sizeof(moments[0]); j++)
      if (*moments[j] > 0)
        *moments[j] = *moments[j] + delta > 0 ? *moments[j] + delta : 1;
    deliver_receipts_shift(c, delta);
  }
}

void deliver_count(const struct deliver *d, int channel,
                   struct deliver_counts *out) {
  *out = d->channels[channel].counts;
}

const char *deliver_stopped(const struct deliver *d, int channel) {
  const struct channel_run *c = &d->channels[channel];

  if (c->config->broken)
    return c->config->broken_why;
  return c->state.stopped ? c->state.reason : NULL;
}

int64_t deliver_not_before(const struct deliver *d, int channel) {
  return d->channels[channel].state.not_before;
}

int64_t deliver_rate_until(const struct deliver *d, int channel, int64_t now) {
  int64_t at =
      d->channels[channel].limited ? deliver_rate_token_at(d, channel, now) : 0;

  return at > now ? at : 0;
}

size_t deliver_busy(const struct deliver *d) { return d->out; }
