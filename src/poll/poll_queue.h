/* SPDX-License-Identifier: MIT */
/* A line of devices that wait for their turn, linked through queue_next. A
 * device stands in one line at most. */
#ifndef POLL_POLL_QUEUE_H
#define POLL_POLL_QUEUE_H

#include "poll/registry/poll_device.h"

struct poll_queue {
  struct poll_device *first, *last;
};

void poll_queue_add(struct poll_queue *line, struct poll_device *k);
/* NULL when nobody waits. */
struct poll_device *poll_queue_take(struct poll_queue *line);
/* Nothing happens when k does not stand in it. */
void poll_queue_drop(struct poll_queue *line, const struct poll_device *k);

#endif
