/* Devices that wait: see line.h. */
#include <config.h>

#include "poll/line.h"

void line_add(struct line *line, struct known *k) {
  k->queue_next = NULL;
  if (line->last != NULL)
    line->last->queue_next = k;
  else
    line->first = k;
  line->last = k;
}

struct known *line_take(struct line *line) {
  struct known *k = line->first;

  if (k == NULL)
    return NULL;
  line->first = k->queue_next;
  if (line->first == NULL)
    line->last = NULL;
  return k;
}

void line_drop(struct line *line, const struct known *k) {
  struct known *before = NULL;

  for (struct known *at = line->first; at != NULL; at = at->queue_next) {
    if (at != k) {
      before = at;
      continue;
    }
    if (before != NULL)
      before->queue_next = at->queue_next;
    else
      line->first = at->queue_next;
    if (line->last == at)
      line->last = before;
    return;
  }
}
