/* SPDX-License-Identifier: MIT */
/* The hash table: see hash.h. */
#include <config.h>

#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

/* On average, before it grows. */
enum { NODES_PER_BUCKET = 2 };

int hash_init(struct hash *h) {
  h->mask = 63;
  h->count = 0;
  h->seed = 0x9e3779b97f4a7c15U;
  h->buckets = calloc(h->mask + 1, sizeof(*h->buckets));
  if (h->buckets == NULL)
    return -ENOMEM;
  /* Without randomness the table is only easier to slow down. */
  if (getrandom(&h->seed, sizeof(h->seed), GRND_NONBLOCK) < 0)
    h->seed ^= (uint64_t)(uintptr_t)h->buckets;
  return 0;
}

void hash_free(struct hash *h) {
  free(h->buckets);
  *h = (struct hash){0};
}

uint64_t hash_of(const struct hash *h, const void *bytes, size_t len) {
  const unsigned char *p = bytes;
  uint64_t x = h->seed;

  for (size_t i = 0; i < len; i++) {
    x = (x ^ p[i]) * 0x100000001b3U;
    x ^= x >> 29;
  }
  x = (x ^ x >> 32) * 0xd6e8feb86659fd93U;
  return x ^ x >> 32;
}

static void link_in(struct hash_node **bucket, struct hash_node *node) {
  node->next = *bucket;
  node->link = bucket;
  if (node->next != NULL)
    node->next->link = &node->next;
  *bucket = node;
}

static void grow(struct hash *h) {
  size_t mask = h->mask * 2 + 1;
  struct hash_node **buckets = calloc(mask + 1, sizeof(*buckets));

  if (buckets == NULL)
    return;
  for (size_t i = 0; i <= h->mask; i++) {
    struct hash_node *node = h->buckets[i];

    while (node != NULL) {
      struct hash_node *next = node->next;

      link_in(&buckets[node->hash & mask], node);
      node = next;
    }
  }
  free(h->buckets);
  h->buckets = buckets;
  h->mask = mask;
}

void hash_add(struct hash *h, struct hash_node *node, uint64_t hash) {
  if (h->count / NODES_PER_BUCKET > h->mask)
    grow(h);
  node->hash = hash;
  link_in(&h->buckets[hash & h->mask], node);
  h->count++;
}

void hash_remove(struct hash *h, struct hash_node *node) {
  if (node->link == NULL)
    return;
  *node->link = node->next;
  if (node->next != NULL)
    node->next->link = node->link;
  node->link = NULL;
  h->count--;
}

static struct hash_node *matching(struct hash_node *node, uint64_t hash) {
  while (node != NULL && node->hash != hash)
    node = node->next;
  return node;
}

struct hash_node *hash_first(const struct hash *h, uint64_t hash) {
  return matching(h->buckets[hash & h->mask], hash);
}

struct hash_node *hash_next(const struct hash_node *node) {
  return matching(node->next, node->hash);
}
