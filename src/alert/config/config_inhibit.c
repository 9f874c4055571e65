/* SPDX-License-Identifier: MIT */
/* <Inhibit "name"> and <Storm>: see config_inhibit.h. A rule with a mistake is
 * left out as a whole: half of it would hide what it was not meant for. */
#include <config.h>

#include "alert/config/config_inhibit.h"

#include "alert/config/config_helpers.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLUGIN "<Plugin notify_kasa>"
#define DAY 86400.0
#define MEMBER(name) .offset = offsetof(struct inhibit_config, name)

static const struct option side_options[] = {
    MATCHER_OPTIONS(struct inhibit_side, match), {.name = NULL}};

static void read_side(struct inhibit_side *side, const struct conf_item *item,
                      struct option_reporter *reporter) {
  char where[WHERE_SIZE];

  where_of(item, where);
  matchers_clear(&side->match); /* the last of several counts */
  side->broken = block_has_name(item, where, reporter);
  if (options_read(side_options, side, item, where, reporter) > 0 ||
      matchers_compile(&side->match, where, reporter) < 0)
    side->broken = true;
}

static void read_source(void *target, const struct conf_item *item,
                        struct option_reporter *reporter) {
  read_side(&((struct inhibit_config *)target)->source, item, reporter);
}

static void read_target(void *target, const struct conf_item *item,
                        struct option_reporter *reporter) {
  read_side(&((struct inhibit_config *)target)->target, item, reporter);
}

const struct option inhibit_options[] = {
    {.name = "Source",
     .type = OPTION_BLOCK,
     .block = read_source,
     .once = true},
    {.name = "Target",
     .type = OPTION_BLOCK,
     .block = read_target,
     .once = true},
    {.name = "Equal", .type = OPTION_STRINGS, MEMBER(equal_text)},
    {.name = NULL}};

void inhibit_clear(struct inhibit_config *inhibit) {
  matchers_clear(&inhibit->source.match);
  matchers_clear(&inhibit->target.match);
  option_strings_free(&inhibit->equal_text);
  free(inhibit->name);
}

static bool read_equal(struct inhibit_config *inhibit, const char *where,
                       struct option_reporter *reporter) {
  for (size_t i = 0; i < inhibit->equal_text.count; i++) {
    const char *name = inhibit->equal_text.items[i];
    size_t offset = alert_field_offset(name);

    if (offset == FIELD_UNKNOWN || inhibit->equal_num == INHIBIT_EQUAL_MAX) {
      option_error(reporter,
                   "%s: option Equal expects host, plugin, plugin_instance, "
                   "type, type_instance or device, found \"%.40s\"",
                   where, name);
      return false;
    }
    inhibit->equal[inhibit->equal_num++] = offset;
  }
  return true;
}

void inhibit_read(void *target, const struct conf_item *item,
                  struct option_reporter *reporter) {
  struct notify_config *config = target;
  const char *name = option_block_name(item, PLUGIN, reporter);
  struct inhibit_config inhibit = {0};
  struct inhibit_config *slot = NULL;
  char where[WHERE_SIZE];
  bool broken;

  if (name == NULL)
    return;
  where_of(item, where);
  broken = options_read(inhibit_options, &inhibit, item, where, reporter) > 0;
  broken = !read_equal(&inhibit, where, reporter) || broken ||
           inhibit.source.broken || inhibit.target.broken;
  if (!broken && !matchers_any(&inhibit.source.match)) {
    option_error(reporter,
                 "%s: a <Source> block that says which alert explains the "
                 "rest is missing",
                 where);
    broken = true;
  }
  inhibit.name = clean_name(name);
  if (broken)
    option_error(reporter, "%s: the rule is left out", where);
  else if (inhibit.name != NULL)
    slot = array_grow(&config->inhibits, &config->inhibits_num, sizeof(*slot));
  if (slot != NULL)
    *slot = inhibit;
  else
    inhibit_clear(&inhibit);
}

/* -- <Storm> ----------------------------------------------------------------
 */

const struct option storm_options[] = {
    {.name = "Threshold",
     .type = OPTION_COUNT,
     .offset = offsetof(struct storm_config, threshold),
     .min = 2,
     .max = 10000},
    {.name = "Window",
     .type = OPTION_SECONDS,
     .offset = offsetof(struct storm_config, window),
     .min = 1,
     .max = DAY},
    {.name = NULL}};

void storm_read(void *target, const struct conf_item *item,
                struct option_reporter *reporter) {
  struct notify_config *config = target;

  config->storm = (struct storm_config){.threshold = 5, .window = 60};
  if (!block_is_on(item, PLUGIN, reporter))
    config->storm.threshold = 0;
  (void)options_read(storm_options, &config->storm, item, "<Storm>", reporter);
}
