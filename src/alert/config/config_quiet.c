/* SPDX-License-Identifier: MIT */
/* <QuietHours "name">: see config_quiet.h. */
#include <config.h>

#include "alert/config/config_quiet.h"

#include "alert/channel/sender.h"
#include "alert/config/config_helpers.h"
#include "alert/config/config_reference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLUGIN "<Plugin notify_kasa>"
#define MEMBER(name) .offset = offsetof(struct quiet_config, name)

static const char *const actions[] = {"hold", "soften", "drop", NULL};

const struct option quiet_options[] = {
    {.name = "Days", .type = OPTION_STRINGS, MEMBER(when.days_text)},
    {.name = "Time", .type = OPTION_STRINGS, MEMBER(when.times_text)},
    {.name = "Only", .type = OPTION_BOOL, MEMBER(only)},
    {.name = "Action",
     .type = OPTION_CHOICE,
     MEMBER(action),
     .choices = actions},
    {.name = "PassLevel",
     .type = OPTION_CHOICE,
     MEMBER(pass_level),
     .choices = level_names},
    {.hints = time_window_hints}};

void quiet_clear(struct quiet_config *quiet) {
  time_window_clear(&quiet->when);
  free(quiet->name);
}

static bool is_taken(const struct notify_config *config, const char *name) {
  for (size_t i = 0; i < config->quiet_hours_num; i++)
    if (strcmp(config->quiet_hours[i].name, name) == 0)
      return true;
  return false;
}

void quiet_read(void *target, const struct conf_item *item,
                struct option_reporter *reporter) {
  struct notify_config *config = target;
  const char *name = option_block_name(item, PLUGIN, reporter);
  struct quiet_config quiet = {.pass_level = LEVEL_CRITICAL};
  struct quiet_config *slot = NULL;
  char where[WHERE_SIZE];
  bool broken;

  if (name == NULL)
    return;
  where_of(item, where);
  broken = options_read(quiet_options, &quiet, item, where, reporter) > 0;
  broken = time_window_compile(&quiet.when, where, reporter) < 0 || broken;
  if (!broken && quiet.when.ranges_num == 0 &&
      quiet.when.days_text.count == 0) {
    option_error(reporter, "%s: option Time or Days is missing", where);
    broken = true;
  }
  quiet.name = clean_name(name);
  if (quiet.name != NULL && is_taken(config, quiet.name)) {
    option_error(reporter, "%s: there are quiet hours of that name already",
                 where);
    broken = true;
  }
  if (broken) /* better heard at night than never */
    option_error(reporter, "%s: the hours are left out", where);
  else if (quiet.name != NULL)
    slot = array_grow(&config->quiet_hours, &config->quiet_hours_num,
                      sizeof(*slot));
  if (slot != NULL)
    *slot = quiet;
  else
    quiet_clear(&quiet);
}

static int index_of(const struct notify_config *config, const char *name,
                    const char *where, struct option_reporter *reporter) {
  struct reference r = {.where = where,
                        .option = "QuietHours",
                        .expects = "the name of a <QuietHours> block",
                        .wanted = name};

  if (name == NULL)
    return -1;
  for (size_t i = 0; i < config->quiet_hours_num; i++) {
    if (is_named(config->quiet_hours[i].name, name))
      return (int)i;
    reference_try(&r, config->quiet_hours[i].name);
  }
  reference_unknown(&r, reporter);
  return -1;
}

void quiet_finish(struct notify_config *config,
                  struct option_reporter *reporter) {
  char where[WHERE_SIZE];

  for (size_t i = 0; i < config->routes_num; i++) {
    struct route_config *r = &config->routes[i];

    reporter->line = r->line;
    snprintf(where, sizeof(where), "<Route \"%.64s\">", r->words.name);
    r->quiet = index_of(config, r->quiet_name, where, reporter);
  }
  for (size_t i = 0; i < config->channels_num; i++) {
    struct channel_config *c = &config->channels[i];

    reporter->line = c->line;
    snprintf(where, sizeof(where), "<Channel %s \"%.64s\">", c->sender->name,
             c->name);
    c->quiet = index_of(config, c->quiet_name, where, reporter);
  }
  reporter->line = 0;
}
