/* SPDX-License-Identifier: MIT */
/* One event loop over file descriptors and timers, for one thread.
 *
 * Watches and timers are members of their owners' structs; the loop keeps
 * pointers only, so an owner takes them out before it goes away. Removing any
 * watch or timer from inside any callback is allowed, also one whose event
 * waits in the same round.
 *
 * Threads: everything belongs to the thread that runs the loop, except
 * loop_wake(). */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;

enum { LOOP_READ = 1, LOOP_WRITE = 2 };

struct loop_watch {
  int fd;
  unsigned events; /* LOOP_READ | LOOP_WRITE; 0 while not in the loop */
  void (*ready)(struct loop_watch *watch, unsigned events);
};

struct loop_timer {
  uint64_t due_us;
  size_t place; /* in the heap, counted from 1; 0 while not set */
  void (*fired)(struct loop_timer *timer);
};

/* woken is called in the loop's thread after one or more loop_wake(). NULL
 * when memory or descriptors are out (errno says which). */
struct loop *loop_create(void (*woken)(void *arg), void *arg);
void loop_free(struct loop *loop);

/* Sets fd's events, adding the watch when it is new: 0 or -errno. An error
 * or hang-up of fd is reported as whatever events are watched. */
int loop_watch(struct loop *loop, struct loop_watch *watch, unsigned events);
void loop_unwatch(struct loop *loop, struct loop_watch *watch);

/* (Re)sets the timer to fire once at due_us on the monotonic clock: 0 or
 * -ENOMEM. */
int loop_timer_set(struct loop *loop, struct loop_timer *timer,
                   uint64_t due_us);
void loop_timer_cancel(struct loop *loop, struct loop_timer *timer);

/* The monotonic time at which this round began, in microseconds. */
uint64_t loop_now_us(const struct loop *loop);

/* Waits for and handles one round of events; returns 0, or -errno when
 * waiting failed for good. */
int loop_round(struct loop *loop);

/* From any thread and from signal handlers: makes loop_round() call woken. */
void loop_wake(struct loop *loop);

#endif
