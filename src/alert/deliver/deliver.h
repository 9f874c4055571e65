/* SPDX-License-Identifier: MIT */
/* From "say this" to "it was accepted": who is told, the queue, catching up
 * after an outage, retries, fallback (ALERTING.md A.0, B.4). The network is
 * behind a hook: jobs go out, and come back with their result.
 *
 * One thread. deliver_notify, deliver_plan and deliver_done run inside an open
 * transaction of the store; deliver_launch after its commit. Times are wall
 * ms. */
#ifndef ALERT_DELIVER_DELIVER_H
#define ALERT_DELIVER_DELIVER_H

#include "alert/channel/sender.h"
#include "alert/config/config.h"
#include "alert/model/message.h"
#include "alert/state/state.h"
#include "alert/store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum job_kind {
  JOB_SEND,
  JOB_CANCEL,
  JOB_POLL,
  JOB_REREAD /* of secret files, on behalf of a stopped channel */
};

/* One call of a sender. message and its texts point into the job. */
struct job {
  enum job_kind kind;
  int channel; /* index into the configuration's channels */
  int64_t row_id;
  int64_t alert_id;
  struct message message;
  struct alert alert;
  struct notification_log told;
  struct outbox_row row;
  char why_late[120];
  char ref[MESSAGE_REF_SIZE]; /* JOB_POLL: what to ask about */
  /* filled by the sender's thread */
  struct send_result result;
  struct poll_result poll;
  int poll_error;
  bool fresh; /* JOB_REREAD: there is something new */
  struct job *next;
};

void job_free(struct job *job);
/* Calls the sender; on its thread. */
void job_run(struct job *job, const struct channel_config *channel,
             const struct sender_env *env);

struct deliver_hooks {
  /* Gives the job to its channel's sender; deliver_done() takes it back. */
  void (*hand)(void *arg, struct job *job);
  void (*random)(void *arg, void *out, size_t size);
  /* A message was accepted: repeats count from here. */
  void (*accepted)(void *arg, int64_t alert_id, const char *route, int64_t at);
  /* The phone said so. */
  void (*acked)(void *arg, int64_t alert_id, const char *by,
                const char *source);
  /* A channel's trouble began (why) or ended (NULL). */
  void (*trouble)(void *arg, const char *channel, const char *what,
                  const char *why);
  /* A test message has its result. */
  void (*tested)(void *arg, int64_t row_id, const struct send_result *result);
  void *arg;
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

/* After a start: what was in mid-air is queued again, stopped channels get
 * another chance. */
int deliver_start(struct deliver *deliver, int64_t now);

/* Queues what e has to say for every channel it concerns. */
void deliver_notify(struct deliver *deliver, struct open_alert *e,
                    const struct notification *say);
/* Queues a test; its row's id, or -errno. */
int64_t deliver_test(struct deliver *deliver, int channel, enum level level,
                     int64_t now);

/* Chooses the next job of every idle channel and marks its row. */
void deliver_plan(struct deliver *deliver, int64_t now);
void deliver_launch(struct deliver *deliver);
/* A job came back; frees it. */
void deliver_done(struct deliver *deliver, struct job *job, int64_t now);
/* A job was given up unrun (shutdown): its row is queued again, freed. */
void deliver_return(struct deliver *deliver, struct job *job);

/* The next moment deliver_plan() may find something; 0 = none known. */
int64_t deliver_next_due(const struct deliver *deliver, int64_t now);
/* How many jobs are out. */
size_t deliver_busy(const struct deliver *deliver);
void deliver_shift(struct deliver *deliver, int64_t delta_ms);

/* By people: 0 or -errno. */
int deliver_enable(struct deliver *deliver, int channel, int64_t now);
int deliver_retry(struct deliver *deliver, int64_t row_id, int64_t now);
int deliver_drop(struct deliver *deliver, int64_t row_id, int64_t now);

void deliver_count(const struct deliver *deliver, int channel,
                   struct deliver_counts *out);
/* Stopped channels: the reason, else NULL. Borrowed until the next call. */
const char *deliver_stopped(const struct deliver *deliver, int channel);
int64_t deliver_not_before(const struct deliver *deliver, int channel);

/* Seconds before the next try after so many failures in a row: 5 s to 15 min;
 * random01 in [0, 1) gives +-20 %. */
double backoff_s(unsigned failures, double random01);

#endif
