/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "alert/engine/report_thread.h"

#include "base/log.h"
#include "base/thread.h"
#include "report/report_render.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum work { WORK_NONE, WORK_GIVEN, WORK_DONE };

struct report_thread {
  pthread_mutex_t lock; /* guards what follows */
  pthread_cond_t wake;
  enum work work;
  int report, before;
  bool stop;
  pthread_t thread;
  const struct notify_config *config;
  struct report_thread_hooks hooks;
};

/* False: the daemon stops. */
static bool wait_for_work(struct report_thread *t, int *report, int *before) {
  bool go_on;

  pthread_mutex_lock(&t->lock);
  while (!t->stop && t->work != WORK_GIVEN)
    pthread_cond_wait(&t->wake, &t->lock);
  go_on = !t->stop;
  *report = t->report;
  *before = t->before;
  pthread_mutex_unlock(&t->lock);
  return go_on;
}

static void announce(struct report_thread *t, int report, int before) {
  const struct report_config *about = &t->config->reports[report];
  struct report_request request = {.kind = about->schedule.kind,
                                   .before = before,
                                   .ledger = t->config->ledger_directory,
                                   .alerts = t->config->state_directory};
  struct report_notice notice;

  report_render_notice(&request, &notice);
  t->hooks.announce(about->name, &notice);
}

static void *work(void *arg) {
  struct report_thread *t = arg;
  int report, before;

  while (wait_for_work(t, &report, &before)) {
    announce(t, report, before);
    pthread_mutex_lock(&t->lock);
    t->work = WORK_DONE;
    pthread_mutex_unlock(&t->lock);
    t->hooks.wake(t->hooks.arg);
  }
  return NULL;
}

void report_thread_give(struct report_thread *t, int report, int before) {
  pthread_mutex_lock(&t->lock);
  t->work = WORK_GIVEN;
  t->report = report;
  t->before = before;
  pthread_cond_signal(&t->wake);
  pthread_mutex_unlock(&t->lock);
}

bool report_thread_done(struct report_thread *t) {
  bool done;

  pthread_mutex_lock(&t->lock);
  done = t->work == WORK_DONE;
  pthread_mutex_unlock(&t->lock);
  return done;
}

void report_thread_next(struct report_thread *t) {
  pthread_mutex_lock(&t->lock);
  t->work = WORK_NONE;
  pthread_mutex_unlock(&t->lock);
}

/* -- life ---------------------------------------------------------------------
 */

static void report_thread_free(struct report_thread *t) {
  pthread_cond_destroy(&t->wake);
  pthread_mutex_destroy(&t->lock);
  free(t);
}

struct report_thread *
report_thread_new(const struct notify_config *config,
                  const struct report_thread_hooks *hooks) {
  struct report_thread *t = calloc(1, sizeof(*t));
  int err;

  if (t == NULL)
    return NULL;
  t->config = config;
  t->hooks = *hooks;
  pthread_mutex_init(&t->lock, NULL);
  pthread_cond_init(&t->wake, NULL);
  err = thread_start(&t->thread, work, t);
  if (err == 0)
    return t;
  log_say(LOG_LEVEL_ERROR, "reports: a thread could not be started: %s",
          strerror(err));
  report_thread_free(t);
  return NULL;
}

bool report_thread_end(struct report_thread *t) {
  bool done;

  pthread_mutex_lock(&t->lock);
  t->stop = true;
  pthread_cond_signal(&t->wake);
  pthread_mutex_unlock(&t->lock);
  pthread_join(t->thread, NULL);
  done = t->work == WORK_DONE;
  report_thread_free(t);
  return done;
}
