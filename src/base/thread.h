/* SPDX-License-Identifier: MIT */
/* A thread that gets no signals: those are the main thread's. */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>

/* 0, or an errno value as of pthread_create(). */
int thread_start(pthread_t *thread, void *(*run)(void *arg), void *arg);

#endif
