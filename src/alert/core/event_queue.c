/* SPDX-License-Identifier: MIT */
/* The bounded queue between the daemon and the engine: see event_queue.h. */
#include <config.h>

#include "alert/core/event_queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
  BUCKETS = 16384,
  TOUCHED_MAX = 512, /* slots that may stay in memory between bursts: 1 MiB */
};

/* Events are counted from 1 on, for ever: number n lies at place n % capacity
 * until it is taken. */
struct event_queue {
  pthread_mutex_t lock; /* guards everything below */
  struct event *pool;
  uint32_t *slots; /* by place: index into pool */
  uint32_t *spare; /* stack of free pool indices: the hottest memory first */
  uint64_t *hashes;
  uint64_t *older;  /* by place: the event before it in its bucket */
  uint64_t *newest; /* by bucket: its last event; may have been taken since */
  size_t capacity;
  uint64_t first; /* the oldest event that waits */
  size_t count;
  size_t touched; /* highest count since the pool was fresh */
  struct event_queue_counts counts;
};

/* Untouched pages of a block this large cost nothing. */
static struct event *pool_new(size_t capacity) {
  return calloc(capacity, sizeof(struct event));
}

struct event_queue *event_queue_new(size_t capacity) {
  struct event_queue *ring = calloc(1, sizeof(*ring));

  if (ring == NULL)
    return NULL;
  pthread_mutex_init(&ring->lock, NULL);
  ring->capacity = capacity;
  ring->first = 1;
  ring->pool = pool_new(capacity);
  ring->slots = calloc(capacity, sizeof(*ring->slots));
  ring->spare = calloc(capacity, sizeof(*ring->spare));
  ring->hashes = calloc(capacity, sizeof(*ring->hashes));
  ring->older = calloc(capacity, sizeof(*ring->older));
  ring->newest = calloc(BUCKETS, sizeof(*ring->newest));
  if (ring->pool == NULL || ring->slots == NULL || ring->spare == NULL ||
      ring->hashes == NULL || ring->older == NULL || ring->newest == NULL) {
    event_queue_free(ring);
    return NULL;
  }
  for (size_t i = 0; i < capacity; i++)
    ring->spare[i] = (uint32_t)(capacity - 1 - i);
  return ring;
}

void event_queue_free(struct event_queue *ring) {
  if (ring == NULL)
    return;
  pthread_mutex_destroy(&ring->lock);
  free(ring->pool);
  free(ring->slots);
  free(ring->spare);
  free(ring->hashes);
  free(ring->older);
  free(ring->newest);
  free(ring);
}

/* FNV-1a over the names: only to find events of one series quickly. */
static uint64_t series_hash(const struct event *event) {
  const char *const names[] = {
      event->host, event->plugin,        event->plugin_instance,
      event->type, event->type_instance, event->key};
  uint64_t hash = 0xcbf29ce484222325u;

  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    for (size_t j = 0; j < ALERT_NAME_SIZE && names[i][j] != '\0'; j++)
      hash = (hash ^ (unsigned char)names[i][j]) * 0x100000001b3u;
    hash = (hash ^ 0xff) * 0x100000001b3u;
  }
  return hash;
}

static size_t place(const struct event_queue *ring, uint64_t number) {
  return (size_t)(number % ring->capacity);
}

static void append(struct event_queue *ring, const struct event *event,
                   uint64_t hash) {
  uint64_t number = ring->first + ring->count;
  size_t at = place(ring, number);
  uint32_t slot = ring->spare[ring->capacity - ring->count - 1];

  ring->pool[slot] = *event;
  ring->slots[at] = slot;
  ring->hashes[at] = hash;
  ring->older[at] = ring->newest[hash % BUCKETS];
  ring->newest[hash % BUCKETS] = number;
  ring->count++;
  if (ring->count > ring->touched)
    ring->touched = ring->count;
}

/* The newest waiting event of this series, 0 = none: replacing an older one
 * would leave a recovery behind the alarm that came after it. */
static uint64_t find(const struct event_queue *ring, uint64_t hash) {
  uint64_t number = ring->newest[hash % BUCKETS];

  while (number >= ring->first && ring->hashes[place(ring, number)] != hash)
    number = ring->older[place(ring, number)];
  return number >= ring->first ? number : 0;
}

int event_queue_put(struct event_queue *ring, const struct event *event) {
  uint64_t hash = series_hash(event);
  uint64_t number;
  int result = 0;

  pthread_mutex_lock(&ring->lock);
  if (ring->count < ring->capacity) {
    append(ring, event, hash);
    ring->counts.taken++;
  } else if ((number = find(ring, hash)) != 0) {
    ring->pool[ring->slots[place(ring, number)]] = *event;
    ring->counts.coalesced++;
  } else {
    result = -ENOBUFS;
    ring->counts.lost++;
  }
  pthread_mutex_unlock(&ring->lock);
  return result;
}

size_t event_queue_take(struct event_queue *ring, struct event *out,
                        size_t max) {
  size_t n = 0;

  pthread_mutex_lock(&ring->lock);
  while (n < max && ring->count > 0) {
    uint32_t slot = ring->slots[place(ring, ring->first)];

    out[n++] = ring->pool[slot];
    ring->first++;
    ring->spare[ring->capacity - ring->count] = slot;
    ring->count--;
  }
  pthread_mutex_unlock(&ring->lock);
  return n;
}

void event_queue_relax(struct event_queue *ring) {
  struct event *other = NULL;
  bool worth_it;

  pthread_mutex_lock(&ring->lock);
  worth_it = ring->count == 0 && ring->touched > TOUCHED_MAX;
  pthread_mutex_unlock(&ring->lock);
  if (worth_it)
    other = pool_new(ring->capacity);
  if (other == NULL)
    return;
  pthread_mutex_lock(&ring->lock);
  if (ring->count == 0) {
    struct event *used = ring->pool;

    ring->pool = other;
    ring->touched = 0;
    other = used;
  }
  pthread_mutex_unlock(&ring->lock);
  free(other);
}

void event_queue_count(struct event_queue *ring,
                       struct event_queue_counts *out) {
  pthread_mutex_lock(&ring->lock);
  *out = ring->counts;
  out->waiting = ring->count;
  pthread_mutex_unlock(&ring->lock);
}
