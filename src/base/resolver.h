/* SPDX-License-Identifier: MIT */
/* Host names to addresses without making the loop wait: one detached thread
 * asks the system, however long that takes; nobody joins it, so stopping never
 * waits for a name server. */
#ifndef BASE_RESOLVER_H
#define BASE_RESOLVER_H

#include "base/loop.h"

#include <netinet/in.h>
#include <stdbool.h>

struct resolver;

/* loop is woken when an answer is there. NULL when memory is out. */
struct resolver *resolver_create(struct loop *loop);
/* Must not be called after loop_free(). */
void resolver_free(struct resolver *r);

/* Asks for a name's IPv4 address unless that is under way or queued; at most
 * 64 wait. */
void resolver_ask(struct resolver *r, const char *name);

/* The next answer: false when there is none. found is false for names the
 * system does not know. */
bool resolver_take(struct resolver *r, char name[256], bool *found,
                   struct in_addr *address);

#endif
