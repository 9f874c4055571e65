/* SPDX-License-Identifier: MIT */
/* When devices are looked for: see poll_search.h. */
#include <config.h>

#include "poll/poll_search.h"

#include "base/log.h"
#include "base/resolver.h"
#include "poll/discovery/discovery.h"
#include "poll/registry/registry_meet.h"
#include "poll/registry/transport_select.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum {
  /* Searches that lost devices ask for come no faster than this, and with
   * growing pauses: a twelfth of the time since the last one was lost. */
  AGAIN_FIRST_US = 10 * 1000000,
  AGAIN_SHARE = 12,
  SEARCHES_UNTIL_FORGOTTEN = 3,
  PROBES_PER_ROUND = 256,
  NAMES_PAUSE_US = 30 * 1000000,
  /* For so long an answer to a probe by name is waited for. */
  ASKED_FOR_US = 10 * 1000000,
};

struct poll_search {
  struct poll_cycle *cycle;
  struct poll_search_hooks hooks;
  struct discovery *discovery;
  struct resolver *resolver;
  bool first_over;
  bool second_due; /* the very first one is to be followed by another soon */
  bool regular;    /* the present or last one came with DiscoveryInterval */
  uint64_t started_us, names_asked_us;
  uint64_t lost_us; /* when the last one was lost, or this began */
  struct loop_timer again;
};

static struct poll_device *next_device(const struct poll_search *s,
                                       const struct poll_device *k) {
  return device_registry_next(s->cycle->registry, k);
}

static uint64_t now_us(const struct poll_search *s) {
  return loop_now_us(s->cycle->loop);
}

/* -- host names -- */

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
void poll_search_ask_names(struct poll_search *s) {
  if (s->names_asked_us != 0 && now_us(s) - s->names_asked_us < NAMES_PAUSE_US)
    return;
  s->names_asked_us = now_us(s);
  for (struct poll_device *k = next_device(s, NULL); k != NULL;
       k = next_device(s, k))
    if (wants_resolving(k))
      resolver_ask(s->resolver, k->options->match);
}

static void take_name(struct poll_search *s, const char *name,
                      struct in_addr found) {
  for (struct poll_device *k = next_device(s, NULL); k != NULL;
       k = next_device(s, k)) {
    struct sockaddr_in address = transport_select_at(k, found);

    if (!wants_resolving(k) || strcmp(k->options->match, name) != 0 ||
        k->poll.state != POLL_IDLE)
      continue;
    device_registry_move(s->cycle->registry, k, &address);
    poll_cycle_add(s->cycle, k);
  }
}

void poll_search_take_names(struct poll_search *s) {
  char name[256];
  struct in_addr address;
  bool found;

  while (resolver_take(s->resolver, name, &found, &address))
    if (found)
      take_name(s, name, address);
}

/* -- who answers -- */

/* Whether what k says of itself makes a poll at once worthwhile. Who answers
 * datagrams may still fail in its polls: one that is seen by search after
 * search is left to its interval. */
static bool is_worth_a_poll(const struct poll_device *k) {
  return k->contact.changed || (!k->status.up && !k->search.polled_for);
}

static void met(void *arg, struct introduction *in,
                const struct sockaddr_in *from) {
  struct poll_search *s = arg;
  struct poll_device *k;
  bool tdp = in->tdp;

  if (in->device.kind == KIND_UNSUPPORTED && s->hooks.unsupported != NULL)
    s->hooks.unsupported(s->hooks.arg, &in->device, from->sin_addr);
  k = registry_meet(s->cycle->registry, in, from);
  if (k == NULL)
    return;
  k->search.seen = true;
  k->search.seen_iot |= !tdp;
  k->search.seen_tdp |= tdp;
  k->search.asked_tdp &= !tdp;
  k->ignored = false;
  k->contact.changed |= k->search.moved;
  k->search.moved = false;
  if (k->contact.changed && k->poll.state != POLL_IDLE)
    poller_restart(s->cycle->poller, k);
  else if (is_worth_a_poll(k))
    poll_cycle_add(s->cycle, k);
  k->search.polled_for = true;
  k->contact.changed = false;
}

/* Whether k was asked by name a moment ago. */
static bool was_asked(const struct poll_search *s,
                      const struct poll_device *k) {
  return k->search.asked_us != 0 &&
         now_us(s) - k->search.asked_us < ASKED_FOR_US;
}

static bool wanted(void *arg, struct in_addr from, bool tdp, bool expected) {
  struct poll_search *s = arg;
  struct poll_device *k = device_registry_at(s->cycle->registry, from);

  if (k == NULL)
    return expected && s->cycle->options->discovery;
  if (!expected && !was_asked(s, k))
    return false;
  if (tdp && k->search.asked_tdp)
    return true;
  if (!k->status.up)
    return tdp ? !k->search.seen_tdp : !k->search.seen_iot;
  k->search.seen = true; /* its polls say all that the answer could */
  return false;
}

static void ask_by_name(struct poll_search *s, struct poll_device *k) {
  k->search.asked_us = now_us(s);
  discovery_probe(s->discovery, k->address.sin_addr);
}

/* Those that went silent are asked by name too: a broadcast may not reach
 * them, and some firmware wakes up by it. */
static void search_round(void *arg) {
  struct poll_search *s = arg;
  unsigned sent = 0;

  for (struct poll_device *k = next_device(s, NULL);
       k != NULL && sent < PROBES_PER_ROUND; k = next_device(s, k))
    if (!k->status.up && k->address.sin_port != 0) {
      ask_by_name(s, k);
      sent++;
    }
}

void poll_search_rouse(struct poll_search *s, struct poll_device *k) {
  if (k->address.sin_port == 0)
    return;
  k->search.asked_tdp = true;
  ask_by_name(s, k);
}

/* -- searching again -- */

/* Whom a search may bring back: who answered before, and whose block nobody
 * has answered for. One that refuses its account is there. */
static bool is_lost(const struct poll_device *k) {
  return !k->status.up && !k->ignored && k->status.outcome != OUTCOME_AUTH &&
         (k->status.answered || k->address.sin_port == 0);
}

/* The pause grows while nobody comes back, up to the regular one. */
static void search_again_later(struct poll_search *s) {
  uint64_t regular_us = (uint64_t)(s->cycle->options->discovery_interval * 1e6);
  uint64_t pause_us = (now_us(s) - s->lost_us) / AGAIN_SHARE;
  uint64_t due_us;

  if (pause_us < AGAIN_FIRST_US)
    pause_us = AGAIN_FIRST_US;
  if (pause_us > regular_us && s->cycle->options->discovery)
    return;
  due_us = s->started_us + pause_us;
  /* One that is still on can be late: this process was stopped for a while. */
  if (due_us <= now_us(s))
    due_us = now_us(s) + (discovery_active(s->discovery) ? AGAIN_FIRST_US : 0);
  /* without memory for a timer the regular searches remain */
  (void)loop_timer_set(s->cycle->loop, &s->again, due_us);
}

static void start(struct poll_search *s, bool regular) {
  poll_search_ask_names(s);
  if (discovery_active(s->discovery))
    return;
  for (struct poll_device *k = next_device(s, NULL); k != NULL;
       k = next_device(s, k)) {
    k->search.polled_for &= k->search.seen;
    k->search.seen = false;
    k->search.seen_iot = false;
    k->search.seen_tdp = false;
  }
  s->regular = regular;
  s->started_us = now_us(s);
  discovery_start(s->discovery);
}

void poll_search_start(struct poll_search *s) {
  bool first = s->lost_us == 0;

  if (first) {
    s->lost_us = now_us(s);
    s->second_due = s->cycle->options->discovery;
  }
  start(s, true);
  if (first)
    search_again_later(s);
}

/* Also when nobody was found at all: this machine may be up before the router
 * is. And who was busy, or asleep, or not heard over the others' answers to the
 * very first search is not to wait for the next regular one. */
static bool is_worth_another(const struct poll_search *s) {
  const struct poll_device *k = next_device(s, NULL);

  if (s->second_due)
    return true;
  if (k == NULL)
    return s->cycle->options->discovery;
  for (; k != NULL; k = next_device(s, k))
    if (is_lost(k))
      return true;
  return false;
}

static void again(struct loop_timer *timer) {
  struct poll_search *s =
      (struct poll_search *)(void *)((char *)timer -
                                     offsetof(struct poll_search, again));

  if (!is_worth_another(s))
    return;
  if (now_us(s) - s->started_us >= AGAIN_FIRST_US)
    start(s, false);
  s->second_due &= now_us(s) != s->started_us; /* another was still on */
  search_again_later(s);
}

void poll_search_lost(struct poll_search *s, struct poll_device *k) {
  k->search.polled_for = false;
  s->lost_us = now_us(s);
  if (now_us(s) - s->started_us > AGAIN_FIRST_US)
    start(s, false);
  search_again_later(s);
}

/* -- the end of a search -- */

/* Searches beyond the regular ones do not count: they come in bursts. */
static void forget_missing(struct poll_search *s) {
  struct poll_device *next;

  for (struct poll_device *k = next_device(s, NULL); k != NULL; k = next) {
    next = next_device(s, k);
    if (k->search.seen || k->status.up)
      k->search.missed = 0;
    else if (s->regular)
      k->search.missed++;
    if (s->cycle->options->keep_missing || k->options != NULL ||
        k->poll.state != POLL_IDLE ||
        k->search.missed < SEARCHES_UNTIL_FORGOTTEN)
      continue;
    log_say(LOG_LEVEL_NOTICE, "%s was not seen in %d searches: forgotten",
            k->name, SEARCHES_UNTIL_FORGOTTEN);
    device_registry_forget(s->cycle->registry, k);
  }
}

static void first_search_over(struct poll_search *s) {
  s->first_over = true;
  if (s->hooks.searched != NULL)
    s->hooks.searched(s->hooks.arg);
  for (struct poll_device *k = next_device(s, NULL); k != NULL;
       k = next_device(s, k))
    if (k->address.sin_port == 0)
      poller_repeat(s->cycle->poller, k);
  poll_cycle_release(s->cycle);
}

void poll_search_run(struct poll_search *s) {
  if (!discovery_take_over(s->discovery))
    return;
  forget_missing(s);
  if (!s->first_over)
    first_search_over(s);
}

/* -- life -- */

struct poll_search *poll_search_create(struct poll_cycle *cycle,
                                       struct json *doc,
                                       const struct poll_search_hooks *hooks) {
  struct poll_search *s = calloc(1, sizeof(*s));
  struct discovery_hooks discovery_hooks = {
      .met = met, .wanted = wanted, .round = search_round, .arg = s};

  if (s == NULL)
    return NULL;
  s->cycle = cycle;
  s->hooks = *hooks;
  s->again = (struct loop_timer){.fired = again};
  s->first_over = !cycle->options->discovery;
  s->discovery =
      discovery_create(cycle->loop, doc, cycle->options, &discovery_hooks);
  s->resolver = resolver_create(cycle->loop);
  if (s->discovery != NULL && s->resolver != NULL)
    return s;
  poll_search_free(s);
  return NULL;
}

void poll_search_free(struct poll_search *s) {
  if (s == NULL)
    return;
  loop_timer_cancel(s->cycle->loop, &s->again);
  discovery_free(s->discovery);
  resolver_free(s->resolver);
  free(s);
}
