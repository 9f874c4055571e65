/* SPDX-License-Identifier: MIT */
/* The alert engine as the daemon uses it: one thread that owns the store and
 * decides, one thread per channel that talks to the network, a ring
 * between them and the daemon's threads. */
#ifndef ALERT_ENGINE_ALERT_ENGINE_H
#define ALERT_ENGINE_ALERT_ENGINE_H

#include "alert/config/config.h"
#include "alert/deliver/deliver.h"
#include "alert/model/event.h"
#include "alert/model/value_source.h"
#include "alert/state/state.h"
#include "report/report_notice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alert_engine;

struct alert_engine_hooks {
  struct value_source source;
  const char *collectd_host; /* borrowed, as are all texts here */
  const char *version;
  /* Hands a report to collectd, on a thread of the engine's own; may take as
   * long as whoever listens there. NULL: collectd hears of none. */
  void (*announce)(const char *name, const struct report_notice *notice);
  double interval_s;
  double grace_s; /* StartupGrace where the configuration leaves it open */
};

struct alert_engine_stats {
  struct state_counts alerts;
  uint64_t received, coalesced, lost; /* notifications */
  int64_t now;                        /* wall ms, of these numbers */
  int heartbeat;                      /* see heartbeat_thread_state() */
  size_t channels_num;
  struct {
    const char *name; /* borrowed from the configuration */
    struct deliver_counts counts;
    bool stopped;
  } channels[CHANNELS_MAX];
};

/* Starts the threads, the first of which opens the store below directory;
 * until then notifications are kept. config is borrowed until
 * alert_engine_stop(). NULL after a log line saying why. */
struct alert_engine *alert_engine_start(const struct notify_config *config,
                                        const char *directory,
                                        const struct alert_engine_hooks *hooks);

/* Any thread: copies event and returns; never waits for anything but another
 * thread copying. 0, -ENOBUFS when it had to be dropped (counted), -ENODEV when
 * the engine could not begin. */
int alert_engine_event(struct alert_engine *engine, const struct event *event);

/* Any thread. */
void alert_engine_stats(struct alert_engine *engine,
                        struct alert_engine_stats *out);

/* Ends all threads within 5 s and frees; where a report is being handed to
 * collectd, once that has it. False: a sender did not return in
 * time; its thread is left behind, so config must not be freed. No
 * alert_engine_event() may be running or come later. */
bool alert_engine_stop(struct alert_engine *engine);

#endif
