/* SPDX-License-Identifier: MIT */
/* The engine as collectd drives it: wake-ups in, readings out, whatever the
 * devices do. */
#include <config.h>

#include "base/clock.h"
#include "base/log.h"
#include "poll/poll_engine.h"

#include "../support/fake_device.h"
#include "../support/readings.h"
#include "../support/suite.h"

#include <fcntl.h>
#include <stdio.h>

enum { FAKES = 5 };

static struct poll_options options;
static struct poll_engine *engine;
static pthread_t thread;
static struct fake fakes[FAKES];
static int fakes_num;

/* What the hooks saw last of each device, by its address' last number. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct seen {
  unsigned reports, extras, failure_reports;
  bool up;
  char name[DEVICE_NAME_SIZE];
  char reading[600];
  char why[WHY_SIZE];
  uint64_t failures[OUTCOMES];
  uint64_t wall_us;
} seen[256];
static struct poll_totals last_cycle;
static unsigned cycles, searched;

static void report(void *arg, const struct poll_device *k, unsigned parts) {
  struct seen *s = &seen[ntohl(k->address.sin_addr.s_addr) & 255];

  (void)arg;
  pthread_mutex_lock(&lock);
  s->reports += (parts & REPORT_STATE) != 0;
  s->extras += (parts & REPORT_RARE) != 0;
  s->failure_reports += (parts & REPORT_FAILURES) != 0;
  ck_assert_uint_gt(k->report.time_us, s->wall_us); /* collectd wants it so */
  s->wall_us = k->report.time_us;
  s->up = k->status.up;
  snprintf(s->name, sizeof(s->name), "%s", k->name);
  snprintf(s->reading, sizeof(s->reading), "%s",
           k->status.up ? reading_text(&k->device.now) : "");
  snprintf(s->why, sizeof(s->why), "%s", poll_device_why(k));
  for (unsigned o = 0; o < OUTCOMES; o++)
    s->failures[o] = poll_device_failures(k, o);
  pthread_mutex_unlock(&lock);
}

static void cycle(void *arg, const struct poll_totals *c) {
  (void)arg;
  pthread_mutex_lock(&lock);
  last_cycle = *c;
  cycles++;
  pthread_mutex_unlock(&lock);
}

static void first_search(void *arg) {
  (void)arg;
  pthread_mutex_lock(&lock);
  searched++;
  pthread_mutex_unlock(&lock);
}

static void silent_log(void *arg, enum log_level level, const char *text) {
  (void)arg;
  (void)level;
  (void)text;
}

static void setup(void) {
  log_set_sink(silent_log, NULL);
  memset(seen, 0, sizeof(seen));
  cycles = searched = 0;
  fakes_num = 0;
  engine = NULL;
  poll_options_init(&options);
  options.discovery = false;
  options.timeout = 0.3;
  options.retry_delay = 0.01;
  options.interval = 1e-6; /* at every wake-up all are due */
  options.energy_interval = 1000;
}

static int ended; /* what poll_engine_run() returned, once it is joined */

static void *run(void *arg) {
  ended = poll_engine_run(arg);
  return NULL;
}

static void create(void) {
  static const struct poll_engine_hooks hooks = {
      .report = report, .cycle = cycle, .searched = first_search};

  engine = poll_engine_create(&options, &hooks);
  ck_assert_ptr_nonnull(engine);
}

static void start_thread(void) {
  ck_assert_int_eq(pthread_create(&thread, NULL, run, engine), 0);
}

static void start(void) {
  create();
  start_thread();
}

static void teardown(void) {
  if (engine != NULL) {
    poll_engine_wake(engine, POLL_ENGINE_STOP);
    pthread_join(thread, NULL);
  }
  poll_engine_free(engine);
  poll_options_free(&options);
  for (int i = 0; i < fakes_num; i++)
    fake_stop(&fakes[i]);
  log_set_sink(NULL, NULL);
}

/* A device at 127.66.0.last, with a <Device> block of its own. */
static struct fake *add(unsigned last, const struct fake_act *acts,
                        size_t acts_num) {
  struct fake *f = &fakes[fakes_num++];
  struct device_options *d;
  char ip[16];

  snprintf(ip, sizeof(ip), "127.66.0.%u", last);
  fake_start(f, ip, 0, acts, acts_num);
  options.devices = realloc(options.devices, (options.devices_num + 1) *
                                                 sizeof(*options.devices));
  ck_assert_ptr_nonnull(options.devices);
  d = &options.devices[options.devices_num++];
  *d = (struct device_options){.match = strdup(ip),
                               .kind = MATCH_ADDRESS,
                               .address = f->address.sin_addr,
                               .port = ntohs(f->address.sin_port)};
  return f;
}

#define ADD(last, ...)                                                         \
  do {                                                                         \
    static const struct fake_act acts[] = {__VA_ARGS__};                       \
    add(last, acts, sizeof(acts) / sizeof(acts[0]));                           \
  } while (0)

static void poll_all(void) {
  /* poll_engine_settle() sees the poll only once the engine has begun it */
  unsigned before;

  pthread_mutex_lock(&lock);
  before = cycles;
  pthread_mutex_unlock(&lock);
  poll_engine_wake(engine, POLL_ENGINE_POLL);
  for (int i = 0; i < 5000; i++) {
    bool over;

    pthread_mutex_lock(&lock);
    over = cycles > before;
    pthread_mutex_unlock(&lock);
    if (over)
      break;
    usleep(1000);
  }
  ck_assert(poll_engine_settle(engine, 5));
}

static struct seen look(unsigned last) {
  struct seen s;

  pthread_mutex_lock(&lock);
  s = seen[last];
  pthread_mutex_unlock(&lock);
  return s;
}

#define PLUG(mac, watts)                                                       \
  "{\"system\":{\"get_sysinfo\":{\"alias\":\"Lamp\",\"model\":\"X\",\"mac\":"  \
  "\"" mac "\",\"relay_state\":1,\"feature\":\"TIM:ENE\"}},\"emeter\":{\"get_" \
  "realtime\":{\"power_mw\":" watts ",\"total_wh\":1000}}}"
#define PLAIN(mac)                                                             \
  "{\"system\":{\"get_sysinfo\":{\"alias\":\"Plain\",\"model\":\"X\",\"mac\":" \
  "\"" mac "\",\"relay_state\":1}}}"
#define MAC_1 "50:C7:BF:00:00:01"
#define MAC_2 "50:C7:BF:00:00:02"
#define MAC_3 "50:C7:BF:00:00:03"

START_TEST(readings_come_and_the_cycle_sums_them_up) {
  struct fake *f = &fakes[0];

  ADD(1, {FAKE_ANSWER, PLUG(MAC_1, "5000"), 0});
  ADD(2, {FAKE_ANSWER_CLOSE, PLUG(MAC_2, "2500"), 0});
  ADD(3, {FAKE_SEGMENTS, PLAIN(MAC_3), 0});
  start();
  poll_all();
  poll_all();
  ck_assert_str_eq(look(1).reading, "W=5 Wh=1000 relay=1");
  ck_assert_str_eq(look(2).reading, "W=2.5 Wh=1000 relay=1");
  ck_assert_str_eq(look(3).reading, "relay=1");
  ck_assert_str_eq(look(1).name, "Lamp (0001)");
  ck_assert_uint_eq(look(1).reports, 2);
  ck_assert_uint_eq(look(1).extras, 1);
  for (int o = OUTCOME_OK + 1; o < OUTCOMES; o++)
    ck_assert_uint_eq(look(2).failures[o], 0);
  ck_assert_uint_eq(last_cycle.known, 3);
  ck_assert_uint_eq(last_cycle.up, 3);
  ck_assert_uint_eq(last_cycle.on, 3);
  ck_assert_uint_eq(last_cycle.metered, 2);
  ck_assert_double_eq_tol(last_cycle.sums.value[Q_POWER], 7.5, 1e-9);
  ck_assert_uint_eq(atomic_load(&f->accepted), 1);
}
END_TEST

#define GOOD                                                                   \
  { FAKE_ANSWER, PLUG(MAC_1, "5000"), 0 }
#define RAW(bytes)                                                             \
  { FAKE_RAW, bytes, sizeof(bytes) - 1 }

/* The first answers make it known (sysinfo, meter, then the extras, two: cloud
 * and time, which it does not have). */
static const struct {
  const char *what;
  struct fake_act act;
  enum outcome outcome;
  unsigned attempts; /* of the first poll that fails */
  const char *why;
} faults[] = {
    {"silence",
     {FAKE_SILENCE, NULL, 0},
     OUTCOME_TIMEOUT,
     3,
     "no answer in time"},
    {"half an answer", RAW("\0\0\0\7ab"), OUTCOME_TIMEOUT, 3,
     "no answer in time"},
    {"a wrong length", RAW("\xff\xff\xff\xff"), OUTCOME_MALFORMED, 3,
     "the frame's length makes no sense"},
    {"no JSON",
     {FAKE_ANSWER, "hello", 0},
     OUTCOME_MALFORMED,
     3,
     "the answer is no JSON object"},
    {"an error",
     {FAKE_ANSWER, "{\"system\":{\"get_sysinfo\":{\"err_code\":-7}}}", 0},
     OUTCOME_DEVICE,
     3,
     "system.get_sysinfo: error -7 from the device"},
    {"the end",
     {FAKE_CLOSE, NULL, 0},
     OUTCOME_REFUSED,
     2, /* once more, after a datagram: it may speak something else by now */
     "connection closed without an answer"},
};

START_TEST(a_sick_device_harms_nobody_and_recovers) {
  struct fake_act course[] = {GOOD,           GOOD,           GOOD,
                              GOOD,           faults[_i].act, faults[_i].act,
                              faults[_i].act, faults[_i].act, GOOD};
  struct seen s;

  /* of four, one that ends a kept connection is uncounted */
  add(1, course, sizeof(course) / sizeof(course[0]));
  ADD(2, {FAKE_ANSWER, PLUG(MAC_2, "2500"), 0});
  start();
  poll_all();
  ck_assert(look(1).up && look(2).up);
  ck_assert_uint_eq(atomic_load(&fakes[0].requests), 4);

  poll_all();
  s = look(1);
  ck_assert_msg(!s.up && strcmp(s.why, faults[_i].why) == 0, "%s: %s",
                faults[_i].what, s.why);
  ck_assert_msg(s.failures[faults[_i].outcome] == faults[_i].attempts,
                "%s: %u failures", faults[_i].what,
                (unsigned)s.failures[faults[_i].outcome]);
  ck_assert(look(2).up);
  ck_assert_uint_eq(look(2).reports, 2);

  poll_all(); /* one attempt only */
  s = look(1);
  ck_assert(!s.up);
  ck_assert_uint_eq(s.failures[faults[_i].outcome], faults[_i].attempts + 1);

  poll_all();
  s = look(1);
  ck_assert_msg(s.up, "%s: %s", faults[_i].what, s.why);
  ck_assert_str_eq(s.reading, "W=5 Wh=1000 relay=1");
  ck_assert_uint_eq(look(2).reports, 4);
}
END_TEST

START_TEST(failures_are_said_when_they_rise_and_now_and_then) {
  static const unsigned said[] = {1, 1, 2, 2, 2, 2, 3};

  ADD(1, GOOD); /* its MAC ends in 1 */
  start();
  for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
    poll_all();
    ck_assert_uint_eq(look(1).failure_reports, said[i]);
  }
  fake_stop(&fakes[0]);
  fakes_num = 0;
  poll_all();
  poll_all();
  ck_assert(!look(1).up);
  ck_assert_uint_eq(look(1).failure_reports, 5);
}
END_TEST

/* And once more in the first one, after a datagram that may wake it up. */
START_TEST(a_dead_address_is_refused_once_per_poll) {
  ADD(1, GOOD);
  fake_stop(&fakes[0]);
  fakes_num = 0;
  start();
  poll_all();
  poll_all();
  ck_assert(!look(1).up);
  ck_assert_uint_eq(look(1).failures[OUTCOME_REFUSED], 3);
  ck_assert_str_eq(look(1).why, "connection refused");
}
END_TEST

START_TEST(the_first_search_is_over_also_when_there_is_none) {
  start();
  poll_all();
  ck_assert_uint_eq(searched, 1);
}
END_TEST

/* The engine's epoll descriptor, of which there is one in this process. */
static int epoll_descriptor(void) {
  char path[64];
  char text[64];

  for (int fd = 0; fd < 256; fd++) {
    ssize_t n;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    n = readlink(path, text, sizeof(text) - 1);
    if (n > 0 && memmem(text, (size_t)n, "eventpoll", 9) != NULL)
      return fd;
  }
  return -1;
}

static void break_epoll(void) {
  int nothing = open("/dev/null", O_RDONLY);
  int fd = epoll_descriptor();

  ck_assert_int_ge(fd, 0);
  ck_assert_int_eq(dup2(nothing, fd), fd);
  close(nothing);
}

/* Whoever wakes it must learn that nothing is polled any more. */
START_TEST(an_engine_that_cannot_wait_says_so) {
  start();
  poll_all();
  break_epoll();
  poll_engine_wake(engine, POLL_ENGINE_POLL);
  pthread_join(thread, NULL);
  ck_assert_int_lt(ended, 0);
  poll_engine_free(engine);
  engine = NULL;
}
END_TEST

/* Under collectd -T the main thread waits for the first cycle: in vain. */
START_TEST(nobody_waits_for_an_engine_that_has_failed) {
  create();
  break_epoll();
  start_thread();
  ck_assert(!poll_engine_settle(engine, 100000));
  pthread_join(thread, NULL);
  ck_assert_int_lt(ended, 0);
  poll_engine_free(engine);
  engine = NULL;
}
END_TEST

START_TEST(stopping_waits_for_nobody) {
  uint64_t began;

  options.timeout = 30;
  ADD(1, {FAKE_SILENCE, NULL, 0});
  ADD(2, {FAKE_SILENCE, NULL, 0});
  start();
  poll_engine_wake(engine, POLL_ENGINE_POLL);
  usleep(50000);
  began = clock_monotonic_us();
  poll_engine_wake(engine, POLL_ENGINE_STOP);
  pthread_join(thread, NULL);
  poll_engine_free(engine);
  engine = NULL;
  ck_assert_uint_lt(clock_monotonic_us() - began, 500000);
}
END_TEST

#define DAY_ENDS                                                               \
  "{\"time\":{\"get_time\":{\"year\":2024,\"month\":5,\"mday\":9,\"hour\":23," \
  "\"min\":59,\"sec\":59}}}"
#define DAYS                                                                   \
  "{\"emeter\":{\"get_daystat\":{\"day_list\":[{\"year\":2024,\"month\":5,"    \
  "\"day\":9,\"energy_wh\":1234}]}}}"

START_TEST(yesterdays_figures_end_with_the_day_whatever_happens_to_the_clock) {
  options.energy_interval = 1e-6;
  ADD(1, {FAKE_ANSWER, PLUG(MAC_1, "5000"), 0}, /* sysinfo */
      {FAKE_ANSWER, PLUG(MAC_1, "5000"), 0},    /* meter */
      {FAKE_ANSWER, "{\"cnCloud\":{\"err_code\":-1}}", 0},
      {FAKE_ANSWER, DAY_ENDS, 0}, {FAKE_ANSWER, DAYS, 0},
      {FAKE_ANSWER, "{}", 0},                /* months */
      {FAKE_ANSWER, PLUG(MAC_1, "5000"), 0}, /* the next poll */
      {FAKE_ANSWER, "nonsense", 0},          /* time */
      {FAKE_ANSWER, PLUG(MAC_1, "5000"), 0});
  start();
  poll_all();
  ck_assert_str_eq(look(1).reading, "W=5 Wh=1000 today=1.234 relay=1");
  poll_all(); /* its clock is not known: nor what is today */
  ck_assert_str_eq(look(1).reading, "W=5 Wh=1000 relay=1");
  usleep(1200000);
  poll_all();
  ck_assert_str_eq(look(1).reading, "W=5 Wh=1000 relay=1");
}
END_TEST

/* -- found by search
 * ----------------------------------------------------------- */

static atomic_bool udp_stopping;

static void *udp_serve(void *arg) {
  int fd = *(int *)arg;
  char out[600];
  size_t len = fake_frame(PLAIN(MAC_1), strlen(PLAIN(MAC_1)), out);

  while (!atomic_load(&udp_stopping)) {
    char in[100];
    struct sockaddr_in from;
    socklen_t from_len = sizeof(from);

    if (recvfrom(fd, in, sizeof(in), 0, (struct sockaddr *)&from, &from_len) <
        0)
      continue;
    for (int i = 0; i < 3; i++) { /* others answer with nonsense */
      sendto(fd, "noise", 5, 0, (struct sockaddr *)&from, from_len);
      sendto(fd, "", 0, 0, (struct sockaddr *)&from, from_len);
    }
    sendto(fd, out + 4, len - 4, 0, (struct sockaddr *)&from, from_len);
  }
  return NULL;
}

START_TEST(a_device_is_found_by_search_and_polled) {
  static const struct fake_act act = {FAKE_ANSWER, PLAIN(MAC_1), 0};
  static const char ip[] = "127.66.0.7";
  struct timeval wait = {.tv_usec = 100000};
  static const int on = 1;
  pthread_t udp_thread;
  int fd = socket(AF_INET, SOCK_DGRAM, 0);

  fake_start(&fakes[fakes_num++], ip, 9999, &act, 1);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (bind(fd, (struct sockaddr *)&fakes[0].address, sizeof(fakes[0].address)) <
      0) {
    printf("skipped: somebody else has UDP port 9999 of loopback\n");
    close(fd);
    return;
  }
  atomic_store(&udp_stopping, false);
  ck_assert_int_eq(pthread_create(&udp_thread, NULL, udp_serve, &fd), 0);
  options.discovery = true;
  options.discovery_timeout = 0.3;
  options.targets.items = malloc(sizeof(char *));
  options.targets.items[0] = strdup(ip);
  options.targets.count = 1;
  start();
  ck_assert(poll_engine_settle(engine, 5));
  ck_assert(look(7).up);
  ck_assert_str_eq(look(7).name, "Plain");
  ck_assert_uint_eq(searched, 1);
  ck_assert_uint_eq(last_cycle.up, 1);
  poll_all();
  ck_assert_uint_eq(look(7).reports, 2);
  poll_engine_wake(engine, POLL_ENGINE_SEARCH); /* again: nothing new */
  usleep(400000);
  poll_all();
  ck_assert_uint_eq(last_cycle.known, 1);
  atomic_store(&udp_stopping, true);
  pthread_join(udp_thread, NULL);
  close(fd);
}
END_TEST

/* -- without a thread
 * ------------------------------------------------------------
 */

static const struct poll_device *reported;
static unsigned reports;

static void note_report(void *arg, const struct poll_device *k,
                        unsigned parts) {
  (void)arg;
  (void)parts;
  reported = k;
  reports++;
}

static void ignore_known(void *arg, struct poll_device *k) {
  (void)arg;
  (void)k;
}

static void ignore_wake(void *arg) { (void)arg; }

static struct loop *loop;
static struct device_registry *registry;
static struct poller *poller;
static struct json doc;

/* One device, and nobody who drives the loop. */
static struct poll_device *alone(void) {
  const struct poller_hooks hooks = {
      .report = note_report, .lost = ignore_known, .done = ignore_known};

  reports = 0;
  loop = loop_create(ignore_wake, NULL);
  json_init(&doc);
  ADD(1, GOOD);
  registry = device_registry_create(&options, ignore_known, NULL);
  poller = poller_create(loop, &doc, registry, &options, &hooks);
  return device_registry_next(registry, NULL);
}

static void alone_no_more(void) {
  device_registry_free(registry);
  poller_free(poller);
  loop_free(loop);
  json_free(&doc);
}

/* A poll that fails at once: the address got lost in line. */
static void poll_in_vain(struct poll_device *k) {
  poller_enqueue(poller, k);
  device_registry_move(registry, k, &(struct sockaddr_in){0});
  poller_run(poller);
}

START_TEST(a_device_that_lost_its_address_in_line_is_unreachable) {
  struct poll_device *k = alone();

  poll_in_vain(k);
  ck_assert_ptr_eq(reported, k);
  ck_assert_int_eq(k->poll.state, POLL_IDLE);
  ck_assert_int_eq(k->status.outcome, OUTCOME_UNREACHABLE);
  ck_assert_uint_eq(poll_device_failures(k, OUTCOME_UNREACHABLE), 1);
  ck_assert_uint_eq(poll_device_failures(k, OUTCOME_REFUSED), 0);
  ck_assert_uint_eq(atomic_load(&fakes[0].requests), 0);
  alone_no_more();
}
END_TEST

/* collectd's writers may overtake one another. */
START_TEST(a_state_is_not_said_twice_in_a_row) {
  struct poll_device *k;

  options.interval = 10;
  k = alone();
  poll_in_vain(k);
  ck_assert_uint_eq(reports, 1);
  poller_repeat(poller, k);
  ck_assert_uint_eq(reports, 1);
  options.interval = 1e-6;
  poller_repeat(poller, k);
  ck_assert_uint_eq(reports, 2);
  alone_no_more();
}
END_TEST

START_TEST(a_change_of_state_comes_a_moment_later) {
  struct poll_device *k;

  options.interval = 0.2;
  k = alone();
  k->status.up = k->status.polled = true;
  poller_repeat(poller, k); /* the clock ticks in mid-poll: it is up */
  ck_assert_uint_eq(reports, 1);
  poll_in_vain(k);
  ck_assert(!k->status.up);
  ck_assert_uint_eq(reports, 1);
  ck_assert_int_eq(loop_round(loop), 0); /* nothing but the timer wakes it */
  ck_assert_uint_eq(reports, 2);
  alone_no_more();
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, readings_come_and_the_cycle_sums_them_up);
  tcase_add_loop_test(t, a_sick_device_harms_nobody_and_recovers, 0,
                      ROWS(faults));
  tcase_add_test(t, failures_are_said_when_they_rise_and_now_and_then);
  tcase_add_test(t, a_dead_address_is_refused_once_per_poll);
  tcase_add_test(t, the_first_search_is_over_also_when_there_is_none);
  tcase_add_test(t, stopping_waits_for_nobody);
  tcase_add_test(t, an_engine_that_cannot_wait_says_so);
  tcase_add_test(t, nobody_waits_for_an_engine_that_has_failed);
  tcase_add_test(
      t, yesterdays_figures_end_with_the_day_whatever_happens_to_the_clock);
  tcase_add_test(t, a_device_is_found_by_search_and_polled);
  tcase_add_test(t, a_device_that_lost_its_address_in_line_is_unreachable);
  tcase_add_test(t, a_state_is_not_said_twice_in_a_row);
  tcase_add_test(t, a_change_of_state_comes_a_moment_later);
}

int main(void) { return suite_run("engine", fill); }
