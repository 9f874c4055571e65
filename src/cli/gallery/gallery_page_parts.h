/* SPDX-License-Identifier: MIT */
/* Inside the gallery's pages: what index and device pages share. */
#ifndef CLI_GALLERY_GALLERY_PAGE_PARTS_H
#define CLI_GALLERY_GALLERY_PAGE_PARTS_H

#include "cli/gallery/gallery_page.h"

/* One view as a figure that shows while its span is picked. up leads from the
 * page to the gallery's folder: "" or "../". wide is the view for large
 * screens, or NULL. */
void gallery_part_figure(struct gallery_html *h, const struct graph_view *view,
                         const struct graph_view *wide, const char *up);

/* "61.7 W", or how long a device has been silent; nothing for plugs without a
 * meter. */
void gallery_part_now(struct gallery_html *h, const struct graph_plan *plan,
                      const struct graph_thing *thing);

/* "Power", "Energy per day": for all spans that the figures have. */
void gallery_part_title(struct gallery_html *h, const struct graph_plan *plan,
                        enum graph_kind kind);

/* Watts with as many decimals as are of use. */
void gallery_part_watts(struct gallery_html *h, double watts);

/* A name for people: that of the device, with its host's where there are
 * several. */
void gallery_part_model(struct gallery_html *h,
                        const struct graph_thing *device);

#endif
