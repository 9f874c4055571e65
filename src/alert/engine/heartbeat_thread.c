/* SPDX-License-Identifier: MIT */
/* When a sign of life goes out and when not: see heartbeat_thread.h. */
#include <config.h>

#include "alert/engine/heartbeat_thread.h"

#include "alert/channel/heartbeat_sender.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  ANSWER_S = 60, /* a locked store is waited for half of that */
  AGAIN_S = 30,  /* after one that was held back or refused */
  WHY_SIZE = 256,
};

enum question { QUESTION_NONE, QUESTION_OPEN, QUESTION_ANSWERED };

enum trouble { TROUBLE_NONE, TROUBLE_HELD, TROUBLE_REFUSED };

struct heartbeat_thread {
  pthread_mutex_t lock; /* guards what follows */
  pthread_cond_t wake;
  enum question question;
  char answer[WHY_SIZE]; /* empty = all is well */
  bool stop;
  bool ended; /* the thread is about to return */
  int state;  /* see heartbeat_thread_state() */
  atomic_bool abort;
  pthread_t thread;
  const struct heartbeat_config *config;
  struct heartbeat_thread_hooks hooks;
  /* of the thread alone */
  enum trouble told; /* what the log last said */
  bool ever;         /* one was taken since the start */
  uint64_t since;    /* monotonic us: when the trouble began */
};

/* -- waiting ----------------------------------------------------------------
 */

static struct timespec after(double seconds) {
  struct timespec t;
  int64_t ns = (int64_t)(seconds * 1e9);

  clock_gettime(CLOCK_MONOTONIC, &t);
  t.tv_sec += (time_t)(ns / 1000000000);
  t.tv_nsec += (long)(ns % 1000000000);
  t.tv_sec += t.tv_nsec / 1000000000;
  t.tv_nsec %= 1000000000;
  return t;
}

/* False: the daemon stops. */
static bool rest(struct heartbeat_thread *h, double seconds) {
  struct timespec end = after(seconds);
  bool go_on;

  pthread_mutex_lock(&h->lock);
  while (!h->stop &&
         pthread_cond_timedwait(&h->wake, &h->lock, &end) != ETIMEDOUT)
    ;
  go_on = !h->stop;
  pthread_mutex_unlock(&h->lock);
  return go_on;
}

/* Whether the engine says that all is well; else why not. */
static bool all_well(struct heartbeat_thread *h, char why[WHY_SIZE]) {
  struct timespec end =
      after(h->hooks.answer_s > 0 ? h->hooks.answer_s : ANSWER_S);

  pthread_mutex_lock(&h->lock);
  h->question = QUESTION_OPEN;
  pthread_mutex_unlock(&h->lock);
  h->hooks.ask(h->hooks.arg);
  pthread_mutex_lock(&h->lock);
  while (h->question == QUESTION_OPEN && !h->stop &&
         pthread_cond_timedwait(&h->wake, &h->lock, &end) != ETIMEDOUT)
    ;
  if (h->question == QUESTION_ANSWERED)
    snprintf(why, WHY_SIZE, "%s", h->answer);
  else
    snprintf(why, WHY_SIZE, "alerting does not answer");
  h->question = QUESTION_NONE;
  pthread_mutex_unlock(&h->lock);
  return why[0] == '\0';
}

bool heartbeat_thread_asks(struct heartbeat_thread *h) {
  bool asks;

  pthread_mutex_lock(&h->lock);
  asks = h->question == QUESTION_OPEN;
  pthread_mutex_unlock(&h->lock);
  return asks;
}

void heartbeat_thread_answer(struct heartbeat_thread *h, const char *why) {
  pthread_mutex_lock(&h->lock);
  snprintf(h->answer, sizeof(h->answer), "%s", why != NULL ? why : "");
  if (h->question == QUESTION_OPEN)
    h->question = QUESTION_ANSWERED;
  pthread_cond_signal(&h->wake);
  pthread_mutex_unlock(&h->lock);
}

/* -- what the log hears: each change once -----------------------------------
 */

static const char *host_of(const struct heartbeat_thread *h) {
  const struct sender *sender = h->config->sender;
  const char *host = sender->recipient != NULL
                         ? sender->recipient(h->config->settings, 0)
                         : NULL;

  return host != NULL ? host : "?";
}

static void say_trouble(struct heartbeat_thread *h, enum trouble trouble,
                        const char *why) {
  if (h->told == trouble)
    return;
  if (h->told == TROUBLE_NONE)
    h->since = clock_monotonic_us();
  h->told = trouble;
  log_say(LOG_LEVEL_WARNING, "heartbeat (%s): %s: %s", host_of(h),
          trouble == TROUBLE_HELD ? "held back" : "not taken", why);
}

static void say_well(struct heartbeat_thread *h, const char *why) {
  uint64_t seconds = (clock_monotonic_us() - h->since) / 1000000;

  if (h->told != TROUBLE_NONE)
    log_say(LOG_LEVEL_NOTICE, "heartbeat (%s): goes on after %u min %u s",
            host_of(h), (unsigned)(seconds / 60), (unsigned)(seconds % 60));
  else if (!h->ever)
    log_say(LOG_LEVEL_INFO, "heartbeat (%s): begins: %s", host_of(h), why);
  h->told = TROUBLE_NONE;
  h->ever = true;
}

/* -- the thread --------------------------------------------------------------
 */

static void set_state(struct heartbeat_thread *h, int state) {
  pthread_mutex_lock(&h->lock);
  h->state = state;
  pthread_mutex_unlock(&h->lock);
}

int heartbeat_thread_state(struct heartbeat_thread *h) {
  int state;

  pthread_mutex_lock(&h->lock);
  state = h->state;
  pthread_mutex_unlock(&h->lock);
  return state;
}

/* True: it was taken. */
static bool beat(struct heartbeat_thread *h) {
  struct sender_env env = {
      .abort = &h->abort,
      .wall_ms = h->hooks.wall_ms,
      .clock_arg = h->hooks.clock_arg,
      .channel = "heartbeat",
      .collectd_host = h->hooks.collectd_host,
      .version = h->hooks.version,
  };
  struct send_result result;
  char why[WHY_SIZE];
  bool taken = false;

  if (!all_well(h, why)) {
    if (!atomic_load(&h->abort))
      say_trouble(h, TROUBLE_HELD, why);
  } else {
    h->config->sender->send(h->config->settings, NULL, &env, &result);
    taken = result.outcome == SEND_SENT;
    if (taken)
      say_well(h, result.why);
    else if (!atomic_load(&h->abort))
      say_trouble(h, TROUBLE_REFUSED, result.why);
  }
  set_state(h, taken ? 1 : 0);
  h->hooks.ask(h->hooks.arg); /* to publish that */
  return taken;
}

static void *work(void *arg) {
  struct heartbeat_thread *h = arg;
  const struct heartbeat_times *times = h->config->settings;
  double again = times->every < AGAIN_S ? times->every : AGAIN_S;
  double wait = 0;

  while (rest(h, wait)) {
    uint64_t began = clock_monotonic_us();
    double left = beat(h) ? times->every : again;

    /* what it took counts, so that the other side sees an even beat */
    left -= (double)(clock_monotonic_us() - began) / 1e6;
    wait = left > 1 ? left : 1;
  }
  if (h->config->sender->close != NULL)
    h->config->sender->close(h->config->settings);
  pthread_mutex_lock(&h->lock);
  h->ended = true;
  pthread_cond_broadcast(&h->wake);
  pthread_mutex_unlock(&h->lock);
  return NULL;
}

/* -- life ---------------------------------------------------------------------
 */

static void heartbeat_free(struct heartbeat_thread *h) {
  pthread_cond_destroy(&h->wake);
  pthread_mutex_destroy(&h->lock);
  free(h);
}

struct heartbeat_thread *
heartbeat_thread_new(const struct heartbeat_config *config,
                     const struct heartbeat_thread_hooks *hooks) {
  struct heartbeat_thread *h = calloc(1, sizeof(*h));
  pthread_condattr_t steady;
  int err;

  if (h == NULL)
    return NULL;
  h->config = config;
  h->hooks = *hooks;
  h->state = -1;
  atomic_init(&h->abort, false);
  pthread_mutex_init(&h->lock, NULL);
  pthread_condattr_init(&steady);
  pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
  pthread_cond_init(&h->wake, &steady);
  pthread_condattr_destroy(&steady);
  err = thread_start(&h->thread, work, h);
  if (err == 0)
    return h;
  log_say(LOG_LEVEL_ERROR, "heartbeat: a thread could not be started: %s",
          strerror(err));
  heartbeat_free(h);
  return NULL;
}

void heartbeat_thread_stop(struct heartbeat_thread *h) {
  atomic_store(&h->abort, true);
  pthread_mutex_lock(&h->lock);
  h->stop = true;
  pthread_cond_broadcast(&h->wake);
  pthread_mutex_unlock(&h->lock);
}

int heartbeat_thread_join(struct heartbeat_thread *h,
                          const struct timespec *deadline) {
  bool ended;

  pthread_mutex_lock(&h->lock);
  while (!h->ended &&
         pthread_cond_timedwait(&h->wake, &h->lock, deadline) != ETIMEDOUT)
    ;
  ended = h->ended;
  pthread_mutex_unlock(&h->lock);
  if (!ended) {
    log_say(LOG_LEVEL_WARNING,
            "heartbeat: collectd ends while a request is under way");
    return -ETIMEDOUT;
  }
  pthread_join(h->thread, NULL);
  heartbeat_free(h);
  return 0;
}
