/* SPDX-License-Identifier: MIT */
/* The engine without collectd: what one poll costs its thread when nothing is
 * dispatched, and what one device costs in memory.
 *
 *   engine_only COUNT CYCLES BROADCAST-ADDRESS [USER PASSWORD [CONTROL]]
 *
 * Prints CPU microseconds per poll, wall ms per cycle, bytes per device, polls
 * per cycle and the mean ms in which those answered that did. With kasasim's
 * control socket also, from the measured cycles: requests, bytes of requests
 * and of answers per poll, new connections; then what follows when all devices
 * lose their sessions and connections at once: CPU microseconds per device of
 * the engine's thread and of all threads, wall ms of the cycle, devices that
 * are up after it, logins per device. */
#include <config.h>

#include "base/clock.h"
#include "base/log.h"
#include "poll/poll_engine.h"

#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
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

static void report(void *arg, const struct poll_device *k, unsigned parts) {
  (void)arg;
  if ((parts & REPORT_STATE) != 0)
    seen.reports++;
  if ((parts & REPORT_READING) != 0) {
    seen.response += k->status.response;
    seen.answers++;
  }
}

static void cycle(void *arg, const struct poll_totals *c) {
  (void)arg;
  pthread_mutex_lock(&seen.lock);
  seen.cycles++;
  seen.up = c->up;
  seen.duration += c->duration;
  pthread_cond_signal(&seen.changed);
  pthread_mutex_unlock(&seen.lock);
}

static void *run(void *engine) {
  poll_engine_run(engine);
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

/* -- kasasim's control socket -- */

static FILE *control_open(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);

  snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
    perror(path);
    exit(1);
  }
  return fdopen(fd, "r+");
}

static void control_say(FILE *control, const char *command, char *answer,
                        size_t size) {
  fprintf(control, "%s\n", command);
  fflush(control);
  if (fgets(answer, (int)size, control) == NULL ||
      strncmp(answer, "{\"ok\":true", 10) != 0) {
    fprintf(stderr, "%s: %s\n", command, answer);
    exit(1);
  }
}

/* The house's sum of what the simulated devices counted under that name. */
static double counted(const char *stats, const char *name) {
  char key[40];
  const char *at;

  snprintf(key, sizeof(key), "\"%s\":", name);
  at = strstr(stats, key);
  return at != NULL ? strtod(at + strlen(key), NULL) : -1;
}

/* -- measuring -- */

enum { WARM_US = 14 * 1000000 };

static struct poll_engine *engine;
static pthread_t thread;

static void cycle_once(void) {
  unsigned target;

  pthread_mutex_lock(&seen.lock);
  target = seen.cycles + 1;
  pthread_mutex_unlock(&seen.lock);
  poll_engine_wake(engine, POLL_ENGINE_POLL);
  wait_cycles(target);
}

/* Names, connections and sizes are settled, and the search is over that follows
 * the very first one. */
static void warm_up(void) {
  uint64_t end_us = clock_monotonic_us() + WARM_US;

  do {
    cycle_once();
    usleep(1000000);
  } while (clock_monotonic_us() < end_us);
}

static void forget_seen(void) {
  seen.reports = 0;
  seen.duration = 0;
  seen.response = 0;
  seen.answers = 0;
}

/* All devices lose power for a moment: sessions and connections are gone. */
static void power_cut(FILE *control, int count) {
  char answer[4096];
  double cpu, process, wall;
  struct timespec t;

  control_say(control, "{\"cmd\":\"stats\",\"totals\":true,\"reset\":true}",
              answer, sizeof(answer));
  control_say(control, "{\"cmd\":\"evict\",\"device\":\"*\",\"hang_up\":true}",
              answer, sizeof(answer));
  forget_seen();
  cpu = thread_cpu(thread);
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  process = (double)t.tv_sec + (double)t.tv_nsec / 1e9;
  wall = (double)clock_monotonic_us() / 1e6;
  cycle_once();
  wall = (double)clock_monotonic_us() / 1e6 - wall;
  cpu = thread_cpu(thread) - cpu;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  process = (double)t.tv_sec + (double)t.tv_nsec / 1e9 - process;
  control_say(control, "{\"cmd\":\"stats\",\"totals\":true}", answer,
              sizeof(answer));
  printf(" %.3f %.3f %.3f %u %.3f", cpu * 1e6 / count, process * 1e6 / count,
         wall * 1e3, seen.up, counted(answer, "logins") / count);
}

static void fill_options(struct poll_options *options, char **argv, int argc) {
  poll_options_init(options);
  options->targets.items = calloc(1, sizeof(char *));
  options->targets.items[0] = strdup(argv[3]);
  options->targets.count = 1;
  options->discovery_timeout = 2;
  options->energy_interval = 86400;
  options->interval = 1;
  if (argc < 6)
    return;
  options->login.username = strdup(argv[4]);
  options->login.password = strdup(argv[5]);
  options->login.account =
      (struct account){options->login.username, options->login.password};
}

int main(int argc, char **argv) {
  static const struct poll_engine_hooks hooks = {.report = report,
                                                 .cycle = cycle};
  struct poll_options options;
  FILE *control = NULL;
  char stats[4096] = "";
  struct rlimit limit;
  size_t before;
  double cpu = 0;
  int count, cycles;

  if (argc != 4 && argc != 6 && argc != 7)
    return 2;
  count = atoi(argv[1]);
  cycles = atoi(argv[2]);
  if (argc == 7)
    control = control_open(argv[6]);
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  fill_options(&options, argv, argc);
  before = mallinfo2().uordblks;
  engine = poll_engine_create(&options, &hooks);
  if (engine == NULL || pthread_create(&thread, NULL, run, engine) != 0)
    return 1;
  if (!poll_engine_settle(engine, 60))
    return 1;
  warm_up();
  for (int i = 0; i < cycles; i++) {
    if (i == 0) {
      forget_seen();
      if (control != NULL)
        control_say(control,
                    "{\"cmd\":\"stats\",\"totals\":true,\"reset\":true}", stats,
                    sizeof(stats));
      cpu = thread_cpu(thread);
    }
    cycle_once();
    usleep(1000000);
  }
  cpu = thread_cpu(thread) - cpu;
  printf("%.3f %.3f %.0f %.1f %.3f", cpu * 1e6 / (double)seen.reports,
         seen.duration * 1e3 / cycles,
         (double)(mallinfo2().uordblks - before) / count,
         (double)seen.reports / cycles,
         seen.response * 1e3 / (double)seen.answers);
  if (control != NULL) {
    double polls = (double)seen.reports;

    control_say(control, "{\"cmd\":\"stats\",\"totals\":true}", stats,
                sizeof(stats));
    printf(" %.3f %.1f %.1f %.0f", counted(stats, "requests") / polls,
           counted(stats, "bytes_in") / polls,
           counted(stats, "bytes_out") / polls, counted(stats, "accepted"));
    power_cut(control, count);
  }
  printf("\n");
  poll_engine_wake(engine, POLL_ENGINE_STOP);
  pthread_join(thread, NULL);
  poll_engine_free(engine);
  poll_options_free(&options);
  return 0;
}
