/* Inside the gallery's pages: what index and device pages share. */
#ifndef CLI_GRAPH_PAGE_PARTS_H
#define CLI_GRAPH_PAGE_PARTS_H

#include "cli/graph_page.h"

/* One view as a figure that shows while its span is picked. up leads from the
 * page to the gallery's folder: "" or "../". wide is the view for large
 * screens, or NULL. */
void graph_part_figure(struct graph_html *h, const struct graph_view *view,
                       const struct graph_view *wide, const char *up);

/* "61.7 W", or how long a device has been silent; nothing for plugs without a
 * meter. */
void graph_part_now(struct graph_html *h, const struct graph_plan *plan,
                    const struct graph_thing *thing);

/* "Power", "Energy per day": for all spans that the figures have. */
void graph_part_title(struct graph_html *h, const struct graph_plan *plan,
                      enum graph_kind kind);

/* Watts with as many decimals as are of use. */
void graph_part_watts(struct graph_html *h, double watts);

/* A name for people: that of the device, with its host's where there are
 * several. */
void graph_part_model(struct graph_html *h, const struct graph_thing *device);

#endif
