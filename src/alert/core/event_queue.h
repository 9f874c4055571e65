/* SPDX-License-Identifier: MIT */
/* Where the daemon's threads leave their notifications for the engine: a
 * bounded queue of copies.
 *
 * Address space for all of it is taken at creation, memory only as far as it is
 * used: slots are reused last in, first out, and event_queue_relax() gives back
 * what a burst has touched. event_queue_put() takes a lock that is only ever
 * held for copying one event or for exchanging pointers (no I/O, no allocation,
 * no callback under it), so it never waits for more than some microseconds.
 * Full: the newest event of the same series is replaced by the new one, else
 * the new one is refused; both are counted. */
#ifndef ALERT_CORE_EVENT_QUEUE_H
#define ALERT_CORE_EVENT_QUEUE_H

#include "alert/model/event.h"

#include <stddef.h>
#include <stdint.h>

struct event_queue;

struct event_queue_counts {
  uint64_t taken;     /* accepted */
  uint64_t coalesced; /* replaced an older one while full */
  uint64_t lost;      /* refused while full */
  size_t waiting;
};

/* NULL when memory is out. */
struct event_queue *event_queue_new(size_t capacity);
void event_queue_free(struct event_queue *ring);

/* Any thread. 0, or -ENOBUFS when it was refused. */
int event_queue_put(struct event_queue *ring, const struct event *event);

/* One reader: moves up to max events to out, oldest first; how many. */
size_t event_queue_take(struct event_queue *ring, struct event *out,
                        size_t max);

/* The reader, when it has time: gives memory back that a burst has used, if
 * the queue is empty by now. Writers do not wait for it. */
void event_queue_relax(struct event_queue *ring);

void event_queue_count(struct event_queue *ring,
                       struct event_queue_counts *out);

#endif
