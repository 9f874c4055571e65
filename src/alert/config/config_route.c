/* SPDX-License-Identifier: MIT */
/* <Route "name">: which alert goes where, and how. A route with a mistake is
 * left out as a whole: half a matcher would take what it was not meant for. */
#include <config.h>

#include "alert/config/config_route.h"

#include "alert/config/config_channel.h"
#include "alert/config/config_group.h"
#include "alert/config/config_helpers.h"
#include "alert/config/config_reference.h"
#include "alert/config/route.h"
#include "alert/text/template_compile.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLUGIN "<Plugin notify_kasa>"
#define DAY 86400.0

struct route_reading {
  struct route_config route;
  const char *where;
  bool broken;
};

static void read_repeat(void *target, const struct conf_item *item,
                        struct option_reporter *reporter) {
  struct route_reading *reading = target;

  if (repeat_read(reading->route.repeat, item, reading->where, reporter) < 0)
    reading->broken = true;
}

static void read_new_text(void *target, const struct conf_item *item,
                          struct option_reporter *reporter) {
  struct route_reading *reading = target;
  double *pause = &reading->route.new_text_interval;
  const struct conf_value *value = item->values;

  if (item->values_num == 1 && value->kind == CONF_STRING &&
      text_same(value->string, "never")) {
    *pause = SECONDS_NEVER;
    return;
  }
  if (item->values_num == 1 && item->children_num == 0 &&
      seconds_of(value, pause) == 0 && *pause >= 1 && *pause <= DAY)
    return;
  option_unexpected(item, reading->where, "never, or a time from 1s to 1d",
                    reporter);
  reading->broken = true;
}

static void read_title(void *target, const struct conf_item *item,
                       struct option_reporter *reporter) {
  struct route_reading *reading = target;

  if (template_read(&reading->route.words.title, item, reading->where,
                    reporter) < 0)
    reading->broken = true;
}

static void read_text(void *target, const struct conf_item *item,
                      struct option_reporter *reporter) {
  struct route_reading *reading = target;

  if (template_read(&reading->route.words.text, item, reading->where,
                    reporter) < 0)
    reading->broken = true;
}

static void read_recovery_title(void *target, const struct conf_item *item,
                                struct option_reporter *reporter) {
  struct route_reading *reading = target;

  if (template_read(&reading->route.words.recovery_title, item, reading->where,
                    reporter) < 0)
    reading->broken = true;
}

static void read_recovery_text(void *target, const struct conf_item *item,
                               struct option_reporter *reporter) {
  struct route_reading *reading = target;

  if (template_read(&reading->route.words.recovery_text, item, reading->where,
                    reporter) < 0)
    reading->broken = true;
}

#define MEMBER(name) .offset = offsetof(struct route_reading, route.name)
#define STRINGS(text, member)                                                  \
  { .name = (text), .type = OPTION_STRINGS, MEMBER(member) }

#define CHANNEL "say Channel, with the name of a channel"

static const struct option_hint route_hints[] = {
    {"Name", "say Device"},
    {"Alias", "say Device"},
    {"Match", "say Device, Host, Plugin, Type, TypeInstance or Class"},
    {"Plug", "say TypeInstance, with Plugin \"kasa_plug\""},
    {"Outlet", "say TypeInstance, with Plugin \"kasa_plug\""},
    {"Notify", CHANNEL},
    {"Recipient", CHANNEL},
    {"Receiver", CHANNEL},
    {"To", CHANNEL},
    {"Email", CHANNEL},
    {"Mail", CHANNEL},
    {"Send", CHANNEL},
    {"Subject", "say Title"},
    {"Body", "say Text"},
    {"Priority", "say Level"},
    {"After", "say For"},
    {"Delay", "say For"},
    {"Every", "say Repeat"},
    {"Reminder", "say Repeat"},
    {"Time", "say QuietHours, with the name of a <QuietHours> block"},
    {"Hours", "say QuietHours, with the name of a <QuietHours> block"},
    {"Days", "say QuietHours, with the name of a <QuietHours> block"},
    {0},
};

const struct option route_options[] = {
    MATCHER_OPTIONS(struct route_reading, route.match),
    STRINGS("Channel", channel_names),
    {.name = "Level",
     .type = OPTION_CHOICE,
     MEMBER(level),
     .choices = level_names + LEVEL_INFO},
    {.name = "For", .type = OPTION_SECONDS, MEMBER(for_s), .max = 30 * DAY},
    {.name = "RecoverAfter",
     .type = OPTION_SECONDS,
     MEMBER(recover_after),
     .max = DAY},
    {.name = "Repeat", .type = OPTION_BLOCK, .block = read_repeat},
    {.name = "NewTextInterval",
     .type = OPTION_BLOCK,
     .block = read_new_text,
     .once = true},
    {.name = "Continue", .type = OPTION_BOOL, MEMBER(go_on)},
    {.name = "Title", .type = OPTION_BLOCK, .block = read_title, .once = true},
    {.name = "Text", .type = OPTION_BLOCK, .block = read_text, .once = true},
    {.name = "RecoveryTitle",
     .type = OPTION_BLOCK,
     .block = read_recovery_title,
     .once = true},
    {.name = "RecoveryText",
     .type = OPTION_BLOCK,
     .block = read_recovery_text,
     .once = true},
    STRINGS("GroupBy", group.by),
    {.name = "GroupWait",
     .type = OPTION_SECONDS,
     MEMBER(group.wait),
     .max = 3600},
    {.name = "GroupInterval",
     .type = OPTION_SECONDS,
     MEMBER(group.interval),
     .max = DAY},
    {.name = "QuietHours", .type = OPTION_STRING, MEMBER(quiet_name)},
    {.name = "Escalation", .type = OPTION_STRING, MEMBER(escalation_name)},
    {.hints = route_hints}};

void route_clear(struct route_config *route) {
  matchers_clear(&route->match);
  option_strings_free(&route->channel_names);
  option_strings_free(&route->group.by);
  free(route->channels);
  free(route->quiet_name);
  free(route->escalation_name);
  template_free(route->words.title);
  template_free(route->words.text);
  template_free(route->words.recovery_title);
  template_free(route->words.recovery_text);
  free(route->words.name);
}

static void route_defaults(struct route_config *route) {
  *route = (struct route_config){.level = -1,
                                 .quiet = -1,
                                 .escalation = -1,
                                 .group = GROUP_DEFAULTS,
                                 .recover_after = SECONDS_UNSET,
                                 .new_text_interval = SECONDS_UNSET};
  for (int l = 0; l < LEVEL_COUNT; l++)
    route->repeat[l] = SECONDS_UNSET;
}

static bool is_taken(const struct notify_config *config, const char *name) {
  for (size_t i = 0; i < config->routes_num; i++)
    if (strcmp(config->routes[i].words.name, name) == 0)
      return true;
  return false;
}

/* What an alert owes to a route is kept by its name: a second one of the same
 * name, or of the same first 64 bytes, gets a number. */
static char *unique_name(const struct notify_config *config, const char *name) {
  char *clean = clean_name(name);
  char other[65];

  if (clean == NULL || !is_taken(config, clean))
    return clean;
  for (unsigned n = 2; n <= config->routes_num + 2; n++) {
    snprintf(other, sizeof(other), "%.*s (%u)", (int)text_cut(clean, 56), clean,
             n);
    if (!is_taken(config, other))
      break;
  }
  free(clean);
  return strdup(other);
}

void route_read(void *target, const struct conf_item *item,
                struct option_reporter *reporter) {
  struct notify_config *config = target;
  struct route_reading reading = {.broken = false};
  struct route_config *slot = NULL;
  char where[WHERE_SIZE];
  const char *name = option_block_name(item, PLUGIN, reporter);

  if (name == NULL)
    return;
  where_of(item, where);
  reading.where = where;
  route_defaults(&reading.route);
  reading.route.level = -1 - LEVEL_INFO; /* choices begin at info */
  if (options_read(route_options, &reading, item, where, reporter) > 0)
    reading.broken = true;
  reading.route.level += LEVEL_INFO;
  if (matchers_compile(&reading.route.match, where, reporter) < 0 ||
      group_finish(&reading.route.group, where, reporter) < 0)
    reading.broken = true;
  reading.route.line = item->line;
  reading.route.words.name = unique_name(config, name);
  if (reading.broken)
    option_error(reporter, "%s: the route is left out", where);
  else if (reading.route.words.name != NULL)
    slot = array_grow(&config->routes, &config->routes_num, sizeof(*slot));
  if (slot != NULL)
    *slot = reading.route;
  else
    route_clear(&reading.route);
}

/* -- after the last block ---------------------------------------------------
 */

static int add_channel(struct route_config *route, int index) {
  int *slot;

  for (size_t i = 0; i < route->channels_num; i++)
    if (route->channels[i] == index)
      return 0;
  slot = array_grow(&route->channels, &route->channels_num, sizeof(*slot));
  if (slot == NULL)
    return -ENOMEM;
  *slot = index;
  return 0;
}

static void all_channels(const struct notify_config *config,
                         struct route_config *route) {
  for (size_t i = 0; i < config->channels_num; i++)
    (void)add_channel(route, (int)i);
}

/* Channels of kinds that this version lacks were complained about already. */
static bool is_absent(const struct notify_config *config, const char *name) {
  for (size_t i = 0; i < config->absent.count; i++)
    if (strcmp(config->absent.items[i], name) == 0)
      return true;
  return false;
}

static void unknown_channel(const struct notify_config *config,
                            const char *where, const char *name,
                            struct option_reporter *reporter) {
  struct reference r = {.where = where,
                        .option = "Channel",
                        .expects = "the name of a channel",
                        .wanted = name};

  reference_try_channels(&r, config, -1);
  reference_unknown(&r, reporter);
}

static void resolve_channels(struct notify_config *config,
                             struct route_config *route,
                             struct option_reporter *reporter) {
  char where[WHERE_SIZE];

  snprintf(where, sizeof(where), "<Route \"%.64s\">", route->words.name);
  for (size_t i = 0; i < route->channel_names.count; i++) {
    const char *name = route->channel_names.items[i];
    int index = channel_index(config, name);

    if (index >= 0)
      (void)add_channel(route, index);
    else if (!is_absent(config, name))
      unknown_channel(config, where, name, reporter);
  }
  if (route->channels_num > 0)
    return;
  /* better the wrong telephone than none */
  if (route->channel_names.count > 0)
    option_error(reporter,
                 "%s: none of its channels exists; it goes to every channel",
                 where);
  all_channels(config, route);
}

/* A missing device has neither, unless each of its readings is an alert. */
static void check_class(const struct notify_config *config,
                        const struct route_config *route,
                        struct option_reporter *reporter) {
  const struct alert_matchers *m = &route->match;

  if (config->missing_scope == MISSING_SCOPE_DEVICE &&
      matchers_only_missing(m) &&
      (matchers_need_text(&m->type) || matchers_need_text(&m->type_instance)))
    option_error(
        reporter,
        "<Route \"%s\">: option Class takes missing devices alone, which "
        "have no %s: it matches nothing",
        route->words.name,
        matchers_need_text(&m->type) ? "Type" : "TypeInstance");
}

static void check_severity(const struct route_config *route,
                           struct option_reporter *reporter) {
  if (matchers_only_ends(&route->match))
    option_error(reporter,
                 "<Route \"%s\">: option Severity expects FAILURE or WARNING "
                 "beside this Class, found OKAY: it matches nothing, ends go "
                 "where the beginning went",
                 route->words.name);
}

/* What is below a route that takes everything was meant to be above it. */
static void check_below(const struct notify_config *config, size_t i,
                        struct option_reporter *reporter) {
  const struct route_config *route = &config->routes[i];

  if (i + 1 < config->routes_num && !route->go_on &&
      !matchers_any(&route->match))
    option_error(reporter,
                 "<Route \"%s\">: takes everything, so <Route \"%s\"> below it "
                 "is never used; it belongs above, or here Continue true",
                 route->words.name, config->routes[i + 1].words.name);
}

void routes_finish(struct notify_config *config,
                   struct option_reporter *reporter) {
  for (size_t i = 0; i < config->routes_num; i++) {
    reporter->line = config->routes[i].line;
    resolve_channels(config, &config->routes[i], reporter);
    check_class(config, &config->routes[i], reporter);
    check_severity(&config->routes[i], reporter);
    check_below(config, i, reporter);
    group_check_labels(config, &config->routes[i], reporter);
  }
  reporter->line = 0;
  if (config->routes_num == 0) {
    struct route_config *route =
        array_grow(&config->routes, &config->routes_num, sizeof(*route));

    if (route == NULL)
      return;
    route_defaults(route);
    route->words.name = strdup("");
    if (route->words.name == NULL)
      config->routes_num--;
    all_channels(config, route);
  }
}
