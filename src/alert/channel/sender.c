/* SPDX-License-Identifier: MIT */
/* Finding a kind of channel by name: see sender.h. */
#include <config.h>

#include "alert/channel/sender.h"

#include "base/text.h"

const struct sender *sender_find(const char *name) {
  for (const struct sender *const *s = senders; *s != NULL; s++)
    if (text_same((*s)->name, name))
      return *s;
  return NULL;
}

const struct sender *sender_find_line(const char *line_name) {
  for (const struct sender *const *s = senders; *s != NULL; s++)
    if ((*s)->line_name != NULL && text_same((*s)->line_name, line_name))
      return *s;
  return NULL;
}
