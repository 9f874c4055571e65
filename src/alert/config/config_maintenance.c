/* SPDX-License-Identifier: MIT */
/* <Maintenance "name">: see config_maintenance.h. One with a mistake is left
 * out as a whole: half a matcher would silence what it was not meant for. */
#include <config.h>

#include "alert/config/config_maintenance.h"

#include "alert/config/config_helpers.h"

#include <stdlib.h>
#include <string.h>

#define PLUGIN "<Plugin notify_kasa>"
#define MEMBER(name) .offset = offsetof(struct maintenance_config, name)

const struct option maintenance_options[] = {
    {.name = "Days", .type = OPTION_STRINGS, MEMBER(when.days_text)},
    {.name = "Time", .type = OPTION_STRINGS, MEMBER(when.times_text)},
    MATCHER_OPTIONS(struct maintenance_config, match),
    {.hints = time_window_hints}};

void maintenance_clear(struct maintenance_config *m) {
  matchers_clear(&m->match);
  time_window_clear(&m->when);
  free(m->name);
}

void maintenance_read(void *target, const struct conf_item *item,
                      struct option_reporter *reporter) {
  struct notify_config *config = target;
  const char *name = option_block_name(item, PLUGIN, reporter);
  struct maintenance_config m = {0};
  struct maintenance_config *slot = NULL;
  char where[WHERE_SIZE];
  bool broken;

  if (name == NULL)
    return;
  where_of(item, where);
  broken = options_read(maintenance_options, &m, item, where, reporter) > 0;
  broken = matchers_compile(&m.match, where, reporter) < 0 || broken;
  broken = time_window_compile(&m.when, where, reporter) < 0 || broken;
  if (!broken && m.when.ranges_num == 0 && m.when.days_text.count == 0) {
    option_error(reporter, "%s: option Time or Days is missing", where);
    broken = true;
  }
  m.name = clean_name(name);
  if (broken)
    option_error(reporter, "%s: the maintenance is left out", where);
  else if (m.name != NULL)
    slot = array_grow(&config->maintenances, &config->maintenances_num,
                      sizeof(*slot));
  if (slot != NULL)
    *slot = m;
  else
    maintenance_clear(&m);
}
