/* A line of devices that wait for their turn, linked through queue_next. A
 * device stands in one line at most. */
#ifndef POLL_LINE_H
#define POLL_LINE_H

#include "poll/known.h"

struct line {
  struct known *first, *last;
};

void line_add(struct line *line, struct known *k);
/* NULL when nobody waits. */
struct known *line_take(struct line *line);
/* Nothing happens when k does not stand in it. */
void line_drop(struct line *line, const struct known *k);

#endif
