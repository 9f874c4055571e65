/* SPDX-License-Identifier: MIT */
/* No memory: each allocation in turn fails, alone or with all that follow. No
 * crash, no hang, no leak, whatever comes of it. The linker puts our versions
 * of the allocating functions in place of the library's (--wrap). */
#include <config.h>

#include "base/log.h"
#include "base/resolver.h"
#include "device/iot/iot.h"
#include "device/transport/xor_tcp.h"
#include "poll/poll_engine.h"
#include "poll/registry/registry_confirm.h"
#include "poll/registry/registry_meet.h"

#include "../support/conf_build.h"
#include "../support/fake_device.h"
#include "../support/suite.h"

#include <errno.h>
#include <stdio.h>

/* -- the allocator
 * ------------------------------------------------------------ */

void *__real_malloc(size_t size);
void *__real_calloc(size_t num, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t max);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t num, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t max);
void __wrap_free(void *memory);

static _Thread_local bool armed; /* only the thread under test suffers */
static long asked, fail_at;
static bool fail_on;
static atomic_long living;

/* Threads can run out too. */
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *arg);
static atomic_bool no_threads;

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *arg) {
  if (atomic_load(&no_threads))
    return EAGAIN;
  return __real_pthread_create(thread, attributes, start, arg);
}

static bool fails(void) {
  if (!armed)
    return false;
  asked++;
  return asked == fail_at || (fail_on && asked > fail_at);
}

static void *born(void *memory) {
  if (memory != NULL)
    atomic_fetch_add(&living, 1);
  return memory;
}

void *__wrap_malloc(size_t size) {
  return fails() ? NULL : born(__real_malloc(size));
}

void *__wrap_calloc(size_t num, size_t size) {
  return fails() ? NULL : born(__real_calloc(num, size));
}

void *__wrap_realloc(void *old, size_t size) {
  void *memory;

  if (fails())
    return NULL;
  memory = __real_realloc(old, size);
  return old == NULL ? born(memory) : memory;
}

char *__wrap_strdup(const char *text) {
  return fails() ? NULL : born(__real_strdup(text));
}

char *__wrap_strndup(const char *text, size_t max) {
  return fails() ? NULL : born(__real_strndup(text, max));
}

void __wrap_free(void *memory) {
  if (memory != NULL)
    atomic_fetch_sub(&living, 1);
  __real_free(memory);
}

/* Runs scene with the 1st, 2nd, ... allocation failing until none is left. */
static void torture(void (*scene)(void), long least) {
  long n = 0;

  do {
    long before = atomic_load(&living);

    fail_at = ++n;
    asked = 0;
    armed = true;
    scene();
    armed = false;
    ck_assert_msg(atomic_load(&living) == before,
                  "%ld left over after allocation %ld failed",
                  atomic_load(&living) - before, n);
  } while (asked >= n);
  ck_assert_int_gt(n, least); /* else nothing was tried */
}

static void silent_log(void *arg, enum log_level level, const char *text) {
  (void)arg;
  (void)level;
  (void)text;
}

static const bool ways[] = {false, true};

static struct fake fake;
static bool fake_runs;

static void setup(void) { log_set_sink(silent_log, NULL); }

static void teardown(void) {
  if (fake_runs)
    fake_stop(&fake);
  fake_runs = false;
}

/* -- the scenes
 * --------------------------------------------------------------- */

static int conf_line(struct conf_item *parent, const char *key,
                     const char *value) {
  struct conf_item *item = parent != NULL ? conf_add_child(parent, key) : NULL;

  return item != NULL ? conf_add_string(item, value) : -1;
}

static void read_options(void) {
  struct poll_options options;
  struct conf_item *root = conf_new("Plugin");
  COMPLAINTS(c);

  poll_options_init(&options);
  (void)conf_line(root, "Ignore", "/regular/");
  (void)conf_line(root, "Ignore", "/broken(/");
  (void)conf_line(root, "Only", "Lamp");
  (void)conf_line(root, "DiscoveryTarget", "10.0.0.1");
  (void)conf_line(root, "DiscoveryTarget", "nonsense");
  (void)conf_line(root, "Device", "10.0.0.2");
  (void)conf_line(root, "Device", "10.0.0.2");
  if (root != NULL && root->children_num > 0) {
    struct conf_item *device = &root->children[root->children_num - 1];
    struct conf_item *plug;

    (void)conf_line(device, "Name", "a/b");
    (void)conf_line(device, "Name", "twice");
    plug = conf_add_child(device, "Plug");
    if (plug != NULL && conf_add_string(plug, "Fan") == 0)
      (void)conf_line(plug, "Name", "Ventilator");
  }
  if (root != NULL)
    poll_options_read(&options, root, &c.reporter);
  poll_options_finish(&options, &c.reporter);
  poll_options_free(&options);
  conf_free(root);
}

static void ignore_known(void *arg, struct poll_device *k) {
  (void)arg;
  (void)k;
}

static void know_devices(void) {
  static char alias[] = "Lamp", pattern[] = "/^Xmas/", address[] = "127.0.0.9";
  static char *patterns[] = {pattern, alias};
  static struct device_options blocks[] = {
      {.match = address, .kind = MATCH_ADDRESS, .name = alias},
      {.match = alias, .kind = MATCH_TEXT}};
  struct poll_options options;
  struct device_registry *registry;

  poll_options_init(&options);
  options.ignore = (struct option_strings){patterns, 1};
  options.devices = blocks;
  options.devices_num = 2;
  options.max_devices = 90;
  registry = device_registry_create(&options, ignore_known, NULL);
  for (unsigned i = 0; i < 120 && registry != NULL; i++) {
    struct introduction in = {.dialect = &dialect_iot,
                              .transport = &transport_xor,
                              .device = {.kind = KIND_STRIP,
                                         .mac_known = true,
                                         .mac = {1, 2, 3, 4, 5, (uint8_t)i}}};
    struct sockaddr_in from = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(0x0a000001 + i)};
    char why[WHY_SIZE];
    struct poll_device *k;

    snprintf(in.device.alias, sizeof(in.device.alias), "Lamp %u", i / 2);
    (void)device_set_plugs(&in.device, 3);
    k = registry_meet(registry, &in, &from);
    if (k != NULL)
      k->status.polled = true;
    if (k != NULL && i % 3 == 0)
      k->status.answered = registry_confirm(registry, k, why) == CONFIRMED;
  }
  device_registry_free(registry);
}

/* Check's own macros allocate: nothing of them while it is armed. */
static bool wrong;
static bool answer_came;
static void note_answer(void *arg, enum outcome outcome, char *answer,
                        size_t len, const char *why) {
  (void)arg;
  (void)len;
  wrong |= (outcome == OUTCOME_OK) != (answer != NULL) ||
           (outcome == OUTCOME_OK) != (why[0] == '\0');
  answer_came = true;
}

static void ignore_wake(void *arg) { (void)arg; }

static void ask_once(struct link *link, struct loop *loop) {
  const char *why = "";
  enum outcome outcome;

  answer_came = false;
  outcome = transport_xor.send(link, "{}", 2, note_answer, NULL, &why);
  if (outcome != OUTCOME_OK) {
    wrong |= why[0] == '\0';
    return;
  }
  while (!answer_came)
    wrong |= loop_round(loop) != 0;
}

static void talk(void) {
  struct loop *loop = loop_create(ignore_wake, NULL);
  struct transport_env env = {
      .loop = loop, .scratch = malloc(TRANSPORT_SCRATCH), .kept_max = 1};
  struct link *link =
      loop != NULL && env.scratch != NULL
          ? transport_xor.open(&env,
                               &(struct endpoint){.address = fake.address})
          : NULL;

  if (link != NULL) {
    ask_once(link, loop);
    ask_once(link, loop);
    transport_xor.close(link);
  }
  loop_free(loop);
  free(env.scratch);
}

static struct poll_engine *engine;
static unsigned cycles_left;

static void ignore_report(void *arg, const struct poll_device *k,
                          enum report_part part) {
  (void)arg;
  (void)k;
  (void)part;
}

static void next_cycle(void *arg, const struct poll_totals *c) {
  (void)arg;
  (void)c;
  poll_engine_wake(engine,
                   --cycles_left > 0 ? POLL_ENGINE_POLL : POLL_ENGINE_STOP);
}

static void live(void) {
  static const struct poll_engine_hooks hooks = {.report = ignore_report,
                                                 .cycle = next_cycle};
  static char address[] = "127.66.1.1";
  static struct device_options block = {.match = address,
                                        .kind = MATCH_ADDRESS};
  struct poll_options options;

  poll_options_init(&options);
  block.address = fake.address.sin_addr;
  block.port = ntohs(fake.address.sin_port);
  options.devices = &block;
  options.devices_num = 1;
  options.discovery = false;
  options.interval = 1e-6;
  options.retry_delay = 0.001;
  options.timeout = 5;
  cycles_left = 3;
  engine = poll_engine_create(&options, &hooks);
  if (engine == NULL)
    return;
  poll_engine_wake(engine, POLL_ENGINE_POLL);
  poll_engine_run(engine);
  poll_engine_free(engine);
}

/* -- the tests
 * ---------------------------------------------------------------- */

START_TEST(options_survive) {
  fail_on = ways[_i];
  torture(read_options, 20);
}
END_TEST

START_TEST(the_registry_survives) {
  fail_on = ways[_i];
  torture(know_devices, 200);
}
END_TEST

static const struct fake_act pieces[] = {{FAKE_SEGMENTS, "{\"n\":1}", 0},
                                         {FAKE_ANSWER_CLOSE, "{\"n\":2}", 0}};

START_TEST(the_transport_survives) {
  fake_start(&fake, "127.66.1.1", 0, pieces, 2);
  fake_runs = true;
  fail_on = ways[_i];
  torture(talk, 5);
  ck_assert(!wrong);
}
END_TEST

static const struct fake_act strip = {
    FAKE_ANSWER,
    "{\"system\":{\"get_sysinfo\":{\"model\":\"X\",\"mac\":\"50:C7:BF:00:00:"
    "01\",\"deviceId\":\"AB\",\"feature\":\"TIM:ENE\",\"children\":[{\"id\":"
    "\"00\",\"state\":1},{\"id\":\"01\",\"state\":0}]}},\"emeter\":{\"get_"
    "realtime\":{\"power_mw\":5000}},\"time\":{\"get_time\":{\"year\":2024,"
    "\"month\":1,\"mday\":1,\"hour\":1,\"min\":1,\"sec\":1}}}",
    0};

START_TEST(the_engine_survives) {
  fake_start(&fake, "127.66.1.1", 0, &strip, 1);
  fake_runs = true;
  fail_on = ways[_i];
  torture(live, 20);
}
END_TEST

START_TEST(names_are_resolved_once_there_are_threads_again) {
  struct loop *loop = loop_create(ignore_wake, NULL);
  struct resolver *resolver = resolver_create(loop);
  char name[256];
  struct in_addr address;
  bool found = false;

  ck_assert(loop != NULL && resolver != NULL);
  atomic_store(&no_threads, true);
  resolver_ask(resolver, "127.0.0.1");
  atomic_store(&no_threads, false);
  resolver_ask(resolver, "127.0.0.1");
  for (int i = 0; i < 2000 && !resolver_take(resolver, name, &found, &address);
       i++)
    usleep(1000);
  ck_assert(found);
  ck_assert_str_eq(name, "127.0.0.1");
  ck_assert_uint_eq(address.s_addr, htonl(INADDR_LOOPBACK));
  resolver_free(resolver);
  usleep(10000); /* its thread frees what is left */
  loop_free(loop);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_loop_test(t, options_survive, 0, ROWS(ways));
  tcase_add_loop_test(t, the_registry_survives, 0, ROWS(ways));
  tcase_add_loop_test(t, the_transport_survives, 0, ROWS(ways));
  tcase_add_loop_test(t, the_engine_survives, 0, ROWS(ways));
  tcase_add_test(t, names_are_resolved_once_there_are_threads_again);
}

int main(void) { return suite_run("torture", fill); }
