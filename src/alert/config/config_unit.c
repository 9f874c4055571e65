/* SPDX-License-Identifier: MIT */
/* <Unit "type">: see config_unit.h. */
#include <config.h>

#include "alert/config/config_unit.h"

#include "alert/config/config_helpers.h"

#include <stdlib.h>
#include <string.h>

const struct option unit_options[] = {
    {.name = "Symbol",
     .type = OPTION_STRING,
     .offset = offsetof(struct type_unit, unit)},
    {.name = NULL}};

void unit_read(void *target, const struct conf_item *item,
               struct option_reporter *reporter) {
  struct notify_config *config = target;
  struct type_unit unit = {NULL, NULL};
  struct type_unit *slot;
  char where[WHERE_SIZE];
  const char *type;

  where_of(item, where);
  if (two_strings(item)) { /* Unit "type" "symbol" */
    type = item->values[0].string;
    unit.unit = strdup(item->values[1].string);
  } else {
    type = option_block_name(item, "<Plugin notify_kasa>", reporter);
    if (type == NULL)
      return;
    (void)options_read(unit_options, &unit, item, where, reporter);
    if (unit.unit == NULL)
      option_error(reporter, "%s: needs Symbol", where);
  }
  if (unit.unit == NULL)
    return;
  unit.type = strdup(type);
  slot = unit.type != NULL ? array_grow(&config->style.units,
                                        &config->style.units_num, sizeof(*slot))
                           : NULL;
  if (slot != NULL) {
    *slot = unit;
  } else {
    free(unit.type);
    free(unit.unit);
  }
}
