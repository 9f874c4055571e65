/* SPDX-License-Identifier: MIT */
/* Our types: see types.h. */
#include "collectd.h"
#include "plugin.h"

#include "plugin/types.h"

static const struct {
  const char *name;
  int kind;
  double min, max;
} types[] = {
#include <types_table.h>
};

void types_register(void) {
  for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
    data_source_t source = {
        .name = "value",
        .type = types[i].kind,
        .min = types[i].min,
        .max = types[i].max,
    };
    data_set_t set = {.ds_num = 1, .ds = &source};

    snprintf(set.type, sizeof(set.type), "%s", types[i].name);
    plugin_register_data_set(&set); /* copies; says itself what is wrong */
  }
}
