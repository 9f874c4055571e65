/* SPDX-License-Identifier: MIT */
/* Starting a thread: see thread.h. */
#include <config.h>

#include "base/thread.h"

#include <signal.h>

int thread_start(pthread_t *thread, void *(*run)(void *arg), void *arg) {
  sigset_t all;
  sigset_t before;
  int err;

  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  err = pthread_create(thread, NULL, run, arg);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return err;
}
