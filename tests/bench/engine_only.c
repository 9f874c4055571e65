/* The engine without collectd: what one poll costs its thread when nothing is
 * dispatched, and what one device costs in memory.
 *
 *   engine_only COUNT CYCLES BROADCAST-ADDRESS
 *
 * Prints CPU microseconds per poll, wall ms per cycle, bytes per device, polls
 * per cycle and the mean ms in which those answered that did. */
#include <config.h>

#include "base/clock.h"
#include "base/log.h"
#include "poll/engine.h"

#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static struct {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  unsigned cycles;
  unsigned up;
  unsigned long reports;
  double duration;
  double response; /* s, summed over reports of devices that are up */
  unsigned long answers;
} seen = {
    PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, 0, 0, 0, 0};

static void report(void *arg, const struct known *k, unsigned parts) {
  (void)arg;
  if ((parts & REPORT_STATE) != 0)
    seen.reports++;
  if ((parts & REPORT_READING) != 0) {
    seen.response += k->response;
    seen.answers++;
  }
}

static void cycle(void *arg, const struct cycle *c) {
  (void)arg;
  pthread_mutex_lock(&seen.lock);
  seen.cycles++;
  seen.up = c->up;
  seen.duration += c->duration;
  pthread_cond_signal(&seen.changed);
  pthread_mutex_unlock(&seen.lock);
}

static void *run(void *engine) {
  engine_run(engine);
  return NULL;
}

static double thread_cpu(pthread_t thread) {
  struct timespec t;
  clockid_t clock;

  pthread_getcpuclockid(thread, &clock);
  clock_gettime(clock, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void wait_cycles(unsigned target) {
  pthread_mutex_lock(&seen.lock);
  while (seen.cycles < target)
    pthread_cond_wait(&seen.changed, &seen.lock);
  pthread_mutex_unlock(&seen.lock);
}

int main(int argc, char **argv) {
  static const struct engine_hooks hooks = {.report = report, .cycle = cycle};
  struct poll_options options;
  struct engine *engine;
  struct rlimit limit;
  pthread_t thread;
  size_t before;
  double cpu = 0;
  int count, cycles;
  unsigned long reports = 0;

  if (argc != 4)
    return 2;
  count = atoi(argv[1]);
  cycles = atoi(argv[2]);
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  poll_options_init(&options);
  options.targets.items = calloc(1, sizeof(char *));
  options.targets.items[0] = strdup(argv[3]);
  options.targets.count = 1;
  options.discovery_timeout = 2;
  options.energy_interval = 86400;
  options.interval = 1;
  before = mallinfo2().uordblks;
  engine = engine_create(&options, &hooks);
  if (engine == NULL || pthread_create(&thread, NULL, run, engine) != 0)
    return 1;
  if (!engine_settle(engine, 60))
    return 1;
  for (int i = 0; i < 2 + cycles; i++) {
    unsigned target;

    if (i == 2) { /* warm: names, connections and sizes are settled */
      cpu = thread_cpu(thread);
      reports = seen.reports;
      seen.duration = 0;
      seen.response = 0;
      seen.answers = 0;
    }
    pthread_mutex_lock(&seen.lock);
    target = seen.cycles + 1;
    pthread_mutex_unlock(&seen.lock);
    engine_wake(engine, ENGINE_POLL);
    wait_cycles(target);
    usleep(1000000);
  }
  cpu = thread_cpu(thread) - cpu;
  reports = seen.reports - reports;
  printf("%.3f %.3f %.0f %.1f %.3f\n", cpu * 1e6 / (double)reports,
         seen.duration * 1e3 / cycles,
         (double)(mallinfo2().uordblks - before) / count,
         (double)reports / cycles, seen.response * 1e3 / (double)seen.answers);
  engine_wake(engine, ENGINE_STOP);
  pthread_join(thread, NULL);
  engine_free(engine);
  poll_options_free(&options);
  return 0;
}
