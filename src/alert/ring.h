/* Where the daemon's threads leave their notifications for the engine: a
 * bounded queue of copies.
 *
 * All memory is taken at creation. ring_put() takes a lock that is only ever
 * held for copying one event (no I/O, no allocation, no callback under it), so
 * it never waits for more than some microseconds. Full: an older event of the
 * same series is replaced by the newer one, else the new one is refused; both
 * are counted. */
#ifndef ALERT_RING_H
#define ALERT_RING_H

#include "alert/event.h"

#include <stddef.h>
#include <stdint.h>

struct ring;

struct ring_counts {
  uint64_t taken;     /* accepted */
  uint64_t coalesced; /* replaced an older one while full */
  uint64_t lost;      /* refused while full */
  size_t waiting;
};

/* NULL when memory is out. */
struct ring *ring_new(size_t capacity);
void ring_free(struct ring *ring);

/* Any thread. 1 when the queue was empty before (wake the reader), 0, or
 * -ENOBUFS when it was refused. */
int ring_put(struct ring *ring, const struct event *event);

/* One reader: moves up to max events to out, oldest first; how many. */
size_t ring_take(struct ring *ring, struct event *out, size_t max);

void ring_count(struct ring *ring, struct ring_counts *out);

#endif
