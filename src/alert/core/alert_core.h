/* SPDX-License-Identifier: MIT */
/* The alert engine without threads: state, store and delivery in one
 * transaction at a time. The engine's thread drives it; tests do so with a
 * clock and a network of their own, days in milliseconds.
 *
 * One thread. */
#ifndef ALERT_CORE_ALERT_CORE_H
#define ALERT_CORE_ALERT_CORE_H

#include "alert/config/config.h"
#include "alert/core/event_queue.h"
#include "alert/deliver/deliver.h"
#include "alert/model/event.h"
#include "alert/model/threshold.h"
#include "alert/policy/silence.h"
#include "alert/state/state.h"
#include "alert/store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alert_core_hooks {
  int64_t (*wall_ms)(void *arg); /* since 1970, may be set back or ahead */
  int64_t (*boot_ms)(void *arg); /* never jumps, counts sleep too */
  /* As boot_ms, but stands while the machine sleeps; may be NULL: it never
   * does. */
  int64_t (*awake_ms)(void *arg);
  /* The kernel says that the clock is set; may be NULL: nobody can tell. */
  bool (*synchronised)(void *arg);
  void *clock_arg;
  void (*random)(void *arg, void *out, size_t size);
  void *random_arg;
  struct value_source source;
  bool (*patience)(void *arg); /* see store_open(); may be NULL */
  void *patience_arg;
  void (*hand)(void *arg, struct job *job); /* see deliver.h */
  void *hand_arg;
  void (*tested)(void *arg, int64_t row_id, const struct send_result *result);
  void *tested_arg; /* both may be NULL */
  /* A report is to be made known to collectd: one at a time, answered by
   * alert_core_announced(). NULL: collectd hears of none. */
  void (*announce)(void *arg, int report, int before);
  void *announce_arg;
  const char *collectd_host;
  double interval_s;
  double grace_s;  /* used when the configuration leaves StartupGrace open */
  size_t open_max; /* alerts open at once, 0 = as many as there can be */
};

struct alert_core;

/* Opens the store in directory and takes up what was left. config is borrowed.
 * NULL when memory is out. */
struct alert_core *alert_core_new(const struct notify_config *config,
                                  const char *directory,
                                  const struct alert_core_hooks *hooks);
/* Stores what is only in memory. Jobs that are out must be back
 * (alert_core_step) or are given up. */
void alert_core_free(struct alert_core *core);

/* One round: results that came back (a list by next, taken), notifications
 * (classified here), timers, new jobs. Returns ms until the next timer, at
 * most 60000; or -errno when memory is out: then nothing was taken, try again
 * with the same. launch false: nothing new goes out (shutting down). */
int64_t alert_core_step(struct alert_core *core, struct job *done,
                        struct event *events, size_t events_num, bool launch);

/* Whether people would hear of an alert now: writes something down to see that
 * it can, and looks how long a critical message has been waiting. False: not,
 * and why, for people. */
bool alert_core_prove(struct alert_core *core, double max_queue_age_s,
                      char *why, size_t why_size);

/* What became of the last heartbeat, for `status`: 1 it was taken, 0 held back
 * or refused, -1 there was none yet. */
void alert_core_heartbeat_was(struct alert_core *core, int state);
int alert_core_heartbeat(const struct alert_core *core);

/* Writes events down as they are, for the next run: 0 or -errno. */
int alert_core_keep(struct alert_core *core, const struct event *events,
                    size_t events_num);

/* What went through the queue so far: for `status`, and people are told once in
 * a while that notifications were lost. */
void alert_core_intake(struct alert_core *core,
                       const struct event_queue_counts *counts);
const struct event_queue_counts *
alert_core_taken_in(const struct alert_core *core);

/* Orders of people; each is one committed transaction: 0 or -errno. */
int alert_core_ack(struct alert_core *core, int64_t id, double for_s,
                   const char *by, const char *source);
int alert_core_unack(struct alert_core *core, int64_t id, const char *by);
int alert_core_resolve(struct alert_core *core, int64_t id, const char *by);
int64_t alert_core_test(struct alert_core *core, int channel, enum level level);
/* Sends a report of the configuration now: to how many channels. */
int alert_core_report(struct alert_core *core, int report);
/* Collectd has the report that it was to hear of last. */
int alert_core_announced(struct alert_core *core);
int alert_core_enable(struct alert_core *core, int channel);
int alert_core_retry(struct alert_core *core, int64_t row_id);
int alert_core_drop(struct alert_core *core, int64_t row_id);
/* Takes the matchers over and returns its id; on -errno the caller keeps
 * them. */
int64_t alert_core_silence(struct alert_core *core,
                           const struct silence *silence);
int alert_core_end_silence(struct alert_core *core, int64_t id);

/* What collectd's thresholds make of ev->value, see threshold_speak(). *known:
 * how many there are, -1 when nobody can tell. */
enum severity alert_core_threshold(const struct alert_core *core,
                                   struct event *ev, int *known);
/* Whether the value cache has anything of a device by collectd's name. */
bool alert_core_measures(const struct alert_core *core, const char *device);
/* What a device that is away took at last, into its alert. */
void alert_core_last_power(struct alert_core *core, struct open_alert *e);

int64_t alert_core_now(const struct alert_core *core); /* wall ms */
struct store *alert_core_store(struct alert_core *core);
struct state *alert_core_state(struct alert_core *core);
struct deliver *alert_core_deliver(struct alert_core *core);
const struct notify_config *alert_core_config(const struct alert_core *core);
const char *alert_core_host(const struct alert_core *core);

#endif
