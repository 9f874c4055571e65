/* SPDX-License-Identifier: MIT */
/* epoll, a heap of timers and an eventfd: see loop.h. */
#include <config.h>

#include "base/loop.h"

#include "base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { ROUND_EVENTS = 256 };

struct loop {
  int epoll_fd;
  struct loop_watch wakeup;
  void (*woken)(void *arg);
  void *arg;
  uint64_t now_us;
  struct loop_timer **timers; /* heap, earliest at [1] */
  size_t timers_num;
  size_t timers_room;
  struct epoll_event round[ROUND_EVENTS];
  int round_num; /* events of this round that may still be handled */
};

static void wakeup_ready(struct loop_watch *watch, unsigned events) {
  struct loop *loop =
      (struct loop *)(void *)((char *)watch - offsetof(struct loop, wakeup));
  uint64_t count;

  (void)events;
  if (read(watch->fd, &count, sizeof(count)) == (ssize_t)sizeof(count))
    loop->woken(loop->arg);
}

struct loop *loop_create(void (*woken)(void *arg), void *arg) {
  struct loop *loop = calloc(1, sizeof(*loop));
  int err;

  if (loop == NULL)
    return NULL;
  loop->woken = woken;
  loop->arg = arg;
  loop->now_us = clock_monotonic_us();
  loop->wakeup = (struct loop_watch){.ready = wakeup_ready};
  loop->wakeup.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (loop->wakeup.fd < 0 || loop->epoll_fd < 0 ||
      loop_watch(loop, &loop->wakeup, LOOP_READ) < 0) {
    err = errno;
    loop_free(loop);
    errno = err;
    return NULL;
  }
  return loop;
}

void loop_free(struct loop *loop) {
  if (loop == NULL)
    return;
  if (loop->wakeup.fd >= 0)
    close(loop->wakeup.fd);
  if (loop->epoll_fd >= 0)
    close(loop->epoll_fd);
  free(loop->timers);
  free(loop);
}

/* -- descriptors -- */

int loop_watch(struct loop *loop, struct loop_watch *watch, unsigned events) {
  struct epoll_event event = {.data.ptr = watch};
  int op = watch->events == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;

  if (watch->events == events)
    return 0;
  event.events = (events & LOOP_READ ? EPOLLIN : 0U) |
                 (events & LOOP_WRITE ? EPOLLOUT : 0U);
  if (epoll_ctl(loop->epoll_fd, op, watch->fd, &event) < 0)
    return -errno;
  watch->events = events;
  return 0;
}

void loop_unwatch(struct loop *loop, struct loop_watch *watch) {
  if (watch->events == 0)
    return;
  watch->events = 0;
  (void)epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
  for (int i = 0; i < loop->round_num; i++)
    if (loop->round[i].data.ptr == watch)
      loop->round[i].data.ptr = NULL;
}

/* -- timers -- */

static void timer_put(struct loop *loop, size_t place,
                      struct loop_timer *timer) {
  loop->timers[place] = timer;
  timer->place = place;
}

static void timer_sift(struct loop *loop, size_t place) {
  struct loop_timer *timer = loop->timers[place];

  while (place > 1 && loop->timers[place / 2]->due_us > timer->due_us) {
    timer_put(loop, place, loop->timers[place / 2]);
    place /= 2;
  }
  for (;;) {
    size_t child = place * 2;

    if (child > loop->timers_num)
      break;
    if (child < loop->timers_num &&
        loop->timers[child + 1]->due_us < loop->timers[child]->due_us)
      child++;
    if (loop->timers[child]->due_us >= timer->due_us)
      break;
    timer_put(loop, place, loop->timers[child]);
    place = child;
  }
  timer_put(loop, place, timer);
}

int loop_timer_set(struct loop *loop, struct loop_timer *timer,
                   uint64_t due_us) {
  timer->due_us = due_us;
  if (timer->place == 0) {
    if (loop->timers_num + 2 > loop->timers_room) {
      size_t room = loop->timers_room == 0 ? 64 : loop->timers_room * 2;
      struct loop_timer **grown =
          realloc(loop->timers, room * sizeof(struct loop_timer *));

      if (grown == NULL)
        return -ENOMEM;
      loop->timers = grown;
      loop->timers_room = room;
    }
    timer_put(loop, ++loop->timers_num, timer);
  }
  timer_sift(loop, timer->place);
  return 0;
}

void loop_timer_cancel(struct loop *loop, struct loop_timer *timer) {
  size_t place = timer->place;
  struct loop_timer *last;

  if (place == 0)
    return;
  timer->place = 0;
  last = loop->timers[loop->timers_num--];
  if (last != timer) {
    timer_put(loop, place, last);
    timer_sift(loop, place);
  }
}

static int wait_ms(const struct loop *loop) {
  uint64_t due;
  uint64_t ms;

  if (loop->timers_num == 0)
    return -1;
  due = loop->timers[1]->due_us;
  if (due <= loop->now_us)
    return 0;
  ms = (due - loop->now_us + 999) / 1000;
  return ms > 60000 ? 60000 : (int)ms;
}

/* One that is set anew for a moment that has passed is not to keep sockets
 * waiting for ever: no more in a round than there were. */
static void fire_timers(struct loop *loop) {
  size_t left = loop->timers_num;

  while (left-- > 0 && loop->timers_num > 0 &&
         loop->timers[1]->due_us <= loop->now_us) {
    struct loop_timer *timer = loop->timers[1];

    loop_timer_cancel(loop, timer);
    timer->fired(timer);
  }
}

/* -- running -- */

uint64_t loop_now_us(const struct loop *loop) { return loop->now_us; }

static void handle(const struct epoll_event *event) {
  struct loop_watch *watch = event->data.ptr;
  unsigned events = (event->events & EPOLLIN ? LOOP_READ : 0U) |
                    (event->events & EPOLLOUT ? LOOP_WRITE : 0U);

  if (watch == NULL)
    return; /* taken out earlier in this round */
  if (event->events & (EPOLLERR | EPOLLHUP))
    events = watch->events;
  events &= watch->events;
  if (events != 0)
    watch->ready(watch, events);
}

int loop_round(struct loop *loop) {
  int n;

  loop->now_us = clock_monotonic_us();
  n = epoll_wait(loop->epoll_fd, loop->round, ROUND_EVENTS, wait_ms(loop));
  if (n < 0 && errno != EINTR)
    return -errno;
  loop->now_us = clock_monotonic_us();
  loop->round_num = n > 0 ? n : 0;
  for (int i = 0; i < loop->round_num; i++)
    handle(&loop->round[i]);
  loop->round_num = 0;
  fire_timers(loop);
  return 0;
}

void loop_wake(struct loop *loop) {
  static const uint64_t one = 1;
  ssize_t ignored = write(loop->wakeup.fd, &one, sizeof(one));

  (void)ignored; /* full means: it will wake up anyway */
}
