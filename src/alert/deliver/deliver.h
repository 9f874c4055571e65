/* SPDX-License-Identifier: MIT */
/* From "say this" to "it was accepted": who is told, the queue, catching up
 * after an outage, retries, fallback (doc/alerting-spec.md, "Delivery"). The
 * network is behind a hook: jobs go out, and come back with their result.
 *
 * One thread. deliver_notify, deliver_plan and deliver_done run inside an open
 * transaction of the store; deliver_launch after its commit. Times are wall
 * ms. */
#ifndef ALERT_DELIVER_DELIVER_H
#define ALERT_DELIVER_DELIVER_H

#include "alert/channel/sender.h"
#include "alert/config/config.h"
#include "alert/model/message.h"
#include "alert/store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alert_table;
struct job;
struct policy_facts;

struct deliver_hooks {
  /* Gives the job to its channel's sender; deliver_done() takes it back. */
  void (*hand)(void *arg, struct job *job);
  void *hand_arg;
  void (*random)(void *arg, void *out, size_t size);
  void *random_arg;
  /* A test message has its result; may be NULL. */
  void (*tested)(void *arg, int64_t row_id, const struct send_result *result);
  void *tested_arg;
  /* A message was accepted: repeats count from here. */
  void (*accepted)(void *arg, int64_t alert_id, const char *route, int64_t at);
  /* The phone said so. */
  void (*acked)(void *arg, int64_t alert_id, const char *by,
                const char *source);
  /* A channel's trouble began (why) or ended (NULL). */
  void (*trouble)(void *arg, const char *channel, const char *what,
                  const char *why);
  void *arg; /* of the last three */
  const char *collectd_host;
};

struct deliver_counts {
  uint64_t sent, retried, failed, suppressed;
  int64_t queued;
  int64_t oldest; /* when the oldest queued one was created, 0 = none */
};

struct deliver;

struct deliver *deliver_new(const struct notify_config *config,
                            struct store *store,
                            const struct deliver_hooks *hooks);
void deliver_free(struct deliver *deliver);

/* The open alerts, for reasons that look at others than the alert in question;
 * before deliver_start(). Borrowed. */
void deliver_know(struct deliver *deliver, const struct alert_table *open);
/* What the chain of reasons for silence looks at; borrowed. */
const struct policy_facts *deliver_facts(const struct deliver *deliver);

/* After a start: what was in mid-air is queued again, stopped channels get
 * another chance. */
int deliver_start(struct deliver *deliver, int64_t now);

/* How many jobs are out. */
size_t deliver_busy(const struct deliver *deliver);
/* The wall clock was set by delta ms. */
void deliver_shift(struct deliver *deliver, int64_t delta_ms);

void deliver_count(const struct deliver *deliver, int channel,
                   struct deliver_counts *out);
/* Stopped channels: the reason, else NULL. Borrowed until the next call. */
const char *deliver_stopped(const struct deliver *deliver, int channel);
int64_t deliver_not_before(const struct deliver *deliver, int channel);
/* What waits there waits for the channel's rate until then; 0 = it does not. */
int64_t deliver_rate_until(const struct deliver *deliver, int channel,
                           int64_t now);

#endif
