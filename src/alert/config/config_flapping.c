/* SPDX-License-Identifier: MIT */
/* See config_flapping.h. */
#include <config.h>

#include "alert/config/config_flapping.h"

#include "alert/config/config.h"
#include "alert/config/config_helpers.h"

#include <stddef.h>

#define DAY 86400.0

const struct option flapping_options[] = {
    {.name = "Count",
     .type = OPTION_COUNT,
     .offset = offsetof(struct flapping_config, count),
     .min = 2,
     .max = ALERT_REOPENED_MAX},
    {.name = "Window",
     .type = OPTION_SECONDS,
     .offset = offsetof(struct flapping_config, window),
     .min = 1,
     .max = DAY},
    {.name = NULL}};

void flapping_read(void *target, const struct conf_item *item,
                   struct option_reporter *reporter) {
  struct notify_config *config = target;

  config->flapping = (struct flapping_config){.count = 4, .window = 1800};
  if (!block_is_on(item, "<Plugin notify_kasa>", reporter))
    config->flapping.count = 0;
  (void)options_read(flapping_options, &config->flapping, item, "<Flapping>",
                     reporter);
}
