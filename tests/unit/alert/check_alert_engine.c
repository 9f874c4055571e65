/* SPDX-License-Identifier: MIT */
/* The engine with its threads: many notifiers at once, senders that hang. */
#include <config.h>

#include "alert/engine/alert_engine.h"

#include "../support/alert_fixture.h"
#include "../support/suite.h"
#include "base/clock.h"
#include "config/conf_tree.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static char directory[64];

static void quiet(void *arg, const char *line) {
  (void)arg;
  ck_abort_msg("configuration: %s", line);
}

static struct notify_config *config_with(const char *mode) {
  struct option_reporter reporter = {.say = quiet};
  struct conf_item *root = conf_new("Plugin");
  struct conf_item *block = conf_add_child(root, "Channel");
  struct notify_config *config = notify_config_new();
  char path[128];

  conf_add_string(block, "file");
  conf_add_string(block, "mail");
  snprintf(path, sizeof(path), "%s/out", directory);
  conf_add_string(conf_add_child(block, "Path"), path);
  snprintf(path, sizeof(path), "%s/mode", directory);
  conf_add_string(conf_add_child(block, "Mode"), path);
  FILE *f = fopen(path, "w");
  fputs(mode, f);
  fclose(f);
  snprintf(path, sizeof(path), "%s/socket", directory);
  conf_add_string(conf_add_child(root, "ControlSocket"), path);
  block = conf_add_child(root, "Report");
  conf_add_string(block, "daily");
  conf_add_string(conf_add_child(block, "At"), "07:30");
  conf_add_string(conf_add_child(root, "LedgerDirectory"), directory);
  notify_config_read(config, root, &reporter);
  notify_config_finish(config, &reporter);
  conf_free(root);
  return config;
}

static struct alert_engine *start(const struct notify_config *config) {
  struct alert_engine_hooks hooks = {.collectd_host = "nas",
                                     .version = "test",
                                     .interval_s = 10,
                                     .grace_s = 120};
  struct alert_engine *e = alert_engine_start(config, directory, &hooks);

  ck_assert_ptr_nonnull(e);
  return e;
}

static size_t open_alerts(struct alert_engine *e) {
  struct alert_engine_stats stats;

  alert_engine_stats(e, &stats);
  return stats.alerts.open;
}

/* Another plugin that takes notifications, and takes its time. */
static struct {
  struct alert_engine *engine;
  atomic_bool let, in, out;
  char message[REPORT_NOTICE_SIZE];
  pthread_t thread;
} listener;

static void listen_slowly(const char *name,
                          const struct report_notice *notice) {
  ck_assert_str_eq(name, "daily");
  listener.thread = pthread_self();
  memcpy(listener.message, notice->message, sizeof(listener.message));
  atomic_store(&listener.in, true);
  while (!atomic_load(&listener.let))
    usleep(1000);
  atomic_store(&listener.out, true);
}

static bool within(atomic_bool *flag, unsigned ms) {
  for (unsigned i = 0; i < ms && !atomic_load(flag); i++)
    usleep(1000);
  return atomic_load(flag);
}

static struct alert_engine *start_listened(const struct notify_config *config) {
  struct alert_engine_hooks hooks = {.collectd_host = "nas",
                                     .version = "test",
                                     .announce = listen_slowly,
                                     .interval_s = 10,
                                     .grace_s = 120};
  struct alert_engine *e = alert_engine_start(config, directory, &hooks);

  ck_assert_ptr_nonnull(e);
  return e;
}

static void ask_for_report(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  static const char words[] = "{\"command\":\"report\",\"name\":\"daily\"}\n";
  char answer[256] = "";
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);

  snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", directory);
  for (int i = 0; i < 5000 &&
                  connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0;
       i++)
    usleep(1000);
  ck_assert_int_eq(write(fd, words, strlen(words)), strlen(words));
  ck_assert_int_gt(read(fd, answer, sizeof(answer) - 1), 0);
  ck_assert_msg(strstr(answer, "\"ok\":true") != NULL, "%s", answer);
  close(fd);
}

/* Who listens may block: neither notifications nor the engine wait for that,
 * only the end does, as it may not pull collectd's list away. */
START_TEST(a_report_reaches_collectd_by_a_thread_of_its_own) {
  struct notify_config *config = config_with("ok");
  struct alert_engine *e = start_listened(config);
  struct event ev = house_range(SEVERITY_FAILURE, "Freezer", 1900);

  ask_for_report();
  ck_assert(within(&listener.in, 10000));
  ck_assert(!pthread_equal(listener.thread, pthread_self()));
  ck_assert_ptr_nonnull(strstr(listener.message, "no figures"));
  alert_engine_event(e, &ev);
  for (int i = 0; i < 1000 && open_alerts(e) < 1; i++)
    usleep(10000);
  ck_assert_uint_eq(open_alerts(e), 1);
  ck_assert(!atomic_load(&listener.out));
  atomic_store(&listener.let, true);
  ck_assert(alert_engine_stop(e));
  ck_assert(atomic_load(&listener.out));
  /* collectd has it: the next run does not announce it again */
  atomic_store(&listener.in, false);
  e = start_listened(config);
  ck_assert(!within(&listener.in, 1000));
  ck_assert(alert_engine_stop(e));
  notify_config_free(config);
}
END_TEST

struct notifier {
  struct alert_engine *engine;
  int first;
  int count;
};

static void *notify_many(void *arg) {
  struct notifier *n = arg;

  for (int i = 0; i < n->count; i++) {
    char name[32];
    struct event ev;
    snprintf(name, sizeof(name), "Plug %d", n->first + i);
    ev = house_range(SEVERITY_FAILURE, name, 1900);
    while (alert_engine_event(n->engine, &ev) < 0)
      usleep(1000);
  }
  return NULL;
}

START_TEST(several_threads_notify_at_once) {
  struct notify_config *config = config_with("ok");
  struct alert_engine *e = start(config);
  struct notifier n[4];
  pthread_t threads[4];
  struct alert_engine_stats stats;

  for (int i = 0; i < 4; i++) {
    n[i] = (struct notifier){e, 1000 * i, 200};
    pthread_create(&threads[i], NULL, notify_many, &n[i]);
  }
  for (int i = 0; i < 4; i++)
    pthread_join(threads[i], NULL);
  /* fewer than a channel's queue holds: a full one is an alert of its own */
  for (int i = 0; i < 1000 && open_alerts(e) < 800; i++)
    usleep(10000);
  alert_engine_stats(e, &stats);
  ck_assert_uint_eq(stats.alerts.open, 800);
  ck_assert_uint_eq(stats.lost, 0);
  ck_assert(alert_engine_stop(e));
  notify_config_free(config);
}
END_TEST

START_TEST(a_hanging_sender_does_not_hold_the_end_up) {
  struct notify_config *config = config_with("hang");
  struct alert_engine *e = start(config);
  struct event ev = house_range(SEVERITY_FAILURE, "Freezer", 1900);
  uint64_t began;

  alert_engine_event(e, &ev);
  usleep(300000);
  began = clock_monotonic_us();
  ck_assert(alert_engine_stop(e));
  ck_assert_uint_lt(clock_monotonic_us() - began, 4000000);
  notify_config_free(config);
}
END_TEST

/* Set back by that much at the moment of the stop: who reckons the end of a
 * wait by the clock that can be set waits an hour. */
static atomic_int clock_ahead_s;

int clock_gettime(clockid_t id, struct timespec *t) {
  int rc = (int)syscall(SYS_clock_gettime, id, t);

  if (id == CLOCK_REALTIME)
    t->tv_sec += atomic_load(&clock_ahead_s);
  return rc;
}

/* A thread that is left behind writes to its engine yet. */
static struct alert_engine *left_behind;
static struct notify_config *left_config;

START_TEST(the_end_does_not_wait_by_a_clock_that_is_set) {
  struct event ev = house_range(SEVERITY_FAILURE, "Freezer", 1900);
  uint64_t began;

  left_config = config_with("deaf");
  left_behind = start(left_config);
  alert_engine_event(left_behind, &ev);
  usleep(500000);
  began = clock_monotonic_us();
  atomic_store(&clock_ahead_s, 3600);
  ck_assert(!alert_engine_stop(left_behind));
  ck_assert_uint_lt(clock_monotonic_us() - began, 2500000);
}
END_TEST

/* From now on the kernel ends the process when this thread makes a call that
 * might wait for a disk, a network or the time. (futex: the ring's lock, held
 * for a copy.) False where there is no seccomp. */
static bool forbid_waiting(void) {
  static const int harmless[] = {
      SYS_write, /* to an eventfd that does not block */
      SYS_futex,        SYS_mmap,          SYS_munmap,
      SYS_mremap,       SYS_madvise,       SYS_mprotect,
      SYS_brk,          SYS_sched_yield,   SYS_gettid,
      SYS_getpid,       SYS_clock_gettime, SYS_rt_sigprocmask,
      SYS_sigaltstack,  SYS_exit,          SYS_exit_group,
      SYS_rt_sigreturn, SYS_rt_sigaction,  SYS_get_robust_list};
  enum { CALLS = sizeof(harmless) / sizeof(harmless[0]) };
  struct sock_filter code[2 * CALLS + 2];
  struct sock_fprog program = {.filter = code};
  size_t n = 0;

  code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0);
  for (size_t i = 0; i < CALLS; i++) {
    code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
                                             (unsigned)harmless[i], 0, 1);
    code[n++] =
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  }
  code[n++] =
      (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
  program.len = (unsigned short)n;
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static void *notify_without_waiting(void *arg) {
  struct notifier *n = arg;

  if (!forbid_waiting()) {
    n->count = 0;
    return NULL;
  }
  for (int i = 0; i < n->count; i++) {
    char name[32];
    struct event ev;
    snprintf(name, sizeof(name), "Plug %d", i % 2000);
    ev = house_range(SEVERITY_FAILURE, name, 1900);
    (void)alert_engine_event(n->engine, &ev);
  }
  return NULL;
}

START_TEST(no_call_of_a_notifier_can_wait) {
  struct notify_config *config = config_with("hang");
  struct alert_engine *e = start(config);
  struct notifier n = {e, 0, 80000}; /* more than there is room for */
  struct alert_engine_stats stats;
  pthread_t thread;

  pthread_create(&thread, NULL, notify_without_waiting, &n);
  pthread_join(thread, NULL);
  if (n.count == 0)
    printf("engine: no seccomp here: not shown that nothing waits\n");
  for (int i = 0; i < 6000; i++) {
    alert_engine_stats(e, &stats);
    if (stats.received + stats.lost >= (uint64_t)n.count)
      break;
    usleep(10000);
  }
  ck_assert_uint_eq(stats.received + stats.lost, n.count);
  ck_assert(alert_engine_stop(e));
  notify_config_free(config);
}
END_TEST

static double cpu_s(void) {
  struct rusage r;

  getrusage(RUSAGE_SELF, &r);
  return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
         (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static long resident_kb(void) {
  long pages = 0;
  FILE *f = fopen("/proc/self/statm", "r");

  if (f == NULL || fscanf(f, "%*d %ld", &pages) != 1)
    pages = 0;
  if (f != NULL)
    fclose(f);
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Prints numbers; only grossly wrong ones fail. */
START_TEST(ten_thousand_alerts_are_queued) {
  struct notify_config *config = config_with("retry");
  struct alert_engine *e = start(config);
  double cpu = cpu_s();
  long before = resident_kb();
  uint64_t began = clock_monotonic_us();
  uint64_t worst = 0;
  uint64_t sum = 0;

  for (int i = 0; i < 10000; i++) {
    char name[32];
    struct event ev;
    uint64_t t;
    snprintf(name, sizeof(name), "Plug %d", i);
    ev = house_range(SEVERITY_FAILURE, name, 1900);
    do {
      t = clock_monotonic_us();
      if (alert_engine_event(e, &ev) == 0)
        break;
      usleep(1000);
    } while (true);
    t = clock_monotonic_us() - t;
    sum += t;
    worst = t > worst ? t : worst;
  }
  while (open_alerts(e) < 10000 && clock_monotonic_us() - began < 60000000)
    usleep(1000);
  printf("engine: 10000 alerts: %.2f s CPU, %.2f s in all; %.2f us per "
         "notification in the caller's thread (worst %lu); %ld KiB more "
         "memory\n",
         cpu_s() - cpu, (double)(clock_monotonic_us() - began) / 1e6,
         (double)sum / 10000, (unsigned long)worst, resident_kb() - before);
  fflush(stdout);
  ck_assert_uint_ge(open_alerts(e), 10000); /* and our own about the queue */
  ck_assert(alert_engine_stop(e));
  notify_config_free(config);
}
END_TEST

static void folder_make(void) {
  snprintf(directory, sizeof(directory), "/tmp/check_engine_XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(directory));
}

static void folder_drop(void) {
  char command[128];
  snprintf(command, sizeof(command), "rm -r %s", directory);
  ck_assert_int_eq(system(command), 0);
}

static void fill(TCase *t) {
  tcase_set_timeout(t, 300);
  tcase_add_checked_fixture(t, folder_make, folder_drop);
  tcase_add_test(t, several_threads_notify_at_once);
  tcase_add_test(t, a_report_reaches_collectd_by_a_thread_of_its_own);
  tcase_add_test(t, a_hanging_sender_does_not_hold_the_end_up);
  tcase_add_test(t, the_end_does_not_wait_by_a_clock_that_is_set);
  tcase_add_test(t, no_call_of_a_notifier_can_wait);
  tcase_add_test(t, ten_thousand_alerts_are_queued);
}

int main(void) { return suite_run("alert engine", fill); }
