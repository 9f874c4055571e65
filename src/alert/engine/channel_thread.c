/* SPDX-License-Identifier: MIT */
/* The blocking side of a channel: see channel_thread.h. */
#include <config.h>

#include "alert/engine/channel_thread.h"

#include "alert/channel/sender.h"
#include "alert/deliver/job.h"
#include "base/log.h"
#include "base/thread.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct channel_thread {
  pthread_mutex_t lock; /* guards job, stop, ended */
  pthread_cond_t wake;
  struct job *job;
  bool stop;
  bool ended; /* the thread is about to return */
  pthread_cond_t end;
  atomic_bool abort;
  pthread_t thread;
  const struct channel_config *channel;
  struct channel_thread_hooks hooks;
};

static struct job *wait_for_job(struct channel_thread *c) {
  struct job *job;

  pthread_mutex_lock(&c->lock);
  while (c->job == NULL && !c->stop)
    pthread_cond_wait(&c->wake, &c->lock);
  job = c->stop ? NULL : c->job;
  if (job != NULL)
    c->job = NULL;
  pthread_mutex_unlock(&c->lock);
  return job;
}

static void *work(void *arg) {
  struct channel_thread *c = arg;
  struct sender_env env = {
      .abort = &c->abort,
      .wall_ms = c->hooks.wall_ms,
      .clock_arg = c->hooks.clock_arg,
      .channel = c->channel->name,
      .collectd_host = c->hooks.collectd_host,
      .version = c->hooks.version,
  };
  struct job *job;

  while ((job = wait_for_job(c)) != NULL) {
    job_run(job, c->channel, &env);
    c->hooks.done(c->hooks.arg, job);
  }
  if (c->channel->sender->close != NULL)
    c->channel->sender->close(c->channel->settings);
  pthread_mutex_lock(&c->lock);
  c->ended = true;
  pthread_cond_signal(&c->end);
  pthread_mutex_unlock(&c->lock);
  return NULL;
}

struct channel_thread *
channel_thread_new(const struct channel_config *channel,
                   const struct channel_thread_hooks *hooks) {
  struct channel_thread *c = calloc(1, sizeof(*c));
  pthread_condattr_t steady;
  int err;

  if (c == NULL)
    return NULL;
  c->channel = channel;
  c->hooks = *hooks;
  atomic_init(&c->abort, false);
  pthread_mutex_init(&c->lock, NULL);
  pthread_cond_init(&c->wake, NULL);
  pthread_condattr_init(&steady);
  pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
  pthread_cond_init(&c->end, &steady);
  pthread_condattr_destroy(&steady);
  err = thread_start(&c->thread, work, c);
  if (err == 0)
    return c;
  log_say(LOG_LEVEL_ERROR, "channel \"%s\": no thread: %s", channel->name,
          strerror(err));
  pthread_cond_destroy(&c->end);
  pthread_cond_destroy(&c->wake);
  pthread_mutex_destroy(&c->lock);
  free(c);
  return NULL;
}

void channel_thread_give(struct channel_thread *c, struct job *job) {
  pthread_mutex_lock(&c->lock);
  c->job = job;
  pthread_cond_signal(&c->wake);
  pthread_mutex_unlock(&c->lock);
}

void channel_thread_stop(struct channel_thread *c) {
  atomic_store(&c->abort, true);
  pthread_mutex_lock(&c->lock);
  c->stop = true;
  pthread_cond_signal(&c->wake);
  pthread_mutex_unlock(&c->lock);
}

int channel_thread_join(struct channel_thread *c,
                        const struct timespec *deadline) {
  bool ended;

  pthread_mutex_lock(&c->lock);
  while (!c->ended &&
         pthread_cond_timedwait(&c->end, &c->lock, deadline) != ETIMEDOUT)
    ;
  ended = c->ended;
  pthread_mutex_unlock(&c->lock);
  if (!ended) {
    log_say(
        LOG_LEVEL_WARNING,
        "channel \"%s\": collectd ends while a message is being sent; it is "
        "tried again at the next start",
        c->channel->name);
    return -ETIMEDOUT;
  }
  pthread_join(c->thread, NULL);
  job_free(c->job); /* its row is still marked as sending: tried again */
  pthread_cond_destroy(&c->end);
  pthread_cond_destroy(&c->wake);
  pthread_mutex_destroy(&c->lock);
  free(c);
  return 0;
}
