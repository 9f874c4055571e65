/* Puts a gallery that has been drawn in its place. One thread. */
#ifndef CLI_GRAPH_PUBLISH_H
#define CLI_GRAPH_PUBLISH_H

#include "cli/graph_page.h"
#include "cli/graph_plan.h"
#include "cli/graph_shelf.h"

/* Moves the pictures, then writes the pages, index.html last: until then the
 * old one shows the old pictures. What neither needs any more is removed. 0 or
 * -errno; shelf->why may say more. */
int graph_publish(struct graph_shelf *shelf, const struct graph_plan *plan,
                  const struct graph_flaws *flaws);

#endif
