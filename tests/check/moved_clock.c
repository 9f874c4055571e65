/* SPDX-License-Identifier: MIT */
/* To be preloaded: the time of day is CLOCK_OFFSET seconds later than it is, in
 * this program and all that it starts; with CLOCK_OFFSET_FILE as many as this
 * file says (8 bytes, native), which may change while it runs. Behind them it
 * says how many seconds the machine has slept, which CLOCK_BOOTTIME counts.
 * Clocks that only run (CLOCK_MONOTONIC) stay as they are, so that everything
 * takes as long as ever. */
#define _GNU_SOURCE 1
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *shared;

__attribute__((constructor)) static void map_file(void) {
  const char *path = getenv("CLOCK_OFFSET_FILE");
  int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  void *map = MAP_FAILED;

  if (fd < 0)
    return;
  map = mmap(NULL, 2 * sizeof(*shared), PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
  if (map != MAP_FAILED)
    shared = map;
}

static time_t offset(void) {
  const char *text = getenv("CLOCK_OFFSET");

  if (shared != NULL)
    return *shared;
  return text != NULL ? strtol(text, NULL, 10) : 0;
}

static bool is_time_of_day(clockid_t clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE ||
         clock == CLOCK_TAI;
}

static struct timespec back(const struct timespec *until) {
  struct timespec t = *until;

  t.tv_sec -= offset();
  return t;
}

#define NEXT(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))

int clock_gettime(clockid_t clock, struct timespec *now) {
  if (syscall(SYS_clock_gettime, clock, now) != 0)
    return -1;
  if (is_time_of_day(clock))
    now->tv_sec += offset();
  else if (clock == CLOCK_BOOTTIME && shared != NULL)
    now->tv_sec += shared[1];
  return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec t;

  (void)zone;
  clock_gettime(CLOCK_REALTIME, &t);
  *now = (struct timeval){.tv_sec = t.tv_sec, .tv_usec = t.tv_nsec / 1000};
  return 0;
}

time_t time(time_t *out) {
  struct timespec t;

  clock_gettime(CLOCK_REALTIME, &t);
  if (out != NULL)
    *out = t.tv_sec;
  return t.tv_sec;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *until,
                    struct timespec *left) {
  struct timespec t = *until;

  if (is_time_of_day(clock) && (flags & TIMER_ABSTIME) != 0)
    t = back(until);
  return syscall(SYS_clock_nanosleep, clock, flags, &t, left) == 0 ? 0 : errno;
}

int pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                           clockid_t clock, const struct timespec *until) {
  struct timespec t = is_time_of_day(clock) ? back(until) : *until;

  return NEXT(pthread_cond_clockwait)(cond, mutex, clock, &t);
}

/* Which clock a condition goes by is written in it; those of a far future or
 * past are of the other one. */
int pthread_cond_timedwait(pthread_cond_t *restrict cond,
                           pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until) {
  struct timespec t = *until;

  if (until->tv_sec > 1000000000)
    t = back(until);
  return NEXT(pthread_cond_timedwait)(cond, mutex, &t);
}

int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex,
                            const struct timespec *restrict until) {
  struct timespec t = back(until);

  return NEXT(pthread_mutex_timedlock)(mutex, &t);
}

int sem_timedwait(sem_t *restrict sem, const struct timespec *restrict until) {
  struct timespec t = back(until);

  return NEXT(sem_timedwait)(sem, &t);
}

int sem_clockwait(sem_t *restrict sem, clockid_t clock,
                  const struct timespec *restrict until) {
  struct timespec t = is_time_of_day(clock) ? back(until) : *until;

  return NEXT(sem_clockwait)(sem, clock, &t);
}
