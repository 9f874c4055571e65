/* SPDX-License-Identifier: MIT */
/* Puts a gallery that has been drawn in its place. One thread. */
#ifndef CLI_GALLERY_GALLERY_PUBLISH_H
#define CLI_GALLERY_GALLERY_PUBLISH_H

#include "cli/gallery/gallery_page.h"
#include "cli/graph/graph_output.h"
#include "cli/graph/graph_plan.h"

/* Moves the pictures, then writes the pages, index.html last: until then the
 * old one shows the old pictures. What neither needs any more is removed. 0 or
 * -errno; output->why may say more. */
int graph_publish(struct graph_output *output, const struct graph_plan *plan,
                  const struct graph_flaws *flaws);

#endif
