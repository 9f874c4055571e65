/* SPDX-License-Identifier: MIT */
/* What every reader of a block needs: see tariff_config_internal.h. */
#include <config.h>

#include "energy/tariff/tariff_config_internal.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tariff_config_warn(struct option_reporter *reporter, const char *format,
                        ...) {
  va_list args;

  va_start(args, format);
  option_say(reporter, format, args);
  va_end(args);
}

void *tariff_config_grow(void *items, size_t num, size_t size,
                         const char *where, struct option_reporter *reporter) {
  void *grown = num < TARIFF_LIST_MAX ? realloc(items, (num + 1) * size) : NULL;

  if (num >= TARIFF_LIST_MAX)
    option_error(reporter, "%s: expects at most %d of its kind, found more",
                 where, TARIFF_LIST_MAX);
  else if (grown == NULL)
    option_error(reporter, "%s: out of memory", where);
  return grown;
}

void tariff_config_name(char out[TARIFF_NAME_SIZE], const char *name) {
  text_clean(name, strlen(name), out, TARIFF_NAME_SIZE);
}
