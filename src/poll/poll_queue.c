/* SPDX-License-Identifier: MIT */
/* Devices that wait: see poll_queue.h. */
#include <config.h>

#include "poll/poll_queue.h"

void poll_queue_add(struct poll_queue *line, struct poll_device *k) {
  k->poll.queue_next = NULL;
  if (line->last != NULL)
    line->last->poll.queue_next = k;
  else
    line->first = k;
  line->last = k;
}

struct poll_device *poll_queue_take(struct poll_queue *line) {
  struct poll_device *k = line->first;

  if (k == NULL)
    return NULL;
  line->first = k->poll.queue_next;
  if (line->first == NULL)
    line->last = NULL;
  return k;
}

void poll_queue_drop(struct poll_queue *line, const struct poll_device *k) {
  struct poll_device *before = NULL;

  for (struct poll_device *at = line->first; at != NULL;
       at = at->poll.queue_next) {
    if (at != k) {
      before = at;
      continue;
    }
    if (before != NULL)
      before->poll.queue_next = at->poll.queue_next;
    else
      line->first = at->poll.queue_next;
    if (line->last == at)
      line->last = before;
    return;
  }
}
