/* SPDX-License-Identifier: MIT */
/* Inside the gallery's pages: what index and device pages share. */
#ifndef CLI_GALLERY_GALLERY_PAGE_PARTS_H
#define CLI_GALLERY_GALLERY_PAGE_PARTS_H

#include "cli/gallery/gallery_html.h"
#include "cli/graph/graph_plan.h"

/* collectd may write a device's files an hour after another's. */
enum { GALLERY_GONE_SECONDS = 2 * 3600 };

/* Whether the device is one of old times: renamed, sold, broken. */
bool gallery_part_is_gone(const struct graph_plan *plan,
                          const struct rrd_series *device);

/* One view as a figure that shows while its span is picked. up leads from the
 * page to the gallery's folder: "" or "../". wide is the view for large
 * screens, or NULL. */
void gallery_part_figure(struct gallery_html *h, const struct graph_view *view,
                         const struct graph_view *wide, const char *up);

/* "61.7 W", or how long a device has been silent; nothing for plugs without a
 * meter. */
void gallery_part_now(struct gallery_html *h, const struct graph_plan *plan,
                      const struct rrd_series *series);

/* "Power", "Energy per day": for all spans that the figures have. */
void gallery_part_title(struct gallery_html *h, const struct graph_plan *plan,
                        enum graph_type kind);

/* Watts with as many decimals as are of use. */
void gallery_part_watts(struct gallery_html *h, double watts);

/* A name for people: that of the device, with its host's where there are
 * several. */
void gallery_part_model(struct gallery_html *h,
                        const struct rrd_series *device);

#endif
