/* SPDX-License-Identifier: MIT */
/* The engine for a command: see device_search.h. */
#include <config.h>

#include "cli/devices/device_search.h"

#include "base/log.h"
#include "base/text.h"
#include "base/thread.h"
#include "cli/common/cli.h"
#include "cli/common/config_file.h"
#include "cli/devices/account.h"
#include "poll/poll_engine.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { UNSUPPORTED_MAX = 1000 };

struct device_search {
  struct poll_options options;
  char wanted[256]; /* match of the only <Device> that counts; "" for all */
  struct poll_engine *engine;
  pthread_t thread;
  bool running;
  int fd;
  atomic_uint answered;

  pthread_mutex_t lock; /* guards what follows */
  struct device_info_list known, unsupported;
  bool over;
};

/* -- results, in the engine's thread -- */

static void announce(struct device_search *l) {
  uint64_t one = 1;

  if (write(l->fd, &one, sizeof(one)) < 0) { /* full: already announced */
  }
}

static bool add(struct device_info_list *list, const struct device_info *f) {
  struct device_info *grown =
      realloc(list->items, (list->count + 1) * sizeof(*grown));

  if (grown == NULL)
    return false;
  list->items = grown;
  list->items[list->count++] = *f;
  return true;
}

static bool counts(const struct device_search *l, const struct poll_device *k) {
  return l->wanted[0] == '\0' ||
         (k->options != NULL && text_same(k->options->match, l->wanted));
}

/* Everything anew: devices may have moved, left or changed their names. */
static void snapshot(struct device_search *l) {
  struct device_info f;

  pthread_mutex_lock(&l->lock);
  device_info_list_free(&l->known);
  for (const struct poll_device *k = poll_engine_next(l->engine, NULL);
       k != NULL; k = poll_engine_next(l->engine, k)) {
    if (!counts(l, k))
      continue;
    device_info_copy(&f, k);
    if (!add(&l->known, &f))
      break;
  }
  l->over = true;
  pthread_mutex_unlock(&l->lock);
  announce(l);
}

static void on_cycle(void *arg, const struct poll_totals *cycle) {
  (void)cycle;
  snapshot(arg);
}

/* The one device that is wanted answered: no need to wait for others. */
static void on_report(void *arg, const struct poll_device *k, unsigned parts) {
  struct device_search *l = arg;
  bool complete = (parts & REPORT_RARE) != 0 || !k->poll.progress.rare;

  if (parts & REPORT_READING)
    atomic_fetch_add(&l->answered, 1);
  if (l->wanted[0] != '\0' && counts(l, k) && k->status.up && complete)
    snapshot(l);
}

static void on_unsupported(void *arg, const struct device *d,
                           struct in_addr from) {
  struct device_search *l = arg;
  char address[INET_ADDRSTRLEN];
  struct device_info f;
  bool seen = false;

  inet_ntop(AF_INET, &from, address, sizeof(address));
  pthread_mutex_lock(&l->lock);
  for (size_t i = 0; i < l->unsupported.count; i++)
    seen |= strcmp(l->unsupported.items[i].address, address) == 0;
  if (!seen && l->unsupported.count < UNSUPPORTED_MAX &&
      (l->wanted[0] == '\0' || strcmp(address, l->wanted) == 0 ||
       text_same(d->alias, l->wanted))) {
    device_info_unsupported(&f, d, address);
    (void)add(&l->unsupported, &f);
  }
  pthread_mutex_unlock(&l->lock);
}

/* -- options -- */

static void say_error(void *arg, const char *text) {
  (void)arg;
  cli_say("%s", text);
}

static void say_problem(void *arg, const char *where, const char *text) {
  (void)arg;
  cli_say("%s: %s", where, text);
}

/* The <Plugin kasa> blocks of a configuration; mistakes in it are said and
 * left out, as collectd's plugin does. */
static bool read_config(struct poll_options *o, const char *path) {
  struct option_reporter reporter = {.say = say_error};
  struct config config;
  bool readable = config_load(&config, path, say_problem, NULL) == 0;

  for (size_t i = 0; readable && i < config.statements_num; i++)
    if (config_is_plugin(config.statements[i].item, "kasa"))
      poll_options_read(o, config.statements[i].item, &reporter);
  poll_options_finish(o, &reporter);
  config_free(&config);
  return readable;
}

static int add_option(struct conf_item *block, const char *key,
                      const char *value) {
  struct conf_item *item = conf_add_child(block, key);

  return item != NULL ? conf_add_string(item, value) : -ENOMEM;
}

struct typed {
  const char *device; /* or NULL */
};

/* The reader of configurations names options; here nobody wrote one. */
static void say_argument(void *arg, const char *text) {
  static const struct {
    const char *option;
    const char *argument;
  } names[] = {{"<Plugin kasa>: option DiscoveryTarget", "--target"}};
  const char *device = ((const struct typed *)arg)->device;
  const char *rest = strstr(text, "\">: ");

  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
    if (strncmp(text, names[i].option, strlen(names[i].option)) == 0) {
      cli_say("%s%s", names[i].argument, text + strlen(names[i].option));
      return;
    }
  if (device != NULL && rest != NULL && strncmp(text, "<Device ", 8) == 0)
    cli_say("%s: %s", device, rest + 4);
  else
    cli_say("%s", text);
}

/* What the command line says, through the same reader as a configuration. */
static bool read_arguments(struct poll_options *o,
                           const struct device_search_options *options,
                           const char *device) {
  struct typed typed = {device};
  struct option_reporter reporter = {.say = say_argument, .arg = &typed};
  struct conf_item *block = conf_new("Plugin");
  int err = block != NULL ? 0 : -ENOMEM;

  for (size_t i = 0; i < options->targets_num && err == 0; i++)
    err = add_option(block, "DiscoveryTarget", options->targets[i]);
  if (err == 0 && device != NULL)
    err = add_option(block, "Device", device);
  if (err == 0)
    poll_options_read(o, block, &reporter);
  else
    cli_say("out of memory");
  conf_free(block);
  return err == 0 && reporter.errors == 0;
}

/* A host name's address; anything else stays as it is. */
static void resolve(const char *device, char out[256]) {
  struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
  struct addrinfo *address = NULL;
  uint8_t mac[6];

  snprintf(out, 256, "%s", device);
  if (strchr(device, '.') == NULL || device_parse_mac(device, mac) ||
      getaddrinfo(device, NULL, &hints, &address) != 0)
    return;
  inet_ntop(
      AF_INET,
      &((const struct sockaddr_in *)(const void *)address->ai_addr)->sin_addr,
      out, 256);
  freeaddrinfo(address);
}

/* The configured device that a person means, by its block's or its own name. */
static const struct device_options *configured(const struct poll_options *o,
                                               const char *device) {
  for (size_t i = 0; i < o->devices_num; i++)
    if (text_same(o->devices[i].match, device) ||
        (o->devices[i].name != NULL && text_same(o->devices[i].name, device)))
      return &o->devices[i];
  return NULL;
}

static bool want_device(struct device_search *l,
                        const struct device_search_options *options) {
  const struct device_options *d = configured(&l->options, options->device);

  if (d == NULL) {
    resolve(options->device, l->wanted);
    if (!read_arguments(&l->options, options, l->wanted))
      return false;
    d = configured(&l->options, l->wanted);
  } else if (!read_arguments(&l->options, options, NULL)) {
    return false;
  }
  if (d == NULL)
    return false;
  snprintf(l->wanted, sizeof(l->wanted), "%s", d->match);
  l->options.discovery = d->kind != MATCH_ADDRESS;
  return true;
}

static bool set_options(struct device_search *l,
                        const struct device_search_options *options) {
  poll_options_init(&l->options);
  l->options.discovery_timeout = 3;
  if (options->config == NULL)
    account_from_machine(&l->options, options->device);
  else if (!read_config(&l->options, options->config))
    return false;
  if (options->targets_num > 0) /* instead of the configured ones */
    option_strings_free(&l->options.targets);
  if (options->wait > 0)
    l->options.discovery_timeout = options->wait;
  l->options.interval = 1;
  if (l->options.retries > 1) /* a person waits */
    l->options.retries = 1;
  if (options->device == NULL) {
    l->options.discovery = true;
    return read_arguments(&l->options, options, NULL);
  }
  return want_device(l, options);
}

/* -- life -- */

static void *engine_thread(void *arg) {
  poll_engine_run(arg);
  return NULL;
}

static void drop_log(void *arg, enum log_level level, const char *text) {
  (void)arg;
  if (level <= LOG_LEVEL_ERROR)
    cli_say("%s", text);
}

static bool start_thread(struct device_search *l) {
  const struct poll_engine_hooks hooks = {.report = on_report,
                                          .cycle = on_cycle,
                                          .unsupported = on_unsupported,
                                          .arg = l};

  log_set_sink(drop_log, NULL);
  l->engine = poll_engine_create(&l->options, &hooks);
  if (l->engine == NULL)
    return false;
  poll_engine_wake(l->engine, POLL_ENGINE_POLL); /* those that need no search */
  l->running = thread_start(&l->thread, engine_thread, l->engine) == 0;
  return l->running;
}

struct device_search *
device_search_start(const struct device_search_options *options) {
  struct device_search *l = calloc(1, sizeof(*l));

  if (l == NULL) {
    cli_say("out of memory");
    return NULL;
  }
  pthread_mutex_init(&l->lock, NULL);
  l->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (!set_options(l, options) ||
      (options->account != NULL &&
       account_use(&l->options, options->account) < 0)) {
    device_search_stop(l);
    return NULL;
  }
  if (l->fd < 0 || !start_thread(l)) {
    cli_say("the search could not be started: %s", strerror(errno));
    device_search_stop(l);
    return NULL;
  }
  return l;
}

void device_search_stop(struct device_search *l) {
  if (l == NULL)
    return;
  if (l->running) {
    poll_engine_wake(l->engine, POLL_ENGINE_STOP);
    pthread_join(l->thread, NULL);
  }
  poll_engine_free(l->engine);
  poll_options_free(&l->options);
  device_info_list_free(&l->known);
  device_info_list_free(&l->unsupported);
  if (l->fd >= 0)
    close(l->fd);
  pthread_mutex_destroy(&l->lock);
  free(l);
}

unsigned device_search_answered(const struct device_search *l) {
  return atomic_load(&l->answered);
}

int device_search_fd(const struct device_search *l) { return l->fd; }

bool device_search_take(struct device_search *l,
                        struct device_info_list *list) {
  uint64_t news;
  bool over;

  if (read(l->fd, &news, sizeof(news)) < 0) { /* none: fine as well */
  }
  device_info_list_free(list);
  pthread_mutex_lock(&l->lock);
  over = l->over;
  for (size_t i = 0; i < l->known.count; i++)
    (void)add(list, &l->known.items[i]);
  for (size_t i = 0; i < l->unsupported.count; i++)
    (void)add(list, &l->unsupported.items[i]);
  pthread_mutex_unlock(&l->lock);
  if (list->count > 1)
    qsort(list->items, list->count, sizeof(*list->items), device_info_compare);
  return over;
}

void device_info_list_free(struct device_info_list *list) {
  free(list->items);
  *list = (struct device_info_list){0};
}

void device_search_again(struct device_search *l) {
  pthread_mutex_lock(&l->lock);
  l->over = false;
  pthread_mutex_unlock(&l->lock);
  poll_engine_wake(l->engine, POLL_ENGINE_POLL);
}

double device_search_limit(const struct device_search *l) {
  const struct poll_options *o = &l->options;

  return o->discovery_timeout +
         (o->timeout + o->retry_delay) * (o->retries + 2) + 5;
}
