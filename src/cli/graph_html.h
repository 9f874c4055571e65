/* HTML for the gallery: text made harmless, the frame around each page.
 * Pure functions. */
#ifndef CLI_GRAPH_HTML_H
#define CLI_GRAPH_HTML_H

#include "base/buf.h"
#include "cli/graph_kinds.h"

#include <stdbool.h>

/* A page that grows. After an error nothing more is added. */
struct graph_html {
  struct buf text;
  int err; /* -ENOMEM, -EMSGSIZE */
};

void graph_html_init(struct graph_html *h);
void graph_html_free(struct graph_html *h);

/* Markup as it stands. */
void graph_html_add(struct graph_html *h, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Text of strangers, as text or inside a quoted attribute. */
void graph_html_text(struct graph_html *h, const char *text);

/* "25 Nov 2026, 20:55" in local time. */
void graph_html_time(struct graph_html *h, time_t when);

/* Everything before and after <main>, with tabs for the spans. title is text,
 * head markup between the title's bar and the tabs. */
void graph_html_begin(struct graph_html *h, const char *title, const char *head,
                      const bool spans[GRAPH_SPANS]);
void graph_html_end(struct graph_html *h, time_t now);

#endif
