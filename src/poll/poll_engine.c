/* SPDX-License-Identifier: MIT */
/* The engine's thread: see engine.h. */
#include <config.h>

#include "poll/poll_engine.h"

#include "base/clock.h"
#include "base/log.h"
#include "poll/discovery.h"
#include "poll/resolver.h"
#include "poll/transport_select.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
  /* Searches that a lost device asks for come no faster than this. */
  EXTRA_SEARCH_PAUSE_US = 10 * 1000000,
  SEARCHES_UNTIL_FORGOTTEN = 3,
  PROBES_PER_ROUND = 256,
  SLOWEST_NAMED = 3,
  NAMES_PAUSE_US = 30 * 1000000,
};

struct poll_engine {
  struct poll_options *options;
  struct poll_engine_hooks hooks;
  struct loop *loop;
  struct json doc;
  struct device_registry *registry;
  struct poller *poller;
  struct discovery *search;
  struct resolver *resolver;
  atomic_uint wakes;
  bool stopping;
  bool searched; /* the first search is over */
  uint64_t search_started_us, names_asked_us;

  uint64_t cycle;
  unsigned open; /* polls of this cycle that are not over */
  uint64_t cycle_started_us;
  uint64_t woken_us; /* when the last cycle began */
  bool overrunning;  /* said, and no cycle has been in time since */
  bool carried;      /* polls of the last cycle belong to this one, too */

  pthread_mutex_t settled_lock;
  pthread_cond_t settled_changed;
  bool settled; /* guarded by settled_lock */
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
  while (!e->settled && pthread_cond_timedwait(&e->settled_changed,
                                               &e->settled_lock, &until) == 0)
    ;
  settled = e->settled;
  pthread_mutex_unlock(&e->settled_lock);
  return settled;
}

/* -- cycles -- */

static void sum_up(struct poll_engine *e, struct poll_cycle *c) {
  static const enum quantity summed[] = {Q_POWER, Q_CURRENT, Q_KWH_TODAY,
                                         Q_KWH_MONTH};

  for (struct poll_device *k = device_registry_next(e->registry, NULL);
       k != NULL; k = device_registry_next(e->registry, k)) {
    const struct reading *now = &k->device.now;

    if (k->ignored)
      continue;
    c->known++;
    if (!k->status.up)
      continue;
    c->up++;
    c->on += reading_has(now, Q_RELAY) && now->value[Q_RELAY] > 0;
    c->metered += reading_has(now, Q_POWER);
    for (size_t i = 0; i < sizeof(summed) / sizeof(summed[0]); i++)
      if (reading_has(now, summed[i]))
        reading_set(
            &c->sums, summed[i],
            (reading_has(&c->sums, summed[i]) ? c->sums.value[summed[i]] : 0) +
                now->value[summed[i]]);
  }
}

static void end_cycle(struct poll_engine *e) {
  struct poll_cycle c = {.energy_wh = poller_energy(e->poller),
                         .wall_us = clock_wall_us()};

  c.duration = (double)(loop_now_us(e->loop) - e->cycle_started_us) / 1e6;
  sum_up(e, &c);
  e->hooks.cycle(e->hooks.arg, &c);
  set_settled(e, true);
}

static uint64_t next_due(const struct poll_engine *e,
                         const struct poll_device *k) {
  return loop_now_us(e->loop) +
         (uint64_t)(1e6 * poll_device_interval(k, e->options));
}

static void poll_one(struct poll_engine *e, struct poll_device *k) {
  if (k->poll.state != POLL_IDLE || k->address.sin_port == 0 || k->ignored ||
      transport_select_is_locked(k, loop_now_us(e->loop)))
    return;
  if (e->open++ == 0)
    e->cycle_started_us = loop_now_us(e->loop);
  k->cycle.number = e->cycle;
  k->cycle.due_us = next_due(e, k);
  set_settled(e, false);
  poller_enqueue(e->poller, k);
}

/* Due, with half an interval's grace: the clock's ticks are not exact. */
static uint64_t grace(const struct poll_engine *e) {
  return (uint64_t)(e->options->interval * 5e5);
}

static bool is_due(const struct poll_engine *e, const struct poll_device *k) {
  return loop_now_us(e->loop) + grace(e) >= k->cycle.due_us;
}

static void poll_done(void *arg, struct poll_device *k) {
  struct poll_engine *e = arg;
  bool current = k->cycle.number == e->cycle && e->open > 0;
  /* A poll that ended just before a tick is not followed by another at once:
   * of two values in a row the older may reach a writer last. */
  uint64_t earliest_us = loop_now_us(e->loop) + grace(e) + grace(e) / 2;

  if (k->cycle.due_us < earliest_us)
    k->cycle.due_us = earliest_us;
  if (!current)
    return;
  e->open--;
  if (e->open == 0 && e->searched) {
    e->overrunning = e->overrunning && e->carried;
    end_cycle(e);
  }
}

/* Some polls of the last cycle are not over when the next begins. */
static void say_overrun(struct poll_engine *e) {
  char names[SLOWEST_NAMED * (DEVICE_NAME_SIZE + 2)] = "";
  unsigned listed = 0;
  size_t used = 0;

  if (e->overrunning)
    return;
  e->overrunning = true;
  for (struct poll_device *k = device_registry_next(e->registry, NULL);
       k != NULL && listed < SLOWEST_NAMED;
       k = device_registry_next(e->registry, k))
    if (k->poll.state != POLL_IDLE && k->cycle.number == e->cycle)
      used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
                               listed++ > 0 ? ", " : "", k->name);
  log_say(LOG_LEVEL_WARNING,
          "polling takes longer than the interval of %g s: %u devices are not "
          "done yet (%s)",
          e->options->interval, e->open, names);
}

/* What is still under way belongs to the new cycle: it is not over before. */
static void carry_over(struct poll_engine *e) {
  e->open = 0;
  for (struct poll_device *k = device_registry_next(e->registry, NULL);
       k != NULL; k = device_registry_next(e->registry, k)) {
    if (k->poll.state == POLL_IDLE)
      continue;
    k->cycle.number = e->cycle;
    e->open++;
  }
  e->carried = e->open > 0;
  e->cycle_started_us = loop_now_us(e->loop);
}

static void say_problem(void *arg, const char *line) {
  (void)arg;
  log_say(LOG_LEVEL_WARNING, "%s", line);
}

/* While somebody refuses his account, a new password may come any time. All
 * that do are tried again with it, except those that have locked themselves:
 * they would refuse the right one, too. */
static void look_for_passwords(struct poll_engine *e) {
  struct option_reporter reporter = {.say = say_problem};
  bool refused = false;

  for (struct poll_device *k = device_registry_next(e->registry, NULL);
       k != NULL && !refused; k = device_registry_next(e->registry, k))
    refused = k->auth.refused;
  if (!refused || !poll_options_reload_passwords(e->options, &reporter))
    return;
  log_say(LOG_LEVEL_NOTICE, "a PasswordFile has changed: devices that did not "
                            "accept the account are tried again");
  for (struct poll_device *k = device_registry_next(e->registry, NULL);
       k != NULL; k = device_registry_next(e->registry, k))
    if (k->auth.refused && k->poll.state == POLL_IDLE) {
      transport_select_close(k); /* it knows the old account */
      k->auth.refused = false;
      k->auth.trusted = false;
      k->auth.locked_steps = 0;
      if (!k->auth.locked_by_device)
        k->auth.not_before_us = 0;
    }
}

static void begin_cycle(struct poll_engine *e) {
  uint64_t since_us = loop_now_us(e->loop) - e->woken_us;

  if (e->open > 0 && e->searched) {
    /* After a stall of the machine collectd makes up for a late wake-up by an
     * early one: nothing is due, and nobody is slow. */
    if ((double)since_us < e->options->interval * 5e5)
      return;
    say_overrun(e);
    end_cycle(e);
  }
  e->woken_us = loop_now_us(e->loop);
  look_for_passwords(e);
  e->cycle++;
  carry_over(e);
  for (struct poll_device *k = device_registry_next(e->registry, NULL);
       k != NULL; k = device_registry_next(e->registry, k)) {
    if (k->ignored || !is_due(e, k))
      continue;
    if (k->poll.state == POLL_IDLE && k->address.sin_port != 0 &&
        !transport_select_is_locked(k, loop_now_us(e->loop))) {
      poll_one(e, k);
    } else if (k->address.sin_port != 0 || e->searched) {
      k->cycle.due_us = next_due(e, k);
      poller_repeat(e->poller, k);
    }
  }
  if (e->open == 0 && e->searched) {
    e->cycle_started_us = loop_now_us(e->loop);
    end_cycle(e);
  }
}

/* -- searching -- */

static bool looks_like_host(const char *text) {
  bool dot_or_letter = false;

  for (; *text != '\0'; text++) {
    if (!isalnum((unsigned char)*text) && *text != '-' && *text != '.' &&
        *text != '_')
      return false;
    dot_or_letter |= !isdigit((unsigned char)*text);
  }
  return dot_or_letter;
}

static bool wants_resolving(const struct poll_device *k) {
  return k->options != NULL && k->options->kind == MATCH_TEXT &&
         !k->status.up && looks_like_host(k->options->match);
}

/* A name server may come up later than this daemon, so it is asked again. */
static void ask_names(struct poll_engine *e) {
  uint64_t now_us = loop_now_us(e->loop);

  if (e->names_asked_us != 0 && now_us - e->names_asked_us < NAMES_PAUSE_US)
    return;
  e->names_asked_us = now_us;
  for (struct poll_device *k = device_registry_next(e->registry, NULL);
       k != NULL; k = device_registry_next(e->registry, k))
    if (wants_resolving(k))
      resolver_ask(e->resolver, k->options->match);
}

static void take_name(struct poll_engine *e, const char *name,
                      struct in_addr found) {
  for (struct poll_device *k = device_registry_next(e->registry, NULL);
       k != NULL; k = device_registry_next(e->registry, k)) {
    struct sockaddr_in address = transport_select_at(k, found);

    if (!wants_resolving(k) || strcmp(k->options->match, name) != 0 ||
        k->poll.state != POLL_IDLE)
      continue;
    device_registry_move(e->registry, k, &address);
    poll_one(e, k);
  }
}

static void take_names(struct poll_engine *e) {
  char name[256];
  struct in_addr address;
  bool found;

  while (resolver_take(e->resolver, name, &found, &address))
    if (found)
      take_name(e, name, address);
}

static void start_search(struct poll_engine *e) {
  ask_names(e);
  if (discovery_active(e->search))
    return;
  for (struct poll_device *k = device_registry_next(e->registry, NULL);
       k != NULL; k = device_registry_next(e->registry, k)) {
    k->search.seen = false;
    k->search.seen_iot = false;
    k->search.seen_tdp = false;
  }
  e->search_started_us = loop_now_us(e->loop);
  discovery_start(e->search);
}

/* Whether what k says of itself makes a poll at once worthwhile. Once per
 * search is enough: who answers datagrams may still fail in its polls. */
static bool is_worth_a_poll(const struct poll_device *k, bool seen) {
  return k->contact.changed || (!k->status.up && !seen);
}

static void met(void *arg, struct introduction *in,
                const struct sockaddr_in *from) {
  struct poll_engine *e = arg;
  struct poll_device *k;
  bool tdp;
  bool seen;

  if (in->device.kind == KIND_UNSUPPORTED && e->hooks.unsupported != NULL)
    e->hooks.unsupported(e->hooks.arg, &in->device, from->sin_addr);
  tdp = in->tdp;
  k = device_registry_meet(e->registry, in, from);
  if (k == NULL)
    return;
  seen = k->search.seen;
  k->search.seen = true;
  k->search.seen_iot |= !tdp;
  k->search.seen_tdp |= tdp;
  k->search.asked_tdp &= !tdp;
  k->ignored = false;
  if (k->contact.changed && k->poll.state != POLL_IDLE)
    poller_restart(e->poller, k);
  else if (is_worth_a_poll(k, seen))
    poll_one(e, k);
  k->contact.changed = false;
}

static bool wanted(void *arg, struct in_addr from, bool tdp) {
  struct poll_engine *e = arg;
  struct poll_device *k = device_registry_at(e->registry, from);

  if (k == NULL)
    return e->options->discovery;
  if (tdp && k->search.asked_tdp)
    return true;
  if (!k->status.up)
    return tdp ? !k->search.seen_tdp : !k->search.seen_iot;
  k->search.seen = true; /* its polls say all that the answer could */
  return false;
}

/* Those that went silent are asked by name too: a broadcast may not reach
 * them, and some firmware wakes up by it. */
static void search_round(void *arg) {
  struct poll_engine *e = arg;
  unsigned sent = 0;

  for (struct poll_device *k = device_registry_next(e->registry, NULL);
       k != NULL && sent < PROBES_PER_ROUND;
       k = device_registry_next(e->registry, k))
    if (!k->status.up && k->address.sin_port != 0) {
      discovery_probe(e->search, k->address.sin_addr);
      sent++;
    }
}

static void forget_missing(struct poll_engine *e) {
  struct poll_device *next;

  for (struct poll_device *k = device_registry_next(e->registry, NULL);
       k != NULL; k = next) {
    next = device_registry_next(e->registry, k);
    k->search.missed =
        k->search.seen || k->status.up ? 0 : k->search.missed + 1;
    if (e->options->keep_missing || k->options != NULL ||
        k->poll.state != POLL_IDLE ||
        k->search.missed < SEARCHES_UNTIL_FORGOTTEN)
      continue;
    log_say(LOG_LEVEL_NOTICE, "%s was not seen in %d searches: forgotten",
            k->name, SEARCHES_UNTIL_FORGOTTEN);
    device_registry_forget(e->registry, k);
  }
}

static void search_over(void *arg) {
  struct poll_engine *e = arg;

  forget_missing(e);
  if (e->searched)
    return;
  e->searched = true;
  if (e->hooks.searched != NULL)
    e->hooks.searched(e->hooks.arg);
  for (struct poll_device *k = device_registry_next(e->registry, NULL);
       k != NULL; k = device_registry_next(e->registry, k))
    if (k->address.sin_port == 0)
      poller_repeat(e->poller, k);
  if (e->open == 0)
    end_cycle(e);
}

/* It may only sleep, or speak something else by now. */
static void rouse(void *arg, struct poll_device *k) {
  struct poll_engine *e = arg;

  if (k->address.sin_port == 0)
    return;
  k->search.asked_tdp = true;
  discovery_probe(e->search, k->address.sin_addr);
}

/* A device went silent: it may have a new address. */
static void lost(void *arg, struct poll_device *k) {
  struct poll_engine *e = arg;

  (void)k;
  if (loop_now_us(e->loop) - e->search_started_us > EXTRA_SEARCH_PAUSE_US)
    start_search(e);
}

/* -- life -- */

static void woken(void *arg) {
  struct poll_engine *e = arg;
  unsigned wakes = atomic_exchange(&e->wakes, 0);

  if (wakes & POLL_ENGINE_STOP) {
    e->stopping = true;
    return;
  }
  take_names(e);
  if (wakes & POLL_ENGINE_POLL) {
    begin_cycle(e);
    ask_names(e);
  }
  if (wakes & POLL_ENGINE_SEARCH)
    start_search(e);
}

static void report(void *arg, const struct poll_device *k, unsigned parts) {
  struct poll_engine *e = arg;

  e->hooks.report(e->hooks.arg, k, parts);
}

static void device_gone(void *arg, struct poll_device *k) {
  struct poll_engine *e = arg;

  if (k->poll.state != POLL_IDLE && k->cycle.number == e->cycle && e->open > 0)
    e->open--;
  poller_forget(e->poller, k);
}

static bool create_parts(struct poll_engine *e) {
  const struct poller_hooks poller_hooks = {.report = report,
                                            .lost = lost,
                                            .rouse = rouse,
                                            .done = poll_done,
                                            .arg = e};
  const struct discovery_hooks discovery_hooks = {.met = met,
                                                  .wanted = wanted,
                                                  .round = search_round,
                                                  .over = search_over,
                                                  .arg = e};

  e->loop = loop_create(woken, e);
  if (e->loop == NULL)
    return false;
  e->registry = device_registry_create(e->options, device_gone, e);
  if (e->registry == NULL)
    return false;
  e->poller =
      poller_create(e->loop, &e->doc, e->registry, e->options, &poller_hooks);
  e->search = discovery_create(e->loop, &e->doc, e->options, &discovery_hooks);
  e->resolver = resolver_create(e->loop);
  return e->poller != NULL && e->search != NULL && e->resolver != NULL;
}

struct poll_engine *poll_engine_create(struct poll_options *options,
                                       const struct poll_engine_hooks *hooks) {
  struct poll_engine *e = calloc(1, sizeof(*e));
  pthread_condattr_t monotonic;

  if (e == NULL)
    return NULL;
  e->options = options;
  e->hooks = *hooks;
  e->searched = !options->discovery;
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
  device_registry_free(e->registry); /* takes its devices out of the poller */
  discovery_free(e->search);
  poller_free(e->poller);
  resolver_free(e->resolver);
  loop_free(e->loop);
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

void poll_engine_run(struct poll_engine *e) {
  block_sigpipe();
  start_search(e);
  if (e->searched && e->hooks.searched != NULL) /* there is none */
    e->hooks.searched(e->hooks.arg);
  while (!e->stopping) {
    int err = loop_round(e->loop);

    if (err < 0) {
      log_say(LOG_LEVEL_ERROR, "waiting for devices failed: %s",
              strerror(-err));
      return;
    }
    poller_run(e->poller);
  }
}

void poll_engine_wake(struct poll_engine *e, unsigned what) {
  atomic_fetch_or(&e->wakes, what);
  loop_wake(e->loop);
}

const struct poll_device *poll_engine_next(const struct poll_engine *e,
                                           const struct poll_device *k) {
  do
    k = device_registry_next(e->registry, k);
  while (k != NULL && k->ignored);
  return k;
}
