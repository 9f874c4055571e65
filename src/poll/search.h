/* Looking for devices: probes by UDP in several rounds, answers whenever they
 * come, also between searches. Everything belongs to the engine's thread. */
#ifndef POLL_SEARCH_H
#define POLL_SEARCH_H

#include "base/json.h"
#include "base/loop.h"
#include "device/discover.h"
#include "poll/options.h"

struct search;

struct search_hooks {
  /* Somebody answered; takes the introduction over. */
  void (*met)(void *arg, struct introduction *in,
              const struct sockaddr_in *from);
  /* Whether an answer from there is news (else it is not even read). */
  bool (*wanted)(void *arg, struct in_addr from, bool tdp);
  /* Each round also asks these one by one: calls search_probe(). */
  void (*round)(void *arg);
  void (*over)(void *arg);
  void *arg;
};

/* NULL when memory is out. All pointers must outlive it. */
struct search *search_create(struct loop *loop, struct json *doc,
                             const struct poll_options *options,
                             const struct search_hooks *hooks);
void search_free(struct search *s);

/* Begins a search unless one is under way. It ends by itself with over().
 * Without option Discovery only those that round() names are asked. */
void search_start(struct search *s);
bool search_active(const struct search *s);

/* Asks one address. */
void search_probe(struct search *s, struct in_addr address);

#endif
