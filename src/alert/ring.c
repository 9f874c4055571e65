/* The bounded queue between the daemon and the engine: see ring.h. */
#include <config.h>

#include "alert/ring.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct ring {
  pthread_mutex_t lock; /* guards everything below */
  struct event *pool;
  uint32_t *order;  /* circular: pool indices, oldest first */
  uint32_t *spare;  /* stack of free pool indices: the hottest memory first */
  uint64_t *hashes; /* by position in order */
  size_t capacity;
  size_t head;
  size_t count;
  struct ring_counts counts;
};

struct ring *ring_new(size_t capacity) {
  struct ring *ring = calloc(1, sizeof(*ring));

  if (ring == NULL)
    return NULL;
  pthread_mutex_init(&ring->lock, NULL);
  ring->capacity = capacity;
  ring->pool = calloc(capacity, sizeof(*ring->pool));
  ring->order = calloc(capacity, sizeof(*ring->order));
  ring->spare = calloc(capacity, sizeof(*ring->spare));
  ring->hashes = calloc(capacity, sizeof(*ring->hashes));
  if (ring->pool == NULL || ring->order == NULL || ring->spare == NULL ||
      ring->hashes == NULL) {
    ring_free(ring);
    return NULL;
  }
  for (size_t i = 0; i < capacity; i++)
    ring->spare[i] = (uint32_t)(capacity - 1 - i);
  return ring;
}

void ring_free(struct ring *ring) {
  if (ring == NULL)
    return;
  pthread_mutex_destroy(&ring->lock);
  free(ring->pool);
  free(ring->order);
  free(ring->spare);
  free(ring->hashes);
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

static size_t place(const struct ring *ring, size_t i) {
  return (ring->head + i) % ring->capacity;
}

int ring_put(struct ring *ring, const struct event *event) {
  uint64_t hash = series_hash(event);
  int result = -ENOBUFS;

  pthread_mutex_lock(&ring->lock);
  if (ring->count < ring->capacity) {
    size_t at = place(ring, ring->count);
    uint32_t slot = ring->spare[ring->capacity - ring->count - 1];

    ring->pool[slot] = *event;
    ring->order[at] = slot;
    ring->hashes[at] = hash;
    result = ring->count == 0 ? 1 : 0;
    ring->count++;
    ring->counts.taken++;
  } else {
    for (size_t i = 0; i < ring->count && result < 0; i++)
      if (ring->hashes[place(ring, i)] == hash) {
        ring->pool[ring->order[place(ring, i)]] = *event;
        ring->counts.coalesced++;
        result = 0;
      }
    if (result < 0)
      ring->counts.lost++;
  }
  pthread_mutex_unlock(&ring->lock);
  return result;
}

size_t ring_take(struct ring *ring, struct event *out, size_t max) {
  size_t n = 0;

  pthread_mutex_lock(&ring->lock);
  while (n < max && ring->count > 0) {
    uint32_t slot = ring->order[ring->head];

    out[n++] = ring->pool[slot];
    ring->head = (ring->head + 1) % ring->capacity;
    ring->spare[ring->capacity - ring->count] = slot;
    ring->count--;
  }
  pthread_mutex_unlock(&ring->lock);
  return n;
}

void ring_count(struct ring *ring, struct ring_counts *out) {
  pthread_mutex_lock(&ring->lock);
  *out = ring->counts;
  out->waiting = ring->count;
  pthread_mutex_unlock(&ring->lock);
}
