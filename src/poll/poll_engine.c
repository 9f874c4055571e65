/* SPDX-License-Identifier: MIT */
/* The engine's thread: see poll_engine.h. */
#include <config.h>

#include "poll/poll_engine.h"

#include "base/log.h"
#include "poll/poll_search.h"
#include "poll/registry/auth_backoff.h"
#include "poll/registry/transport_select.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct poll_engine {
  struct poll_options *options;
  struct poll_engine_hooks hooks;
  struct json doc;
  struct poll_cycle cycle; /* holds the loop, the registry and the poller */
  struct poll_search *search;
  atomic_uint wakes;
  bool stopping;

  pthread_mutex_t settled_lock;
  pthread_cond_t settled_changed;
  bool settled; /* guarded by settled_lock, as is */
  bool ended;   /* nothing will settle any more */
};

/* -- settling -- */

static void set_settled(struct poll_engine *e, bool settled) {
  pthread_mutex_lock(&e->settled_lock);
  e->settled = settled;
  if (settled)
    pthread_cond_broadcast(&e->settled_changed);
  pthread_mutex_unlock(&e->settled_lock);
}

bool poll_engine_settle(struct poll_engine *e, double seconds) {
  struct timespec until;
  bool settled;

  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += (time_t)seconds + 1;
  pthread_mutex_lock(&e->settled_lock);
  while (!e->settled && !e->ended &&
         pthread_cond_timedwait(&e->settled_changed, &e->settled_lock,
                                &until) == 0)
    ;
  settled = e->settled;
  pthread_mutex_unlock(&e->settled_lock);
  return settled;
}

static void set_ended(struct poll_engine *e) {
  pthread_mutex_lock(&e->settled_lock);
  e->ended = true;
  pthread_cond_broadcast(&e->settled_changed);
  pthread_mutex_unlock(&e->settled_lock);
}

static void cycle_busy(void *arg) { set_settled(arg, false); }

static void cycle_ended(void *arg, const struct poll_totals *totals) {
  struct poll_engine *e = arg;

  e->hooks.cycle(e->hooks.arg, totals);
  set_settled(e, true);
}

/* -- passwords that change -- */

static void say_problem(void *arg, const char *line) {
  (void)arg;
  log_say(LOG_LEVEL_WARNING, "%s", line);
}

static void try_new_account(struct poll_device *k) {
  auth_backoff_new_account(k);
  transport_select_again(k);
}

/* While somebody refuses his account, a new password may come any time. All
 * that do are tried again with it; those that are being asked at this moment
 * when that is over, for it may have been with the old one. */
static void look_for_passwords(struct poll_engine *e) {
  struct device_registry *r = e->cycle.registry;
  struct option_reporter reporter = {.say = say_problem};
  bool refused = false;

  for (struct poll_device *k = device_registry_next(r, NULL);
       k != NULL && !refused; k = device_registry_next(r, k))
    refused = k->auth.refused;
  if (!refused || !poll_options_reload_passwords(e->options, &reporter))
    return;
  log_say(LOG_LEVEL_NOTICE, "a PasswordFile has changed: devices that did not "
                            "accept the account are tried again");
  for (struct poll_device *k = device_registry_next(r, NULL); k != NULL;
       k = device_registry_next(r, k))
    if (k->poll.state != POLL_IDLE)
      k->auth.account_changed = true;
    else if (k->auth.refused)
      try_new_account(k);
}

static void poll_done(void *arg, struct poll_device *k) {
  struct poll_engine *e = arg;

  if (k->auth.account_changed && k->auth.refused)
    try_new_account(k);
  k->auth.account_changed = false;
  poll_cycle_done(&e->cycle, k);
}

/* -- life -- */

static void woken(void *arg) {
  struct poll_engine *e = arg;
  unsigned wakes = atomic_exchange(&e->wakes, 0);

  if (wakes & POLL_ENGINE_STOP) {
    e->stopping = true;
    return;
  }
  poll_search_take_names(e->search);
  if (wakes & POLL_ENGINE_POLL) {
    if (poll_cycle_accepts_tick(&e->cycle)) {
      look_for_passwords(e);
      poll_cycle_begin(&e->cycle);
    }
    poll_search_ask_names(e->search);
  }
  if (wakes & POLL_ENGINE_SEARCH)
    poll_search_start(e->search);
}

static void device_lost(void *arg, struct poll_device *k) {
  struct poll_engine *e = arg;

  poll_search_lost(e->search, k);
}

static void device_rouse(void *arg, struct poll_device *k) {
  struct poll_engine *e = arg;

  poll_search_rouse(e->search, k);
}

static void device_gone(void *arg, struct poll_device *k) {
  struct poll_engine *e = arg;

  poll_cycle_forget(&e->cycle, k);
  poller_forget(e->cycle.poller, k);
}

static bool create_parts(struct poll_engine *e) {
  const struct poller_hooks poller_hooks = {.report = e->hooks.report,
                                            .report_arg = e->hooks.arg,
                                            .energy = e->hooks.energy,
                                            .lost = device_lost,
                                            .rouse = device_rouse,
                                            .done = poll_done,
                                            .arg = e};
  const struct poll_search_hooks search_hooks = {.searched = e->hooks.searched,
                                                 .unsupported =
                                                     e->hooks.unsupported,
                                                 .arg = e->hooks.arg};
  struct poll_cycle *c = &e->cycle;

  *c = (struct poll_cycle){.options = e->options,
                           .held = e->options->discovery,
                           .busy = cycle_busy,
                           .ended = cycle_ended,
                           .arg = e};
  c->loop = loop_create(woken, e);
  if (c->loop == NULL)
    return false;
  c->registry = device_registry_create(e->options, device_gone, e);
  if (c->registry == NULL)
    return false;
  c->poller =
      poller_create(c->loop, &e->doc, c->registry, e->options, &poller_hooks);
  e->search = poll_search_create(c, &e->doc, &search_hooks);
  return c->poller != NULL && e->search != NULL;
}

struct poll_engine *poll_engine_create(struct poll_options *options,
                                       const struct poll_engine_hooks *hooks) {
  struct poll_engine *e = calloc(1, sizeof(*e));
  pthread_condattr_t monotonic;

  if (e == NULL)
    return NULL;
  e->options = options;
  e->hooks = *hooks;
  json_init(&e->doc);
  pthread_mutex_init(&e->settled_lock, NULL);
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&e->settled_changed, &monotonic);
  pthread_condattr_destroy(&monotonic);
  if (!create_parts(e)) {
    poll_engine_free(e);
    errno = ENOMEM;
    return NULL;
  }
  return e;
}

void poll_engine_free(struct poll_engine *e) {
  if (e == NULL)
    return;
  /* takes its devices out of the poller */
  device_registry_free(e->cycle.registry);
  poll_search_free(e->search);
  poller_free(e->cycle.poller);
  loop_free(e->cycle.loop);
  json_free(&e->doc);
  pthread_mutex_destroy(&e->settled_lock);
  pthread_cond_destroy(&e->settled_changed);
  free(e);
}

/* OpenSSL writes to sockets without saying that it wants no signal. */
static void block_sigpipe(void) {
  sigset_t pipe;

  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, NULL);
}

int poll_engine_run(struct poll_engine *e) {
  block_sigpipe();
  poll_search_start(e->search);
  if (!e->options->discovery && e->hooks.searched != NULL) /* there is none */
    e->hooks.searched(e->hooks.arg);
  while (!e->stopping) {
    int err = loop_round(e->cycle.loop);

    if (err < 0) {
      log_say(LOG_LEVEL_ERROR, "waiting for devices failed: %s",
              strerror(-err));
      set_ended(e);
      return err;
    }
    poll_search_run(e->search);
    poller_run(e->cycle.poller);
  }
  return 0;
}

void poll_engine_wake(struct poll_engine *e, unsigned what) {
  atomic_fetch_or(&e->wakes, what);
  loop_wake(e->cycle.loop);
}

const struct poll_device *poll_engine_next(const struct poll_engine *e,
                                           const struct poll_device *k) {
  do
    k = device_registry_next(e->cycle.registry, k);
  while (k != NULL && k->ignored);
  return k;
}
