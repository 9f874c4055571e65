/* SPDX-License-Identifier: MIT */
/* A gallery goes to its place: see gallery_publish.h. */
#include <config.h>

#include "cli/gallery/gallery_publish.h"

#include "cli/gallery/gallery_page_device.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int put_pictures(struct graph_output *output,
                        const struct graph_plan *plan) {
  int err = 0;

  for (size_t i = 0; i < plan->views_num; i++) {
    const struct graph_view *view = &plan->views[i];

    for (unsigned t = 0; t < GRAPH_THEMES && err == 0; t++)
      if (view->state == GRAPH_DRAWN && !view->kept[t])
        err = graph_output_put(output, view->names[t], plan->now);
  }
  return err;
}

static int put_index(struct graph_output *output, const struct graph_plan *plan,
                     const struct graph_flaws *flaws) {
  struct gallery_html page;
  int err;

  gallery_html_init(&page);
  gallery_page_index(&page, plan, flaws);
  err = page.err < 0 ? page.err
                     : graph_output_write(output, GRAPH_INDEX, &page.text);
  gallery_html_free(&page);
  return err;
}

static int put_device(struct graph_output *output,
                      const struct graph_plan *plan,
                      const struct rrd_series *device) {
  char name[GRAPH_PAGE_NAME_SIZE];
  char path[GRAPH_PAGE_NAME_SIZE + 16];
  struct gallery_html page;
  int err;

  gallery_page_name(device, name);
  snprintf(path, sizeof(path), GRAPH_PAGES "/%s", name);
  gallery_html_init(&page);
  gallery_page_device(&page, plan, device);
  err = page.err < 0 ? page.err : graph_output_write(output, path, &page.text);
  gallery_html_free(&page);
  return err;
}

static int put_devices(struct graph_output *output,
                       const struct graph_plan *plan) {
  int err = 0;

  for (size_t h = 0; h < plan->tree->hosts_num; h++) {
    const struct rrd_host *host = &plan->tree->hosts[h];

    for (size_t i = 0; i < host->devices_num && err == 0; i++)
      err = put_device(output, plan, &host->devices[i]);
  }
  return err;
}

/* -- what is of no use any more -- */

struct names {
  char (*names)[GRAPH_NAME_SIZE];
  size_t num;
};

static int by_text(const void *a, const void *b) { return strcmp(a, b); }

static bool is_among(const void *arg, const char *name) {
  const struct names *names = arg;

  return bsearch(name, names->names, names->num, GRAPH_NAME_SIZE, by_text) !=
         NULL;
}

static void sweep(struct graph_output *output, const char *place,
                  struct names *names) {
  qsort(names->names, names->num, GRAPH_NAME_SIZE, by_text);
  graph_output_sweep(output, place, is_among, names);
  free(names->names);
}

static void sweep_pictures(struct graph_output *output,
                           const struct graph_plan *plan) {
  struct names used = {
      calloc(plan->views_num * GRAPH_THEMES + 1, GRAPH_NAME_SIZE), 0};

  for (size_t i = 0; used.names != NULL && i < plan->views_num; i++)
    for (unsigned t = 0; t < GRAPH_THEMES; t++)
      if (plan->views[i].state == GRAPH_DRAWN)
        strcpy(used.names[used.num++], plan->views[i].names[t]);
  if (used.names != NULL)
    sweep(output, GRAPH_PICTURES, &used);
}

static void sweep_pages(struct graph_output *output,
                        const struct graph_plan *plan) {
  const struct rrd_tree *tree = plan->tree;
  struct names used = {calloc(tree->series_num + 1, GRAPH_NAME_SIZE), 0};

  for (size_t h = 0; used.names != NULL && h < tree->hosts_num; h++)
    for (size_t i = 0; i < tree->hosts[h].devices_num; i++)
      gallery_page_name(&tree->hosts[h].devices[i], used.names[used.num++]);
  if (used.names != NULL)
    sweep(output, GRAPH_PAGES, &used);
}

int graph_publish(struct graph_output *output, const struct graph_plan *plan,
                  const struct graph_flaws *flaws) {
  int err = graph_output_prepare(output);

  if (err == 0)
    err = put_pictures(output, plan);
  if (err == 0)
    err = put_devices(output, plan);
  if (err == 0)
    err = put_index(output, plan, flaws);
  if (err < 0)
    return err;
  sweep_pictures(output, plan);
  sweep_pages(output, plan);
  return 0;
}
