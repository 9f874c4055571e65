/* The pages of a gallery: index.html, and one for each device. One thread. */
#ifndef CLI_GRAPH_PAGE_H
#define CLI_GRAPH_PAGE_H

#include "cli/graph_html.h"
#include "cli/graph_plan.h"

enum { GRAPH_PAGE_NAME_SIZE = GRAPH_NAME_SIZE, GRAPH_FLAWS_SHOWN = 100 };

/* Files that could not be read, as lines for people. */
struct graph_flaws {
  char **lines;
  size_t num;  /* that are kept */
  size_t more; /* that are not */
};

/* The file name of a device's page, below GRAPH_PAGES. */
void graph_page_name(const struct graph_thing *device,
                     char out[GRAPH_PAGE_NAME_SIZE]);

/* Whole pages; h->err says whether they are. */
void graph_page_index(struct graph_html *h, const struct graph_plan *plan,
                      const struct graph_flaws *flaws);
void graph_page_device(struct graph_html *h, const struct graph_plan *plan,
                       const struct graph_thing *device);

/* Whether the device is one of old times: renamed, sold, broken. */
bool graph_page_is_gone(const struct graph_plan *plan,
                        const struct graph_thing *device);

#endif
