/* SPDX-License-Identifier: MIT */
/* The page of one device in a gallery. One thread. */
#ifndef CLI_GALLERY_GALLERY_PAGE_DEVICE_H
#define CLI_GALLERY_GALLERY_PAGE_DEVICE_H

#include "cli/gallery/gallery_html.h"
#include "cli/graph/graph_plan.h"

/* The whole page; h->err says whether it is. */
void gallery_page_device(struct gallery_html *h, const struct graph_plan *plan,
                         const struct rrd_series *device);

#endif
