/* SPDX-License-Identifier: MIT */
/* One thread per channel that does the blocking calls, one job at a time. */
#ifndef ALERT_ENGINE_CHANNEL_THREAD_H
#define ALERT_ENGINE_CHANNEL_THREAD_H

#include "alert/config/config.h"
#include "alert/deliver/deliver.h"

#include <stdint.h>
#include <time.h>

struct channel_thread;

struct channel_thread_hooks {
  /* On the channel's thread; takes the job. */
  void (*done)(void *arg, struct job *job);
  void *arg;
  int64_t (*wall_ms)(void *arg);
  void *clock_arg;
  const char *collectd_host;
  const char *version;
};

/* Starts the thread; NULL on failure. channel and hooks' strings borrowed. */
struct channel_thread *
channel_thread_new(const struct channel_config *channel,
                   const struct channel_thread_hooks *hooks);
/* Takes the job; there must be none at work. */
void channel_thread_give(struct channel_thread *c, struct job *job);
/* Makes a call in progress return soon, and the thread end after it. */
void channel_thread_stop(struct channel_thread *c);
/* Waits until deadline (CLOCK_MONOTONIC, which nobody sets) for the thread: 0
 * and freed, or -ETIMEDOUT: the thread is left behind, with all it borrowed. */
int channel_thread_join(struct channel_thread *c,
                        const struct timespec *deadline);

#endif
