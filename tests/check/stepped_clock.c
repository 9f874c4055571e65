/* SPDX-License-Identifier: MIT */
/* To be preloaded: all clocks of the program are later than they are by what
 * CLOCK_STEPS_FILE says (two times 8 bytes, native: microseconds of the time of
 * day, microseconds of clocks that only run), which may change while it runs.
 * Whoever waits for a moment looks every few milliseconds whether it has come,
 * so that a program lives through hours as fast as somebody steps them. */
#define _GNU_SOURCE 1
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const int64_t SECOND_NS = 1000000000, LOOK_NS = 4000000;
static const int LOOK_MS = 4;

static const volatile int64_t *shared;

__attribute__((constructor)) static void map_file(void) {
  const char *path = getenv("CLOCK_STEPS_FILE");
  int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  void *map = MAP_FAILED;

  if (fd < 0)
    return;
  map = mmap(NULL, 2 * sizeof(*shared), PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
  if (map != MAP_FAILED)
    shared = map;
}

static int64_t ns_of(const struct timespec *t) {
  return t->tv_sec * SECOND_NS + t->tv_nsec;
}

static struct timespec of_ns(int64_t ns) {
  return (struct timespec){ns / SECOND_NS, ns % SECOND_NS};
}

static bool is_time_of_day(clockid_t clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE ||
         clock == CLOCK_TAI;
}

static bool only_runs(clockid_t clock) {
  return clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE ||
         clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_BOOTTIME;
}

static int64_t offset_ns(clockid_t clock) {
  if (shared == NULL || !(is_time_of_day(clock) || only_runs(clock)))
    return 0;
  return shared[is_time_of_day(clock) ? 0 : 1] * 1000;
}

static int64_t real_ns(clockid_t clock) {
  struct timespec t = {0};

  syscall(SYS_clock_gettime, clock, &t);
  return ns_of(&t);
}

static int64_t now_ns(clockid_t clock) {
  return real_ns(clock) + offset_ns(clock);
}

#define NEXT(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))

int clock_gettime(clockid_t clock, struct timespec *now) {
  if (syscall(SYS_clock_gettime, clock, now) != 0)
    return -1;
  *now = of_ns(ns_of(now) + offset_ns(clock));
  return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec t = of_ns(now_ns(CLOCK_REALTIME));

  (void)zone;
  *now = (struct timeval){.tv_sec = t.tv_sec, .tv_usec = t.tv_nsec / 1000};
  return 0;
}

time_t time(time_t *out) {
  time_t now = now_ns(CLOCK_REALTIME) / SECOND_NS;

  if (out != NULL)
    *out = now;
  return now;
}

/* Until that moment of a clock; 0, or the number of an error. */
static int sleep_until(clockid_t clock, int64_t until) {
  int64_t left;

  while ((left = until - now_ns(clock)) > 0) {
    struct timespec part = of_ns(left < LOOK_NS ? left : LOOK_NS);

    if (syscall(SYS_nanosleep, &part, NULL) != 0)
      return errno;
  }
  return 0;
}

/* A signal between two looks would be missed: who wants to know what is left
 * is told after each of them that one has come. */
int nanosleep(const struct timespec *length, struct timespec *rest) {
  int64_t until = now_ns(CLOCK_MONOTONIC) + ns_of(length);
  int64_t look = now_ns(CLOCK_MONOTONIC) + LOOK_NS;
  int64_t left;

  errno =
      sleep_until(CLOCK_MONOTONIC, rest == NULL || until < look ? until : look);
  left = until - now_ns(CLOCK_MONOTONIC);
  if (left <= 0)
    return 0;
  if (rest != NULL)
    *rest = of_ns(left);
  errno = EINTR;
  return -1;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *until,
                    struct timespec *rest) {
  if ((flags & TIMER_ABSTIME) != 0)
    return sleep_until(clock, ns_of(until));
  return nanosleep(until, rest) == 0 ? 0 : errno;
}

int pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                           clockid_t clock, const struct timespec *until) {
  for (;;) {
    int64_t left = ns_of(until) - now_ns(clock);
    struct timespec part;
    int rc;

    if (left <= 0)
      return ETIMEDOUT;
    part = of_ns(real_ns(clock) + (left < LOOK_NS ? left : LOOK_NS));
    rc = NEXT(pthread_cond_clockwait)(cond, mutex, clock, &part);
    if (rc != ETIMEDOUT)
      return rc;
  }
}

/* Which clock a condition goes by is written in it; moments of the time of day
 * are far from those of the other one. */
int pthread_cond_timedwait(pthread_cond_t *restrict cond,
                           pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until) {
  clockid_t clock =
      until->tv_sec > 1000000000 ? CLOCK_REALTIME : CLOCK_MONOTONIC;

  return pthread_cond_clockwait(cond, mutex, clock, until);
}

/* What is left of so many milliseconds from began on, and how much of it to
 * wait for at once. */
static int part_ms(int timeout, int64_t began) {
  int64_t left = began + (int64_t)timeout * 1000000 - now_ns(CLOCK_MONOTONIC);

  if (left <= 0)
    return 0;
  return left < LOOK_NS ? (int)(left / 1000000) + 1 : LOOK_MS;
}

int epoll_wait(int fd, struct epoll_event *events, int max, int timeout) {
  int64_t began = now_ns(CLOCK_MONOTONIC);
  int n, part;

  if (timeout <= 0)
    return NEXT(epoll_wait)(fd, events, max, timeout);
  do {
    part = part_ms(timeout, began);
    n = NEXT(epoll_wait)(fd, events, max, part);
  } while (n == 0 && part > 0);
  return n;
}

int poll(struct pollfd *fds, nfds_t num, int timeout) {
  int64_t began = now_ns(CLOCK_MONOTONIC);
  int n, part;

  if (timeout <= 0)
    return NEXT(poll)(fds, num, timeout);
  do {
    part = part_ms(timeout, began);
    n = NEXT(poll)(fds, num, part);
  } while (n == 0 && part > 0);
  return n;
}
