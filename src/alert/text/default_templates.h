/* SPDX-License-Identifier: MIT */
/* Default titles and texts (ALERTING.md C.3); message_texts() of template.h is
 * the way in for everybody else. */
#ifndef ALERT_TEXT_DEFAULT_TEMPLATES_H
#define ALERT_TEXT_DEFAULT_TEMPLATES_H

#include "alert/text/template.h"
#include "alert/text/template_variables.h"
#include "base/buf.h"

/* Title and body for what the view shows, for plain text, without what a
 * route's own Title and Text would change: 0, -ENOMEM, -EMSGSIZE. */
int default_texts(const struct view *view, struct buf *title, struct buf *body);

/* message_texts() for a text about several alerts or about members; those in
 * view are borrowed for the call. */
int view_texts(const struct view *view, enum text_target target,
               struct buf *title, struct buf *body);

/* template_render() for such a text. */
int template_render_view(const struct template *t, const struct view *view,
                         enum text_target target, struct buf *out);

#endif
