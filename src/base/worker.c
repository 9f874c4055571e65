/* SPDX-License-Identifier: MIT */
/* A thread for long computations: see worker.h. */
#include <config.h>

#include "base/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* A computation that looks at cancelled ends within a millisecond. */
enum { PATIENCE_MS = 300 };

struct job_list {
  struct worker_job *first, **end;
  unsigned num;
};

struct worker {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  struct job_list waiting, finished;
  struct worker_job *running;
  bool stopping;
  bool left;      /* the thread has done its last round */
  bool abandoned; /* nobody waits for the thread: it frees the rest */
  /* Of the loop's thread alone: */
  struct loop *loop;
  struct loop_watch news; /* an eventfd; -1: there is no thread yet */
  pthread_t thread;
};

/* -- lists of jobs -- */

static void job_list_init(struct job_list *list) {
  *list = (struct job_list){.end = &list->first};
}

static void job_list_add(struct job_list *list, struct worker_job *job) {
  job->next = NULL;
  *list->end = job;
  list->end = &job->next;
  list->num++;
}

static struct worker_job *job_list_take(struct job_list *list) {
  struct worker_job *job = list->first;

  if (job == NULL)
    return NULL;
  list->first = job->next;
  if (list->first == NULL)
    list->end = &list->first;
  list->num--;
  return job;
}

/* Whether job was in it. */
static bool job_list_drop(struct job_list *list, const struct worker_job *job) {
  struct worker_job **at = &list->first;

  while (*at != NULL && *at != job)
    at = &(*at)->next;
  if (*at == NULL)
    return false;
  *at = job->next;
  if (*at == NULL)
    list->end = at;
  list->num--;
  return true;
}

static void drop_all(struct job_list *list) {
  struct worker_job *job;

  while ((job = job_list_take(list)) != NULL)
    job->drop(job);
}

/* -- the thread -- */

static void destroy(struct worker *w) {
  pthread_mutex_destroy(&w->lock);
  pthread_cond_destroy(&w->changed);
  free(w);
}

static void tell(const struct worker *w) {
  static const uint64_t one = 1;
  ssize_t ignored = write(w->news.fd, &one, sizeof(one));

  (void)ignored; /* full means: it will look anyway */
}

/* Runs one job; the lock is held before and after. */
static void run_one(struct worker *w, struct worker_job *job) {
  w->running = job;
  pthread_mutex_unlock(&w->lock);
  job->run(job);
  pthread_mutex_lock(&w->lock);
  w->running = NULL;
  if (atomic_load(&job->cancelled)) {
    job->drop(job);
  } else {
    job_list_add(&w->finished, job);
    tell(w);
  }
}

static void *work(void *arg) {
  struct worker *w = arg;
  bool last_out;

  pthread_mutex_lock(&w->lock);
  while (!w->stopping) {
    struct worker_job *job = job_list_take(&w->waiting);

    if (job != NULL)
      run_one(w, job);
    else
      pthread_cond_wait(&w->changed, &w->lock);
  }
  w->left = true;
  last_out = w->abandoned;
  pthread_cond_signal(&w->changed);
  pthread_mutex_unlock(&w->lock);
  if (last_out)
    destroy(w);
  return NULL;
}

/* -- the loop's side -- */

static void news_ready(struct loop_watch *watch, unsigned events) {
  struct worker *w =
      (struct worker *)(void *)((char *)watch - offsetof(struct worker, news));
  uint64_t count;
  ssize_t ignored = read(watch->fd, &count, sizeof(count));
  struct worker_job *job;

  (void)events;
  (void)ignored;
  for (;;) { /* one by one: each may cancel others */
    pthread_mutex_lock(&w->lock);
    job = job_list_take(&w->finished);
    pthread_mutex_unlock(&w->lock);
    if (job == NULL)
      return;
    job->done(job);
  }
}

struct worker *worker_create(struct loop *loop) {
  struct worker *w = calloc(1, sizeof(*w));
  pthread_condattr_t monotonic;

  if (w == NULL)
    return NULL;
  pthread_mutex_init(&w->lock, NULL);
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&w->changed, &monotonic);
  pthread_condattr_destroy(&monotonic);
  job_list_init(&w->waiting);
  job_list_init(&w->finished);
  w->loop = loop;
  w->news = (struct loop_watch){.fd = -1, .ready = news_ready};
  return w;
}

static int start(struct worker *w) {
  int err;

  if (w->news.fd >= 0)
    return 0;
  w->news.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (w->news.fd < 0)
    return -errno;
  err = loop_watch(w->loop, &w->news, LOOP_READ);
  if (err == 0)
    err = -pthread_create(&w->thread, NULL, work, w);
  if (err == 0)
    return 0;
  loop_unwatch(w->loop, &w->news);
  close(w->news.fd);
  w->news.fd = -1;
  return err;
}

int worker_put(struct worker *w, struct worker_job *job) {
  int err = start(w);

  if (err < 0)
    return err;
  atomic_store(&job->cancelled, false);
  pthread_mutex_lock(&w->lock);
  if (w->waiting.num < WORKER_WAITING_MAX)
    job_list_add(&w->waiting, job);
  else
    err = -EAGAIN;
  pthread_cond_signal(&w->changed);
  pthread_mutex_unlock(&w->lock);
  return err;
}

void worker_cancel(struct worker *w, struct worker_job *job) {
  bool ours;

  pthread_mutex_lock(&w->lock);
  atomic_store(&job->cancelled, true);
  ours = job_list_drop(&w->waiting, job) || job_list_drop(&w->finished, job);
  pthread_mutex_unlock(&w->lock);
  if (ours)
    job->drop(job);
}

/* Whether the thread has gone; the lock is held. */
static bool wait_for_thread(struct worker *w) {
  struct timespec until;

  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_nsec += PATIENCE_MS * 1000000L;
  until.tv_sec += until.tv_nsec / 1000000000L;
  until.tv_nsec %= 1000000000L;
  while (!w->left && pthread_cond_timedwait(&w->changed, &w->lock, &until) == 0)
    ;
  return w->left;
}

void worker_free(struct worker *w) {
  bool started, gone;

  if (w == NULL)
    return;
  started = w->news.fd >= 0;
  pthread_mutex_lock(&w->lock);
  w->stopping = true;
  drop_all(&w->waiting);
  drop_all(&w->finished);
  if (w->running != NULL)
    atomic_store(&w->running->cancelled, true);
  pthread_cond_signal(&w->changed);
  gone = !started || wait_for_thread(w);
  w->abandoned = !gone;
  if (started) {
    loop_unwatch(w->loop, &w->news);
    close(w->news.fd);
  }
  if (started && !gone)
    pthread_detach(w->thread);
  pthread_mutex_unlock(&w->lock);
  if (!gone)
    return;
  if (started)
    pthread_join(w->thread, NULL);
  destroy(w);
}
