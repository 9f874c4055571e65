/* SPDX-License-Identifier: MIT */
/* The page of one device with its plugs: see gallery_page_device.h. */
#include <config.h>

#include "cli/gallery/gallery_page_device.h"

#include "cli/gallery/gallery_page_parts.h"
#include "cli/graph/graph_colour.h"
#include "cli/graph/graph_output.h"

/* All kinds of pictures of a device or plug, beside each other. */
static void add_kinds(struct gallery_html *h, const struct graph_plan *plan,
                      const struct rrd_series *series) {
  const struct graph_view *views = plan->views + series->views;

  gallery_html_add(h, "<div class=\"grid\">\n");
  for (size_t i = 0; i < series->views_num; i++) {
    bool first = i == 0 || views[i].kind != views[i - 1].kind;
    bool last =
        i + 1 == series->views_num || views[i].kind != views[i + 1].kind;

    if (first) {
      gallery_html_add(h, "<article class=\"card\"><div class=\"top\"><h3>");
      gallery_part_title(h, plan, views[i].kind);
      gallery_html_add(h, "</h3></div>\n");
    }
    gallery_part_figure(h, &views[i], NULL, "../");
    if (last)
      gallery_html_add(h, "</article>\n");
  }
  gallery_html_add(h, "</div>\n");
}

static void add_plug(struct gallery_html *h, const struct graph_plan *plan,
                     const struct rrd_series *plug) {
  gallery_html_add(h, "<section data-name=\"");
  gallery_html_text(h, plug->label);
  gallery_html_add(h,
                   "\"><h2><span class=\"dot\" style=\"background:%s\"></span>",
                   graph_colour(plug->colour, GRAPH_LIGHT));
  gallery_html_text(h, plug->label);
  gallery_html_add(h, " <span class=\"soft\">");
  gallery_part_now(h, plan, plug);
  gallery_html_add(h, "</span></h2>\n");
  add_kinds(h, plan, plug);
  gallery_html_add(h, "</section>\n");
}

static void add_fact(struct gallery_html *h, const struct rrd_series *device,
                     const char *member, const char *word) {
  char text[128];

  rrd_info(device, member, text, sizeof(text));
  if (text[0] == '\0')
    return;
  gallery_html_add(h, "%s", word);
  gallery_html_text(h, text);
}

static void add_head(struct gallery_html *h, const struct graph_plan *plan,
                     const struct rrd_series *device) {
  gallery_html_add(h,
                   "<p><a href=\"../" GRAPH_INDEX "\">All devices</a></p><h1>");
  gallery_html_text(h, device->label);
  gallery_html_add(h, "</h1><p class=\"soft\"><span class=\"now\">");
  gallery_part_now(h, plan, device);
  gallery_html_add(h, "</span> ");
  gallery_html_text(h, device->host);
  add_fact(h, device, "model", " \u00b7 ");
  add_fact(h, device, "ip", " \u00b7 ");
  add_fact(h, device, "mac", " \u00b7 ");
  gallery_html_add(h, "</p>");
}

void gallery_page_device(struct gallery_html *h, const struct graph_plan *plan,
                         const struct rrd_series *device) {
  struct gallery_html head;

  gallery_html_init(&head);
  add_head(&head, plan, device);
  gallery_html_begin(h, device->label, head.err == 0 ? head.text.data : "",
                     plan->spans);
  h->err = h->err < 0 ? h->err : head.err;
  gallery_html_free(&head);
  add_kinds(h, plan, device);
  for (size_t i = 0; i < device->plugs_num; i++)
    add_plug(h, plan, &device->plugs[i]);
  gallery_html_end(h, plan->now);
}
