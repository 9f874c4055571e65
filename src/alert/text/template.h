/* SPDX-License-Identifier: MIT */
/* Texts for people as templates: a line of words with %{names} in it, compiled
 * at start by template_compile.h. What the names stand for is in
 * template_variables.h.
 *
 * A compiled template is immutable: render from any thread. */
#ifndef ALERT_TEXT_TEMPLATE_H
#define ALERT_TEXT_TEMPLATE_H

#include "alert/text/escape.h"
#include "base/buf.h"

#include <stdbool.h>

struct template;
struct view;

enum { TEMPLATE_OUTPUT_MAX = 16384 };

/* Appends to out: 0, -ENOMEM, -EMSGSIZE beyond TEMPLATE_OUTPUT_MAX. Values
 * come from what the view shows; what is unset or NaN gives nothing. Values
 * are escaped for target, the template's own words never. */
int template_render(const struct template *t, const struct view *view,
                    enum text_target target, struct buf *out);

/* Whether a %{name} of this name stands in it. */
bool template_mentions(const struct template *t, const char *name);

#endif
