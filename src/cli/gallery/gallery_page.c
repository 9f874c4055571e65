/* SPDX-License-Identifier: MIT */
/* index.html: see gallery_page.h. */
#include <config.h>

#include "cli/gallery/gallery_page.h"

#include "base/text.h"
#include "cli/gallery/gallery_page_parts.h"
#include "cli/graph/graph_colour.h"
#include "cli/graph/graph_output.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void gallery_page_name(const struct rrd_series *device,
                       char out[GRAPH_PAGE_NAME_SIZE]) {
  uint64_t hash = graph_hash(graph_hash(0, device->host), device->name);
  char slug[33];

  graph_slug(device->label, slug, sizeof(slug));
  snprintf(out, GRAPH_PAGE_NAME_SIZE, "%s%s%016" PRIx64 ".html", slug, "-",
           hash);
}

/* -- devices -- */

/* The picture that stands for a device: its power, else whether it answers,
 * else whatever there is. */
static enum graph_type face_of(const struct graph_plan *plan,
                               const struct rrd_series *device) {
  const struct graph_view *views = plan->views + device->views;

  for (size_t i = 0; i < device->views_num; i++)
    if (views[i].kind == GRAPH_POWER)
      return GRAPH_POWER;
  for (size_t i = 0; i < device->views_num; i++)
    if (views[i].kind == GRAPH_RESPONSE)
      return GRAPH_RESPONSE;
  return device->views_num > 0 ? views[0].kind : GRAPH_POWER;
}

static void add_card(struct gallery_html *h, const struct graph_plan *plan,
                     const struct rrd_series *device) {
  const struct graph_view *views = plan->views + device->views;
  enum graph_type face = face_of(plan, device);
  char page[GRAPH_PAGE_NAME_SIZE];

  gallery_page_name(device, page);
  gallery_html_add(h, "<article class=\"card\" data-name=\"");
  gallery_html_text(h, device->label);
  gallery_html_add(
      h, "\"><div class=\"top\"><div><h3><a href=\"" GRAPH_PAGES "/%s\">",
      page);
  gallery_html_text(h, device->label);
  gallery_html_add(h, "</a></h3><span class=\"soft\">");
  gallery_part_model(h, device);
  if (device->plugs_num > 0)
    gallery_html_add(h, "%s%zu plug%s", device->info.text != NULL ? ", " : "",
                     device->plugs_num, device->plugs_num == 1 ? "" : "s");
  if (face != GRAPH_POWER)
    gallery_html_add(h, "%s%s", device->info.text != NULL ? ", " : "",
                     graph_types[face].title);
  gallery_html_add(h, "</span></div><span class=\"now\">");
  gallery_part_now(h, plan, device);
  gallery_html_add(h, "</span></div>\n");
  for (size_t i = 0; i < device->views_num; i++)
    if (views[i].kind == face)
      gallery_part_figure(h, &views[i], NULL, "");
  gallery_html_add(h, "</article>\n");
}

enum group { SINGLE, STRIPS, GONE, GROUPS };

static const char *const group_titles[GROUPS] = {"Devices", "Strips",
                                                 "Not seen lately"};

static enum group group_of(const struct graph_plan *plan,
                           const struct rrd_series *device) {
  /* one that never answered, of which collectd goes on saying so, is here */
  if (gallery_part_is_gone(plan, device))
    return GONE;
  return device->plugs_num > 0 ? STRIPS : SINGLE;
}

static void add_group(struct gallery_html *h, const struct graph_plan *plan,
                      const struct rrd_host *host, enum group group) {
  bool any = false;

  for (size_t i = 0; i < host->devices_num; i++) {
    const struct rrd_series *device = &host->devices[i];

    if (group_of(plan, device) != group)
      continue;
    if (!any) {
      gallery_html_add(h, "<h2>");
      if (plan->tree->hosts_num > 1) {
        gallery_html_text(h, host->label);
        gallery_html_add(h, ": ");
      }
      gallery_html_add(h, "%s</h2>\n<div class=\"grid\">\n",
                       group_titles[group]);
    }
    any = true;
    add_card(h, plan, device);
  }
  if (any)
    gallery_html_add(h, "</div>\n");
}

/* -- all devices together -- */

/* Whether a card among the views of all devices is of that sort. */
static bool is_card(const struct graph_view *view, enum graph_type kind,
                    bool stacked) {
  return view->form == GRAPH_CARD && view->kind == kind &&
         view->stacked == stacked;
}

static void add_overview_card(struct gallery_html *h,
                              const struct graph_plan *plan,
                              enum graph_type kind, bool stacked) {
  bool any = false;

  for (size_t i = plan->total_views; i + 1 < plan->views_num; i++) {
    const struct graph_view *view = &plan->views[i];

    if (!is_card(view, kind, stacked))
      continue;
    if (!any) {
      gallery_html_add(h, "<article class=\"card\"><div class=\"top\"><h3>");
      gallery_part_title(h, plan, kind);
      gallery_html_add(h, "%s</h3></div>\n", stacked ? " by device" : "");
    }
    any = true;
    gallery_part_figure(h, view, view + 1, "");
  }
  if (any)
    gallery_html_add(h, "</article>\n");
}

static void add_overview(struct gallery_html *h,
                         const struct graph_plan *plan) {
  if (plan->total_views == plan->views_num)
    return;
  gallery_html_add(h, "<h2>All devices</h2>\n<div class=\"grid pair\">\n");
  add_overview_card(h, plan, GRAPH_POWER, false);
  add_overview_card(h, plan, GRAPH_ENERGY, false);
  gallery_html_add(h, "</div>\n");
  add_overview_card(h, plan, GRAPH_POWER, true);
}

/* -- the numbers at the top -- */

struct sums {
  double watts;
  double kwh_today;
  size_t devices;
  size_t up;
  bool metered;
  bool counted;
};

static void sum_host(const struct graph_plan *plan, const struct rrd_host *host,
                     struct sums *sums) {
  time_t days[GRAPH_BARS_MAX + 1];

  graph_edges(GRAPH_WEEK, plan->now, days);
  for (size_t i = 0; i < host->devices_num; i++) {
    const struct rrd_series *device = &host->devices[i];
    const struct rrd_file *power = &device->files[RRD_POWER];
    const struct rrd_file *today = &device->files[RRD_KWH_TODAY];
    const struct rrd_file *up = &device->files[RRD_UP];
    bool away = up->good && up->value == 0;

    if (group_of(plan, device) == GONE)
      continue;
    sums->devices++;
    sums->up += !away;
    if (!away && power->good && isfinite(power->value)) {
      sums->watts += power->value;
      sums->metered = true;
    }
    if (today->good && isfinite(today->value) &&
        today->last >= days[graph_spans[GRAPH_WEEK].bars - 1]) {
      sums->kwh_today += today->value;
      sums->counted = true;
    }
  }
}

static void add_tiles(struct gallery_html *h, const struct graph_plan *plan) {
  struct sums sums = {0};

  for (size_t i = 0; i < plan->tree->hosts_num; i++)
    sum_host(plan, &plan->tree->hosts[i], &sums);
  gallery_html_add(h, "<div class=\"tiles\">\n");
  if (sums.metered) {
    gallery_html_add(h, "<div class=\"tile\"><b>");
    gallery_part_watts(h, sums.watts);
    gallery_html_add(h, "</b><span class=\"soft\">now</span></div>\n");
  }
  if (sums.counted)
    gallery_html_add(h,
                     "<div class=\"tile\"><b>%.2f kWh</b>"
                     "<span class=\"soft\">today</span></div>\n",
                     sums.kwh_today);
  gallery_html_add(h,
                   "<div class=\"tile\"><b>%zu of %zu</b>"
                   "<span class=\"soft\">answering</span></div>\n</div>\n",
                   sums.up, sums.devices);
}

/* -- the whole -- */

static void add_flaws(struct gallery_html *h, const struct graph_flaws *flaws) {
  if (flaws->num == 0)
    return;
  gallery_html_add(h,
                   "<h2>Files</h2>\n<details><summary>%zu could not be read "
                   "or look wrong</summary>\n<ul>\n",
                   flaws->num + flaws->more);
  for (size_t i = 0; i < flaws->num; i++) {
    gallery_html_add(h, "<li>");
    gallery_html_text(h, flaws->lines[i]);
    gallery_html_add(h, "</li>\n");
  }
  if (flaws->more > 0)
    gallery_html_add(h, "<li>and %zu more</li>\n", flaws->more);
  gallery_html_add(h, "</ul></details>\n");
}

static void add_head(struct gallery_html *h, const struct graph_plan *plan,
                     const char *title) {
  time_t newest = plan->newest;

  gallery_html_add(h, "<h1>");
  gallery_html_text(h, title);
  gallery_html_add(h, "</h1><p class=\"%s\">",
                   newest + GALLERY_GONE_SECONDS < plan->now ? "bad" : "soft");
  if (newest > 0) {
    gallery_html_add(h, "Last values of ");
    gallery_html_time(h, newest);
  } else {
    gallery_html_add(h, "No values yet");
  }
  gallery_html_add(h, "</p>");
}

void gallery_page_index(struct gallery_html *h, const struct graph_plan *plan,
                        const struct graph_flaws *flaws) {
  const struct rrd_tree *tree = plan->tree;
  char title[300] = "Power";
  struct gallery_html head;

  if (tree->hosts_num == 1)
    snprintf(title, sizeof(title), "Power on %s", tree->hosts[0].label);
  else
    snprintf(title, sizeof(title), "Power on %zu hosts", tree->hosts_num);
  gallery_html_init(&head);
  add_head(&head, plan, title);
  gallery_html_begin(h, title, head.err == 0 ? head.text.data : "",
                     plan->spans);
  h->err = h->err < 0 ? h->err : head.err;
  gallery_html_free(&head);
  add_tiles(h, plan);
  add_overview(h, plan);
  for (size_t i = 0; i < tree->hosts_num; i++)
    for (int group = 0; group < GROUPS; group++)
      add_group(h, plan, &tree->hosts[i], (enum group)group);
  add_flaws(h, flaws);
  gallery_html_end(h, plan->now);
}
