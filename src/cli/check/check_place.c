/* SPDX-License-Identifier: MIT */
/* See check_place.h. */
#include <config.h>

#include "cli/check/check_place.h"

#include <stdarg.h>
#include <stdio.h>

void check_tell(const struct check_place *place, const struct conf_item *item,
                const char *format, ...) {
  char where[512];
  char text[512];
  va_list args;

  va_start(args, format);
  vsnprintf(text, sizeof(text), format, args);
  va_end(args);
  snprintf(where, sizeof(where), "%.480s:%u", place->path, item->line);
  place->problem(place->arg, where, text);
}
