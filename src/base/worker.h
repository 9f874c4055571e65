/* SPDX-License-Identifier: MIT */
/* One thread beside a loop, for computations that would hold the loop up.
 *
 * Jobs are members of their owners' structs, wait in one bounded line and are
 * run one after the other. The thread starts with the first job. Whoever loses
 * interest cancels: the job is then freed by its drop(), at once or as soon as
 * run() returns, and done() is never called.
 *
 * Threads: everything belongs to the loop's thread, except job.run(), which is
 * called in the worker's, and job.drop(), which may be called in either. */
#ifndef BASE_WORKER_H
#define BASE_WORKER_H

#include "base/loop.h"

#include <stdatomic.h>

struct worker;

enum { WORKER_WAITING_MAX = 1024 };

struct worker_job {
  /* The computation. It looks at cancelled now and then and may end early. */
  void (*run)(struct worker_job *job);
  /* It has been run; the job belongs to the caller again. */
  void (*done)(struct worker_job *job);
  /* Frees the job, and calls nothing of this. */
  void (*drop)(struct worker_job *job);
  atomic_bool cancelled;
  struct worker_job *next;
};

/* Starts nothing yet. NULL when memory is out. */
struct worker *worker_create(struct loop *loop);

/* Cancels all jobs. Waits for the one that is being run, but not for long: one
 * that does not look at cancelled in time is left behind with the thread, which
 * ends by itself and touches nothing of the owner's any more. NULL is fine. */
void worker_free(struct worker *w);

/* 0: the worker has the job until done() or drop(). -EAGAIN: too many wait;
 * -errno: there is no thread to be had. Then the job stays the caller's. */
int worker_put(struct worker *w, struct worker_job *job);

/* Of a job that was put and not yet done. */
void worker_cancel(struct worker *w, struct worker_job *job);

#endif
