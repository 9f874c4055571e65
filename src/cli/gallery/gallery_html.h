/* SPDX-License-Identifier: MIT */
/* HTML for the gallery: text made harmless, the frame around each page.
 * Pure functions. */
#ifndef CLI_GALLERY_GALLERY_HTML_H
#define CLI_GALLERY_GALLERY_HTML_H

#include "base/buf.h"
#include "cli/graph/graph_types.h"

#include <stdbool.h>

/* A page that grows. After an error nothing more is added. */
struct gallery_html {
  struct buf text;
  int err; /* -ENOMEM, -EMSGSIZE */
};

void gallery_html_init(struct gallery_html *h);
void gallery_html_free(struct gallery_html *h);

/* Markup as it stands. */
void gallery_html_add(struct gallery_html *h, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Text of strangers, as text or inside a quoted attribute. */
void gallery_html_text(struct gallery_html *h, const char *text);

/* "25 Nov 2026, 20:55" in local time. */
void gallery_html_time(struct gallery_html *h, time_t when);

/* Everything before and after <main>, with tabs for the spans. title is text,
 * head markup between the title's bar and the tabs. */
void gallery_html_begin(struct gallery_html *h, const char *title,
                        const char *head, const bool spans[GRAPH_SPANS]);
void gallery_html_end(struct gallery_html *h, time_t now);

#endif
