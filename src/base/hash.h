/* SPDX-License-Identifier: MIT */
/* An intrusive hash table: nodes are members of their owners' structs, the
 * owner compares keys itself. One thread at a time. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct hash_node {
  struct hash_node *next;
  struct hash_node **link; /* what points at it: leaving costs no search */
  uint64_t hash;
};

struct hash {
  struct hash_node **buckets;
  size_t mask;
  size_t count;
  uint64_t seed; /* strangers choose the keys: no fixed collisions */
};

/* 0 or -ENOMEM. */
int hash_init(struct hash *h);
void hash_free(struct hash *h); /* the nodes stay their owners' */

uint64_t hash_of(const struct hash *h, const void *bytes, size_t len);

/* Never fails: a table that cannot grow only gets slower. */
void hash_add(struct hash *h, struct hash_node *node, uint64_t hash);
void hash_remove(struct hash *h, struct hash_node *node);

/* All nodes with this hash: start with hash_first(), go on with hash_next(). */
struct hash_node *hash_first(const struct hash *h, uint64_t hash);
struct hash_node *hash_next(const struct hash_node *node);

#define HASH_OWNER(node, type, member)                                         \
  ((type *)(void *)((char *)(node)-offsetof(type, member)))

#endif
