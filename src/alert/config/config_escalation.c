/* SPDX-License-Identifier: MIT */
/* <Escalation "name">: see config_escalation.h. One with a mistake is left out
 * as a whole, and its routes say so: they still tell their own channels. */
#include <config.h>

#include "alert/config/config_escalation.h"

#include "alert/config/config_channel.h"
#include "alert/config/config_helpers.h"
#include "alert/config/config_reference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLUGIN "<Plugin notify_kasa>"
#define DAY 86400.0

struct escalation_reading {
  struct escalation_config escalation;
  const char *where;
  bool broken;
};

static bool words_from(const struct conf_item *item, size_t first) {
  for (size_t i = first; i < item->values_num; i++)
    if (item->values[i].kind != CONF_STRING || item->values[i].string[0] == 0)
      return false;
  return item->values_num > first;
}

/* Step 15m "phone" "sms"; false after saying why not. */
static bool read_step(struct escalation_reading *reading,
                      const struct conf_item *item,
                      struct option_reporter *reporter) {
  struct escalation_config *e = &reading->escalation;
  struct escalation_step *step;
  char expected[120];
  double after;

  if (!words_from(item, 1) || item->children_num > 0 ||
      seconds_of(&item->values[0], &after) < 0 || after < 0 ||
      after > 7 * DAY || item->values_num - 1 > ESCALATION_CHANNELS_MAX) {
    snprintf(expected, sizeof(expected),
             "a time up to 7d and the names of at most %d channels, as in Step "
             "15m \"phone\" \"sms\"",
             (int)ESCALATION_CHANNELS_MAX);
    option_unexpected(item, reading->where, expected, reporter);
    return false;
  }
  if (e->steps_num == ESCALATION_STEPS_MAX) {
    option_error(reporter, "%s: more than %d steps", reading->where,
                 (int)ESCALATION_STEPS_MAX);
    return false;
  }
  if (e->steps_num > 0 && after <= e->steps[e->steps_num - 1].after) {
    option_unexpected(item, reading->where,
                      "a time later than the Step before it", reporter);
    return false;
  }
  step = &e->steps[e->steps_num++];
  step->after = after;
  for (size_t i = 1; i < item->values_num; i++) {
    step->names[step->names_num] = clean_name(item->values[i].string);
    if (step->names[step->names_num] == NULL)
      return false;
    step->names_num++;
  }
  return true;
}

static void step_option(void *target, const struct conf_item *item,
                        struct option_reporter *reporter) {
  struct escalation_reading *reading = target;

  if (!read_step(reading, item, reporter))
    reading->broken = true;
}

static const struct option_hint escalation_hints[] = {
    {"After", "say Step \"30m\" \"phone\""},
    {"Delay", "say Step \"30m\" \"phone\""},
    {"Channel", "say Step \"30m\" \"phone\""},
    {"Notify", "say Step \"30m\" \"phone\""},
    {0},
};

const struct option escalation_options[] = {
    {.name = "Step", .type = OPTION_BLOCK, .block = step_option},
    {.name = "AckTimeout",
     .type = OPTION_SECONDS,
     .offset = offsetof(struct escalation_reading, escalation.ack_timeout),
     .min = 60,
     .max = 366 * DAY},
    {.hints = escalation_hints}};

void escalation_clear(struct escalation_config *escalation) {
  for (size_t s = 0; s < escalation->steps_num; s++)
    for (size_t i = 0; i < escalation->steps[s].names_num; i++)
      free(escalation->steps[s].names[i]);
  free(escalation->name);
}

static bool is_taken(const struct notify_config *config, const char *name) {
  for (size_t i = 0; i < config->escalations_num; i++)
    if (strcmp(config->escalations[i].name, name) == 0)
      return true;
  return false;
}

void escalation_read(void *target, const struct conf_item *item,
                     struct option_reporter *reporter) {
  struct notify_config *config = target;
  struct escalation_reading reading = {.broken = false};
  struct escalation_config *slot = NULL;
  char where[WHERE_SIZE];
  const char *name = option_block_name(item, PLUGIN, reporter);

  if (name == NULL)
    return;
  where_of(item, where);
  reading.where = where;
  reading.escalation.ack_timeout = SECONDS_UNSET;
  if (options_read(escalation_options, &reading, item, where, reporter) > 0)
    reading.broken = true;
  if (!reading.broken && reading.escalation.steps_num == 0) {
    option_error(reporter, "%s: option Step is missing", where);
    reading.broken = true;
  }
  reading.escalation.line = item->line;
  reading.escalation.name = clean_name(name);
  if (reading.escalation.name != NULL &&
      is_taken(config, reading.escalation.name)) {
    option_error(reporter, "%s: there is an escalation of that name already",
                 where);
    reading.broken = true;
  }
  if (reading.broken)
    option_error(reporter, "%s: the escalation is left out", where);
  else if (reading.escalation.name != NULL)
    slot = array_grow(&config->escalations, &config->escalations_num,
                      sizeof(*slot));
  if (slot != NULL)
    *slot = reading.escalation;
  else
    escalation_clear(&reading.escalation);
}

/* -- after the last block ---------------------------------------------------
 */

static void resolve_step(const struct notify_config *config, const char *where,
                         struct escalation_step *step,
                         struct option_reporter *reporter) {
  for (size_t i = 0; i < step->names_num; i++) {
    int index = channel_index(config, step->names[i]);
    struct reference r = {.where = where,
                          .option = "Step",
                          .expects = "names of channels",
                          .wanted = step->names[i]};

    if (index >= 0) {
      step->channels[step->channels_num++] = index;
      continue;
    }
    reference_try_channels(&r, config, -1);
    reference_unknown(&r, reporter);
  }
}

static void resolve_route(const struct notify_config *config,
                          struct route_config *route,
                          struct option_reporter *reporter) {
  char where[WHERE_SIZE];
  struct reference r = {.where = where,
                        .option = "Escalation",
                        .expects = "the name of an <Escalation> block",
                        .wanted = route->escalation_name};

  route->escalation = -1;
  if (route->escalation_name == NULL)
    return;
  for (size_t i = 0; i < config->escalations_num; i++) {
    if (is_named(config->escalations[i].name, route->escalation_name))
      route->escalation = (int)i;
    reference_try(&r, config->escalations[i].name);
  }
  if (route->escalation >= 0)
    return;
  snprintf(where, sizeof(where), "<Route \"%.64s\">", route->words.name);
  reference_unknown(&r, reporter);
}

void escalation_finish(struct notify_config *config,
                       struct option_reporter *reporter) {
  char where[WHERE_SIZE];

  for (size_t i = 0; i < config->escalations_num; i++) {
    struct escalation_config *e = &config->escalations[i];

    reporter->line = e->line;
    snprintf(where, sizeof(where), "<Escalation \"%.64s\">", e->name);
    for (size_t s = 0; s < e->steps_num; s++)
      resolve_step(config, where, &e->steps[s], reporter);
  }
  for (size_t i = 0; i < config->routes_num; i++) {
    reporter->line = config->routes[i].line;
    resolve_route(config, &config->routes[i], reporter);
  }
  reporter->line = 0;
}
