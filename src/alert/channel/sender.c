/* SPDX-License-Identifier: MIT */
/* Finding a type of channel by name: see sender.h. */
#include <config.h>

#include "alert/channel/sender.h"

#include "alert/channel/channel_types.h"
#include "base/text.h"

const struct sender *sender_find(const char *name) {
  for (const struct channel_type *t = channel_types; t->name != NULL; t++)
    if (text_same(t->name, name))
      return t->sender;
  return NULL;
}

const struct sender *sender_find_line(const char *line_name) {
  for (const struct channel_type *t = channel_types; t->name != NULL; t++)
    if (t->sender != NULL && t->sender->line_name != NULL &&
        text_same(t->sender->line_name, line_name))
      return t->sender;
  return NULL;
}
