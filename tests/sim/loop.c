/* SPDX-License-Identifier: MIT */
/* epoll and a binary heap of timers. */
#include "loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static uint64_t monotonic_ns(void) {
  struct timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return (uint64_t)ts.tv_sec * UINT64_C(1000000000) + (uint64_t)ts.tv_nsec;
}

void loop_init(struct loop *loop) {
  *loop = (struct loop){.epoll = epoll_create1(EPOLL_CLOEXEC)};
  if (loop->epoll < 0)
    die("epoll: %s", strerror(errno));
  loop->now_ns = monotonic_ns();
}

static void free_released(struct loop *loop) {
  for (size_t i = 0; i < loop->n_released; i++)
    free(loop->released[i]);
  loop->n_released = 0;
}

void loop_free(struct loop *loop) {
  free_released(loop);
  free(loop->released);
  free(loop->heap);
  close(loop->epoll);
}

static void control(struct loop *loop, int op, int fd, uint32_t events,
                    struct source *source) {
  struct epoll_event ev = {.events = events, .data.ptr = source};
  if (epoll_ctl(loop->epoll, op, fd, &ev) < 0)
    die("epoll_ctl: %s", strerror(errno));
}

void loop_watch(struct loop *loop, int fd, uint32_t events,
                struct source *source) {
  control(loop, EPOLL_CTL_ADD, fd, events, source);
}

void loop_rewatch(struct loop *loop, int fd, uint32_t events,
                  struct source *source) {
  control(loop, EPOLL_CTL_MOD, fd, events, source);
}

void loop_close(struct loop *loop, int fd, struct source *source) {
  (void)loop; /* close() takes the descriptor out of epoll: nobody shares it */
  source->ready = NULL;
  close(fd);
}

void loop_release(struct loop *loop, void *memory) {
  if (loop->n_released == loop->released_size) {
    loop->released_size = loop->released_size * 2 + 64;
    loop->released =
        xrealloc(loop->released, loop->released_size * sizeof(void *));
  }
  loop->released[loop->n_released++] = memory;
}

static void heap_put(struct loop *loop, size_t place, struct timer *timer) {
  loop->heap[place] = timer;
  timer->place = place;
}

static void heap_up(struct loop *loop, size_t place, struct timer *timer) {
  while (place > 1 && loop->heap[place / 2]->when_ns > timer->when_ns) {
    heap_put(loop, place, loop->heap[place / 2]);
    place /= 2;
  }
  heap_put(loop, place, timer);
}

static void heap_down(struct loop *loop, size_t place, struct timer *timer) {
  for (;;) {
    size_t child = place * 2;
    if (child > loop->timers)
      break;
    if (child < loop->timers &&
        loop->heap[child + 1]->when_ns < loop->heap[child]->when_ns)
      child++;
    if (loop->heap[child]->when_ns >= timer->when_ns)
      break;
    heap_put(loop, place, loop->heap[child]);
    place = child;
  }
  heap_put(loop, place, timer);
}

void timer_start(struct loop *loop, struct timer *timer, uint64_t when_ns) {
  timer_stop(loop, timer);
  timer->when_ns = when_ns;
  if (loop->timers + 2 > loop->heap_size) {
    loop->heap_size = loop->heap_size * 2 + 64;
    loop->heap = xrealloc(loop->heap, loop->heap_size * sizeof(*loop->heap));
  }
  heap_up(loop, ++loop->timers, timer);
}

void timer_stop(struct loop *loop, struct timer *timer) {
  size_t place = timer->place;
  if (place == 0)
    return;
  timer->place = 0;
  struct timer *last = loop->heap[loop->timers--];
  if (last == timer)
    return;
  if (place > 1 && loop->heap[place / 2]->when_ns > last->when_ns)
    heap_up(loop, place, last);
  else
    heap_down(loop, place, last);
}

static void fire_due(struct loop *loop) {
  while (loop->timers > 0 && loop->heap[1]->when_ns <= loop->now_ns) {
    struct timer *timer = loop->heap[1];
    timer_stop(loop, timer);
    timer->fire(timer);
  }
}

static int wait_ms(const struct loop *loop) {
  if (loop->timers == 0)
    return -1;
  uint64_t when = loop->heap[1]->when_ns;
  if (when <= loop->now_ns)
    return 0;
  uint64_t ms = (when - loop->now_ns + MS_NS - 1) / MS_NS;
  return ms > 60000 ? 60000 : (int)ms;
}

void loop_run(struct loop *loop) {
  struct epoll_event events[256];
  while (!loop->stopping) {
    int n = epoll_wait(loop->epoll, events, COUNT(events), wait_ms(loop));
    if (n < 0 && errno != EINTR)
      die("epoll_wait: %s", strerror(errno));
    loop->now_ns = monotonic_ns();
    for (int i = 0; i < n; i++) {
      struct source *source = events[i].data.ptr;
      if (source->ready != NULL)
        source->ready(source, events[i].events);
    }
    fire_due(loop);
    free_released(loop);
  }
}
