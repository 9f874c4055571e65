/* SPDX-License-Identifier: MIT */
/* Looking for devices: probes by UDP in several rounds. Answers count while a
 * search is on and when they come from where it was sent; also from single
 * addresses that were asked by name, as long as the owner waits for them. The
 * sender of a datagram is easily forged, so that an answer proves nothing; this
 * only keeps those out who are not even near. Everything belongs to the
 * engine's thread. */
#ifndef POLL_DISCOVERY_DISCOVERY_H
#define POLL_DISCOVERY_DISCOVERY_H

#include "base/json.h"
#include "base/loop.h"
#include "device/discovery/discovery_packet.h"
#include "poll/options/options.h"

struct discovery;

struct discovery_hooks {
  /* Somebody answered; takes the introduction over. */
  void (*met)(void *arg, struct introduction *in,
              const struct sockaddr_in *from);
  /* Whether an answer from there is news (else it is not even read). expected:
   * it may be one to the search that is on. */
  bool (*wanted)(void *arg, struct in_addr from, bool tdp, bool expected);
  /* Each round also asks these one by one: calls discovery_probe(). */
  void (*round)(void *arg);
  void *arg;
};

/* NULL when memory is out. All pointers must outlive it. */
struct discovery *discovery_create(struct loop *loop, struct json *doc,
                                   const struct poll_options *options,
                                   const struct discovery_hooks *hooks);
void discovery_free(struct discovery *s);

/* Begins a search unless one is under way; it ends by itself. Without option
 * Discovery only those that round() names are asked. */
void discovery_start(struct discovery *s);
bool discovery_active(const struct discovery *s);

/* Whether a search has ended since the last call. To be asked once in each
 * round of the loop, so that what follows (devices may be forgotten) never
 * happens from inside whoever began the search. */
bool discovery_take_over(struct discovery *s);

/* Asks one address. */
void discovery_probe(struct discovery *s, struct in_addr address);

#endif
