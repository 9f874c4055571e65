/* SPDX-License-Identifier: MIT */
/* When devices are looked for, who is asked, and what comes of an answer. A
 * search comes with each tick of DiscoveryInterval; once soon after the very
 * first, and while devices are lost also soon after and then in growing pauses.
 * Host names of <Device> blocks are looked up here too. Everything belongs to
 * the engine's thread. */
#ifndef POLL_POLL_SEARCH_H
#define POLL_POLL_SEARCH_H

#include "poll/poll_cycle.h"

struct poll_search;

struct poll_search_hooks {
  /* The first search is over (also when there is none); may be NULL. */
  void (*searched)(void *arg);
  /* A device answered that is recognised but cannot be polled (a camera), as
   * often as it answers; may be NULL. */
  void (*unsupported)(void *arg, const struct device *device,
                      struct in_addr from);
  void *arg;
};

/* NULL when memory is out. cycle's loop, options, registry and poller are used,
 * once they are set; all pointers must outlive it. */
struct poll_search *poll_search_create(struct poll_cycle *cycle,
                                       struct json *doc,
                                       const struct poll_search_hooks *hooks);
void poll_search_free(struct poll_search *s);

/* Searches, unless that is under way. */
void poll_search_start(struct poll_search *s);

/* Asks for addresses of host names that no device answers under, at times. */
void poll_search_ask_names(struct poll_search *s);
/* Uses the addresses that have come. */
void poll_search_take_names(struct poll_search *s);

/* k went silent: it may have a new address. */
void poll_search_lost(struct poll_search *s, struct poll_device *k);

/* k is to be asked by datagram: it may only sleep, or speak something else by
 * now. */
void poll_search_rouse(struct poll_search *s, struct poll_device *k);

/* Ends a search that is over; called once in each round of the loop. */
void poll_search_run(struct poll_search *s);

#endif
