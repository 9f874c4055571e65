/* The page of one device with its plugs: see graph_page.h. */
#include <config.h>

#include "cli/graph_page.h"

#include "cli/graph_colour.h"
#include "cli/graph_page_parts.h"
#include "cli/graph_shelf.h"

/* All kinds of pictures of a device or plug, beside each other. */
static void add_kinds(struct graph_html *h, const struct graph_plan *plan,
                      const struct graph_thing *thing) {
  const struct graph_view *views = plan->views + thing->views;

  graph_html_add(h, "<div class=\"grid\">\n");
  for (size_t i = 0; i < thing->views_num; i++) {
    bool first = i == 0 || views[i].kind != views[i - 1].kind;
    bool last = i + 1 == thing->views_num || views[i].kind != views[i + 1].kind;

    if (first) {
      graph_html_add(h, "<article class=\"card\"><div class=\"top\"><h3>");
      graph_part_title(h, plan, views[i].kind);
      graph_html_add(h, "</h3></div>\n");
    }
    graph_part_figure(h, &views[i], NULL, "../");
    if (last)
      graph_html_add(h, "</article>\n");
  }
  graph_html_add(h, "</div>\n");
}

static void add_plug(struct graph_html *h, const struct graph_plan *plan,
                     const struct graph_thing *plug) {
  graph_html_add(h, "<section data-name=\"");
  graph_html_text(h, plug->label);
  graph_html_add(h,
                 "\"><h2><span class=\"dot\" style=\"background:%s\"></span>",
                 graph_colour(plug->colour, GRAPH_LIGHT));
  graph_html_text(h, plug->label);
  graph_html_add(h, " <span class=\"soft\">");
  graph_part_now(h, plan, plug);
  graph_html_add(h, "</span></h2>\n");
  add_kinds(h, plan, plug);
  graph_html_add(h, "</section>\n");
}

static void add_fact(struct graph_html *h, const struct graph_thing *device,
                     const char *member, const char *word) {
  char text[128];

  graph_info(device, member, text, sizeof(text));
  if (text[0] == '\0')
    return;
  graph_html_add(h, "%s", word);
  graph_html_text(h, text);
}

static void add_head(struct graph_html *h, const struct graph_plan *plan,
                     const struct graph_thing *device) {
  graph_html_add(h,
                 "<p><a href=\"../" GRAPH_INDEX "\">All devices</a></p><h1>");
  graph_html_text(h, device->label);
  graph_html_add(h, "</h1><p class=\"soft\"><span class=\"now\">");
  graph_part_now(h, plan, device);
  graph_html_add(h, "</span> ");
  graph_html_text(h, device->host);
  add_fact(h, device, "model", " \u00b7 ");
  add_fact(h, device, "ip", " \u00b7 ");
  add_fact(h, device, "mac", " \u00b7 ");
  graph_html_add(h, "</p>");
}

void graph_page_device(struct graph_html *h, const struct graph_plan *plan,
                       const struct graph_thing *device) {
  struct graph_html head;

  graph_html_init(&head);
  add_head(&head, plan, device);
  graph_html_begin(h, device->label, head.err == 0 ? head.text.data : "",
                   plan->spans);
  h->err = h->err < 0 ? h->err : head.err;
  graph_html_free(&head);
  add_kinds(h, plan, device);
  for (size_t i = 0; i < device->plugs_num; i++)
    add_plug(h, plan, &device->plugs[i]);
  graph_html_end(h, plan->now);
}
