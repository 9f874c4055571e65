/* SPDX-License-Identifier: MIT */
/* The first page of a gallery, index.html. One thread. */
#ifndef CLI_GALLERY_GALLERY_PAGE_H
#define CLI_GALLERY_GALLERY_PAGE_H

#include "cli/gallery/gallery_html.h"
#include "cli/graph/graph_plan.h"

enum { GRAPH_PAGE_NAME_SIZE = GRAPH_NAME_SIZE, GRAPH_FLAWS_SHOWN = 100 };

/* Files that could not be read, as lines for people. */
struct graph_flaws {
  char **lines;
  size_t num;  /* that are kept */
  size_t more; /* that are not */
};

/* The file name of a device's page, below GRAPH_PAGES. */
void gallery_page_name(const struct rrd_series *device,
                       char out[GRAPH_PAGE_NAME_SIZE]);

/* The whole page; h->err says whether it is. */
void gallery_page_index(struct gallery_html *h, const struct graph_plan *plan,
                        const struct graph_flaws *flaws);

#endif
