/* SPDX-License-Identifier: MIT */
/* Default titles and texts: one row per occasion and kind of value. */
#ifndef ALERT_TEXT_DEFAULT_TEMPLATES_H
#define ALERT_TEXT_DEFAULT_TEMPLATES_H

#include "alert/text/escape.h"
#include "alert/text/template_variables.h"
#include "base/buf.h"

/* Title and body for what the view shows, without what a route's own words
 * would change; either may be NULL. 0, -ENOMEM, -EMSGSIZE. Any thread. */
int default_texts(const struct view *view, enum text_target target,
                  struct buf *title, struct buf *body);

#endif
