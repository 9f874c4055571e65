/* SPDX-License-Identifier: MIT */
/* <Plugin notify_kasa>: the top level of the configuration, names for people
 * and units (ALERTING.md E). Channels and routes have files of their own. */
#include <config.h>

#include "alert/config/config.h"

#include "alert/config/config_internal.h"
#include "alert/config/route.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY 86400.0
#define PLUGIN "<Plugin notify_kasa>"

/* -- shared with the other readers ------------------------------------------
 */

void where_of(const struct conf_item *item, char out[WHERE_SIZE]) {
  char text[WHERE_SIZE];

  if (item->values_num == 2 && item->values[0].kind == CONF_STRING &&
      item->values[1].kind == CONF_STRING)
    snprintf(text, sizeof(text), "<%.20s %.20s \"%.60s\">", item->key,
             item->values[0].string, item->values[1].string);
  else
    conf_describe(item, text, sizeof(text));
  text_clean(text, strlen(text), out, WHERE_SIZE);
}

void *array_grow(void *array_pointer, size_t *count, size_t size) {
  void **array = array_pointer;
  char *grown = realloc(*array, (*count + 1) * size);

  if (grown == NULL)
    return NULL;
  *array = grown;
  memset(grown + *count * size, 0, size);
  return grown + (*count)++ * size;
}

static int seconds_of(const struct conf_value *value, double *seconds) {
  if (value->kind == CONF_NUMBER)
    *seconds = value->number;
  else if (value->kind != CONF_STRING ||
           option_parse_seconds(value->string, seconds) < 0)
    return -EINVAL;
  return 0;
}

int repeat_read(double repeat[LEVEL_COUNT], const struct conf_item *item,
                const char *where, struct option_reporter *reporter) {
  enum { SHORTEST = 60 };
  const struct conf_value *last =
      item->values_num > 0 ? &item->values[item->values_num - 1] : NULL;
  enum level level = LEVEL_OK;
  double seconds = 0;
  bool fits = item->children_num == 0 &&
              (item->values_num == 1 || item->values_num == 2);

  if (fits && item->values_num == 2)
    fits = item->values[0].kind == CONF_STRING &&
           level_parse(item->values[0].string, &level) == 0 &&
           level != LEVEL_OK;
  if (fits && last->kind == CONF_STRING && text_same(last->string, "never"))
    seconds = SECONDS_NEVER;
  else if (fits)
    fits = seconds_of(last, &seconds) == 0 && seconds >= SHORTEST &&
           seconds <= 366 * DAY;
  if (!fits) {
    option_error(reporter,
                 "%s: option Repeat expects never, or a time from 1m to 366d, "
                 "behind the name of a level or alone%s",
                 where,
                 item->values_num > 1 ? "; quote a time like \"0.5h\"" : "");
    return -EINVAL;
  }
  for (int l = LEVEL_INFO; l < LEVEL_COUNT; l++)
    if (item->values_num == 1 || l == (int)level)
      repeat[l] = seconds;
  return 0;
}

int template_read(struct template **slot, const struct conf_item *item,
                  const char *where, struct option_reporter *reporter) {
  char error[320];
  struct template *t;

  if (item->values_num != 1 || item->values[0].kind != CONF_STRING ||
      item->children_num > 0) {
    option_error(reporter, "%s: option %s expects one text in quotes", where,
                 item->key);
    return -EINVAL;
  }
  t = template_compile(item->values[0].string, error, sizeof(error));
  if (t == NULL) {
    option_error(reporter, "%s: option %s: %s", where, item->key, error);
    return -EINVAL;
  }
  template_free(*slot);
  *slot = t;
  return 0;
}

/* -- options that a table row cannot say ------------------------------------
 */

static void read_repeat(void *target, const struct conf_item *item,
                        struct option_reporter *reporter) {
  struct notify_config *config = target;

  (void)repeat_read(config->repeat, item, PLUGIN, reporter);
}

/* "" is a choice here: no separator at all. */
static void read_separator(void *target, const struct conf_item *item,
                           struct option_reporter *reporter) {
  struct notify_config *config = target;
  char *copy;

  if (item->values_num != 1 || item->values[0].kind != CONF_STRING ||
      strlen(item->values[0].string) > 8) {
    option_error(reporter,
                 PLUGIN ": option ThousandsSeparator expects a character in "
                        "quotes, or \"\"");
    return;
  }
  copy = strdup(item->values[0].string);
  if (copy == NULL)
    return;
  free(config->thousands_separator);
  config->thousands_separator = copy;
}

static void read_dashboard(void *target, const struct conf_item *item,
                           struct option_reporter *reporter) {
  struct notify_config *config = target;
  const char *text;
  char *copy;

  if (template_read(&config->dashboard, item, PLUGIN, reporter) < 0)
    return;
  text = item->values[0].string;
  if (strncmp(text, "https://", 8) != 0 && strncmp(text, "http://", 7) != 0) {
    option_error(reporter,
                 PLUGIN ": option DashboardURL expects an address that begins "
                        "with https:// or http://, found \"%.80s\"",
                 text);
    template_free(config->dashboard);
    config->dashboard = NULL;
    return;
  }
  copy = strdup(text);
  if (copy != NULL) {
    free(config->dashboard_url);
    config->dashboard_url = copy;
  }
}

static bool two_strings(const struct conf_item *item) {
  return item->values_num == 2 && item->values[0].kind == CONF_STRING &&
         item->values[1].kind == CONF_STRING &&
         item->values[0].string[0] != '\0' && item->children_num == 0;
}

/* -- <Unit "type"> ----------------------------------------------------------
 */

const struct option unit_options[] = {
    {.name = "Symbol",
     .type = OPTION_STRING,
     .offset = offsetof(struct unit_config, unit)},
    {.name = NULL}};

static void unit_read(void *target, const struct conf_item *item,
                      struct option_reporter *reporter) {
  struct notify_config *config = target;
  struct unit_config unit = {NULL, NULL};
  struct unit_config *slot;
  char where[WHERE_SIZE];
  const char *type;

  where_of(item, where);
  if (two_strings(item)) { /* Unit "type" "symbol" */
    type = item->values[0].string;
    unit.unit = strdup(item->values[1].string);
  } else {
    type = option_block_name(item, PLUGIN, reporter);
    if (type == NULL)
      return;
    (void)options_read(unit_options, &unit, item, where, reporter);
    if (unit.unit == NULL)
      option_error(reporter, "%s: needs Symbol", where);
  }
  if (unit.unit == NULL)
    return;
  unit.type = strdup(type);
  slot = unit.type != NULL
             ? array_grow(&config->units, &config->units_num, sizeof(*slot))
             : NULL;
  if (slot != NULL) {
    *slot = unit;
  } else {
    free(unit.type);
    free(unit.unit);
  }
}

/* -- <Device "plug-1f3a"> ---------------------------------------------------
 */

struct device_reading {
  struct device_config device;
  const char *where;
};

static void read_label(void *target, const struct conf_item *item,
                       struct option_reporter *reporter) {
  struct device_reading *reading = target;
  struct device_config *device = &reading->device;
  struct alert_label *label;
  char *name;
  char *value;

  if (!two_strings(item)) {
    option_error(reporter,
                 "%s: option Label expects a name and a value in quotes",
                 reading->where);
    return;
  }
  name = strdup(item->values[0].string);
  value = strdup(item->values[1].string);
  label = name != NULL && value != NULL
              ? array_grow(&device->labels, &device->labels_num, sizeof(*label))
              : NULL;
  if (label != NULL) {
    *label = (struct alert_label){name, value};
  } else {
    free(name);
    free(value);
  }
}

const struct option device_options[] = {
    {.name = "Alias",
     .type = OPTION_STRING,
     .offset = offsetof(struct device_reading, device.alias)},
    {.name = "Label", .type = OPTION_BLOCK, .block = read_label},
    {.name = NULL}};

static void device_clear(struct device_config *device) {
  for (size_t i = 0; i < device->labels_num; i++) {
    free((char *)(uintptr_t)device->labels[i].name);
    free((char *)(uintptr_t)device->labels[i].value);
  }
  free(device->labels);
  free(device->name);
  free(device->alias);
}

static void device_read(void *target, const struct conf_item *item,
                        struct option_reporter *reporter) {
  struct notify_config *config = target;
  struct device_reading reading = {.where = NULL};
  struct device_config *slot;
  char where[WHERE_SIZE];
  const char *name = option_block_name(item, PLUGIN, reporter);

  if (name == NULL)
    return;
  where_of(item, where);
  reading.where = where;
  if (device_find(config, name) != NULL) {
    option_error(reporter, "%s: this device has a block already", where);
    return;
  }
  (void)options_read(device_options, &reading, item, where, reporter);
  reading.device.name = strdup(name);
  slot = reading.device.name != NULL
             ? array_grow(&config->devices, &config->devices_num, sizeof(*slot))
             : NULL;
  if (slot != NULL)
    *slot = reading.device;
  else
    device_clear(&reading.device);
}

const struct device_config *device_find(const struct notify_config *config,
                                        const char *plugin_instance) {
  for (size_t i = 0; i < config->devices_num; i++) {
    const struct device_config *device = &config->devices[i];

    if (strcmp(device->name, plugin_instance) == 0 ||
        (device->alias != NULL && strcmp(device->alias, plugin_instance) == 0))
      return device;
  }
  return NULL;
}

/* -- the table --------------------------------------------------------------
 */

static const char *const scopes[] = {"device", "series", NULL};

#define MEMBER(name) .offset = offsetof(struct notify_config, name)
#define SECONDS(least, most)                                                   \
  .type = OPTION_SECONDS, .min = (least), .max = (most)

const struct option notify_options[] = {
    {.name = "StateDirectory", .type = OPTION_STRING, MEMBER(state_directory)},
    {.name = "ControlSocket", .type = OPTION_STRING, MEMBER(control_socket)},
    {.name = "ControlGroup", .type = OPTION_STRING, MEMBER(control_group)},
    {.name = "HistoryDays",
     .type = OPTION_COUNT,
     MEMBER(history_days),
     .min = 1,
     .max = 36500},
    {.name = "StartupGrace", MEMBER(startup_grace), SECONDS(0, DAY)},
    {.name = "MinLevel",
     .type = OPTION_CHOICE,
     MEMBER(min_level),
     .choices = level_names},
    {.name = "MissingScope",
     .type = OPTION_CHOICE,
     MEMBER(missing_scope),
     .choices = scopes},
    {.name = "RecoverAfter", MEMBER(recover_after), SECONDS(0, DAY)},
    {.name = "Repeat", .type = OPTION_BLOCK, .block = read_repeat},
    {.name = "AckTimeout", MEMBER(ack_timeout), SECONDS(60, 366 * DAY)},
    {.name = "StaleAfter", MEMBER(stale_after), SECONDS(0, 366 * DAY)},
    {.name = "ExpireAfter", MEMBER(expire_after), SECONDS(3600, 3660 * DAY)},
    {.name = "EventExpire", MEMBER(event_expire), SECONDS(60, 366 * DAY)},
    {.name = "NotifyDowngrade", .type = OPTION_BOOL, MEMBER(notify_downgrade)},
    {.name = "DashboardURL", .type = OPTION_BLOCK, .block = read_dashboard},
    {.name = "Currency", .type = OPTION_STRING, MEMBER(currency)},
    {.name = "ThousandsSeparator",
     .type = OPTION_BLOCK,
     .block = read_separator},
    {.name = "Unit", .type = OPTION_BLOCK, .block = unit_read},
    {.name = "Channel", .type = OPTION_BLOCK, .block = channel_read},
    {.name = "Device", .type = OPTION_BLOCK, .block = device_read},
    {.name = "Route", .type = OPTION_BLOCK, .block = route_read},
    {.name = "QuietHours", .type = OPTION_LATER},
    {.name = "Maintenance", .type = OPTION_LATER},
    {.name = "Inhibit", .type = OPTION_LATER},
    {.name = "Flapping", .type = OPTION_LATER},
    {.name = "Storm", .type = OPTION_LATER},
    {.name = "Escalation", .type = OPTION_LATER},
    {.name = "Report", .type = OPTION_LATER},
    {.name = "Heartbeat", .type = OPTION_LATER},
    {.name = NULL}};

enum {
  OPTIONS = sizeof(notify_options) / sizeof(notify_options[0]),
  LINES_MAX = 32, /* kinds of channel that have a one-line form */
};

/* -- the whole --------------------------------------------------------------
 */

struct notify_config *notify_config_new(void) {
  struct config_reading *reading = calloc(1, sizeof(*reading));
  struct notify_config *config = reading != NULL ? &reading->config : NULL;

  if (config == NULL)
    return NULL;
  *config = (struct notify_config){
      .state_directory = strdup("notify_kasa"),
      .control_socket = strdup("/run/collectd/notify_kasa.sock"),
      .history_days = 400,
      .startup_grace = SECONDS_UNSET,
      .min_level = LEVEL_WARNING,
      .missing_scope = MISSING_SCOPE_DEVICE,
      .recover_after = 60,
      .repeat = {SECONDS_NEVER, SECONDS_NEVER, 12 * 3600, 4 * 3600, 3600, 3600},
      .ack_timeout = DAY,
      .stale_after = 15 * 60,
      .expire_after = 7 * DAY,
      .event_expire = DAY,
      .notify_downgrade = true,
      .currency = strdup("EUR"),
  };
  if (config->state_directory == NULL || config->control_socket == NULL ||
      config->currency == NULL) {
    notify_config_free(config);
    return NULL;
  }
  return config;
}

void notify_config_free(struct notify_config *config) {
  struct config_reading *reading = (struct config_reading *)config;

  if (config == NULL)
    return;
  for (size_t i = 0; i < config->channels_num; i++)
    channel_clear(&config->channels[i]);
  for (size_t i = 0; i < config->routes_num; i++)
    route_clear(&config->routes[i]);
  for (size_t i = 0; i < config->devices_num; i++)
    device_clear(&config->devices[i]);
  for (size_t i = 0; i < config->units_num; i++) {
    free(config->units[i].type);
    free(config->units[i].unit);
  }
  free(config->channels);
  free(config->routes);
  free(config->devices);
  free(config->units);
  free(config->state_directory);
  free(config->control_socket);
  free(config->control_group);
  free(config->dashboard_url);
  template_free(config->dashboard);
  free(config->currency);
  free(config->thousands_separator);
  option_strings_free(&reading->absent);
  free(reading);
}

void notify_config_read(struct notify_config *config,
                        const struct conf_item *block,
                        struct option_reporter *reporter) {
  struct option table[OPTIONS + LINES_MAX];
  size_t used = OPTIONS - 1; /* without the row that ends it */

  memcpy(table, notify_options, used * sizeof(table[0]));
  for (size_t i = 0; i < LINES_MAX && senders[i] != NULL; i++)
    if (senders[i]->line_name != NULL)
      table[used++] = (struct option){.name = senders[i]->line_name,
                                      .type = OPTION_BLOCK,
                                      .block = channel_line_read};
  table[used] = (struct option){.name = NULL};
  (void)options_read(table, config, block, PLUGIN, reporter);
}

void notify_config_finish(struct notify_config *config,
                          struct option_reporter *reporter) {
  reporter->line = 0; /* what follows is about no line in particular */
  if (config->min_level == LEVEL_OK)
    config->min_level = LEVEL_INFO; /* ok is not the level of any alert */
  if (text_same(config->control_socket, "none")) {
    free(config->control_socket);
    config->control_socket = NULL;
  }
  channels_finish(config, reporter);
  routes_finish(config, reporter);
}
