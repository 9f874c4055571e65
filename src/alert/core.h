/* The alert engine without threads: state, store and delivery in one
 * transaction at a time. The engine's thread drives it; tests do so with a
 * clock and a network of their own, days in milliseconds.
 *
 * One thread. */
#ifndef ALERT_CORE_H
#define ALERT_CORE_H

#include "alert/config.h"
#include "alert/deliver.h"
#include "alert/event.h"
#include "alert/ring.h"
#include "alert/state.h"
#include "alert/store.h"
#include "alert/threshold.h"

#include <stddef.h>
#include <stdint.h>

struct core_hooks {
  int64_t (*wall_ms)(void *arg); /* since 1970, may be set back or ahead */
  int64_t (*boot_ms)(void *arg); /* never jumps, counts sleep too */
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
  const char *collectd_host;
  double interval_s;
  double grace_s; /* used when the configuration leaves StartupGrace open */
};

struct core;

/* Opens the store in directory and takes up what was left. config is borrowed.
 * NULL when memory is out. */
struct core *core_new(const struct notify_config *config, const char *directory,
                      const struct core_hooks *hooks);
/* Stores what is only in memory. Jobs that are out must be back (core_step)
 * or are given up. */
void core_free(struct core *core);

/* One round: results that came back (a list by next, taken), notifications
 * (classified here), timers, new jobs. Returns ms until the next timer, at
 * most 60000; or -errno when memory is out: then nothing was taken, try again
 * with the same. launch false: nothing new goes out (shutting down). */
int64_t core_step(struct core *core, struct job *done, struct event *events,
                  size_t events_num, bool launch);

/* What went through the ring so far: for `status`, and people are told once in
 * a while that notifications were lost. */
void core_intake(struct core *core, const struct ring_counts *counts);
const struct ring_counts *core_taken_in(const struct core *core);

/* Orders of people; each is one committed transaction: 0 or -errno. */
int core_ack(struct core *core, int64_t id, double for_s, const char *by,
             const char *source);
int core_unack(struct core *core, int64_t id, const char *by);
int core_resolve(struct core *core, int64_t id, const char *by);
int64_t core_test(struct core *core, int channel, enum level level);
int core_enable(struct core *core, int channel);
int core_retry(struct core *core, int64_t row_id);
int core_drop(struct core *core, int64_t row_id);

/* What collectd's thresholds make of ev->value, see threshold_speak(). *known:
 * how many there are, -1 when nobody can tell. */
enum severity core_threshold(const struct core *core, struct event *ev,
                             int *known);
/* What a device that is away took at last, into its alert. */
void core_last_power(struct core *core, struct episode *e);

int64_t core_now(const struct core *core); /* wall ms */
struct store *core_store(struct core *core);
struct state *core_state(struct core *core);
struct deliver *core_deliver(struct core *core);
const struct notify_config *core_config(const struct core *core);
const char *core_host(const struct core *core);

#endif
