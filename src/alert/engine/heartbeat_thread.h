/* SPDX-License-Identifier: MIT */
/* The thread that tells a dead man's switch that we are alive: whenever it is
 * time it asks the engine whether all is well, and only then sends. Silence is
 * the alarm. */
#ifndef ALERT_ENGINE_HEARTBEAT_THREAD_H
#define ALERT_ENGINE_HEARTBEAT_THREAD_H

#include "alert/config/config.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct heartbeat_thread;

struct heartbeat_thread_hooks {
  /* On the heartbeat's thread: wakes the engine, which then finds
   * heartbeat_thread_asks() true and answers, or another state. */
  void (*ask)(void *arg);
  void *arg;
  int64_t (*wall_ms)(void *arg);
  void *clock_arg;
  const char *collectd_host;
  const char *version;
  double answer_s; /* how long the engine may take; 0 = 60 */
};

/* Starts the thread; NULL on failure, said in the log. All is borrowed. */
struct heartbeat_thread *
heartbeat_thread_new(const struct heartbeat_config *config,
                     const struct heartbeat_thread_hooks *hooks);

/* Any thread. Whether the question is open, and its answer: why NULL = all is
 * well, else what people shall read in the log. */
bool heartbeat_thread_asks(struct heartbeat_thread *h);
void heartbeat_thread_answer(struct heartbeat_thread *h, const char *why);
/* 1: the last one was taken; 0: it was held back or refused; -1: not yet. */
int heartbeat_thread_state(struct heartbeat_thread *h);

/* Makes a call in progress return soon, and the thread end after it. */
void heartbeat_thread_stop(struct heartbeat_thread *h);
/* Waits until deadline (CLOCK_MONOTONIC): 0 and freed, or -ETIMEDOUT: the
 * thread is left behind, with all it borrowed. */
int heartbeat_thread_join(struct heartbeat_thread *h,
                          const struct timespec *deadline);

#endif
