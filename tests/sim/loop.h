/* SPDX-License-Identifier: MIT */
/* The one event loop: epoll for sockets, a heap for timers.
 *
 * An object that owns a socket embeds a struct source; one that waits embeds a
 * struct timer. Freeing such an object inside an event must go through
 * loop_release, because the same round may still hold an event for it. */
#ifndef KASASIM_LOOP_H
#define KASASIM_LOOP_H

#include "base.h"

#include <sys/epoll.h>

struct source {
  /* NULL once the source is closed: late events are dropped. */
  void (*ready)(struct source *source, uint32_t events);
};

struct timer {
  void (*fire)(struct timer *timer);
  uint64_t when_ns;
  size_t place; /* in the heap, from 1; 0 = not running */
};

struct loop {
  int epoll;
  bool stopping;
  uint64_t now_ns; /* monotonic, taken once per round */
  struct timer **heap;
  size_t timers;
  size_t heap_size;
  void **released;
  size_t n_released;
  size_t released_size;
};

void loop_init(struct loop *loop);
void loop_free(struct loop *loop);
/* Until loop->stopping. */
void loop_run(struct loop *loop);
void loop_watch(struct loop *loop, int fd, uint32_t events,
                struct source *source);
void loop_rewatch(struct loop *loop, int fd, uint32_t events,
                  struct source *source);
/* Takes the socket out and closes it. */
void loop_close(struct loop *loop, int fd, struct source *source);
/* Frees the memory when the round is over. */
void loop_release(struct loop *loop, void *memory);

void timer_start(struct loop *loop, struct timer *timer, uint64_t when_ns);
void timer_stop(struct loop *loop, struct timer *timer);

#define MS_NS UINT64_C(1000000)

#endif
