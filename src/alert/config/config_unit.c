/* SPDX-License-Identifier: MIT */
/* <Unit "type">: see config_unit.h. */
#include <config.h>

#include "alert/config/config_unit.h"

#include "alert/config/config_helpers.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

const struct option unit_options[] = {
    {.name = "Symbol",
     .type = OPTION_STRING,
     .offset = offsetof(struct type_unit, unit)},
    {.name = NULL}};

static bool has_unit(const struct notify_config *config, const char *type) {
  for (size_t i = 0; i < config->style.units_num; i++)
    if (strcmp(config->style.units[i].type, type) == 0)
      return true;
  return false;
}

void unit_read(void *target, const struct conf_item *item,
               struct option_reporter *reporter) {
  struct notify_config *config = target;
  struct type_unit unit = {NULL, NULL};
  struct type_unit *slot;
  char where[WHERE_SIZE];
  const char *type;

  where_of(item, where);
  if (item->values_num > 0 && item->values[0].kind == CONF_STRING &&
      has_unit(config, item->values[0].string)) {
    option_error(reporter, "%s: this type has a unit already", where);
    return;
  }
  if (two_strings(item)) { /* Unit "type" "symbol" */
    type = item->values[0].string;
    unit.unit = strdup(item->values[1].string);
  } else {
    type = option_block_name(item, "<Plugin notify_kasa>", reporter);
    if (type == NULL)
      return;
    (void)options_read(unit_options, &unit, item, where, reporter);
    if (unit.unit == NULL)
      option_error(reporter, "%s: option Symbol is missing", where);
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
