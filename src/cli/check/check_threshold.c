/* SPDX-License-Identifier: MIT */
/* Thresholds that match nothing: see check_threshold.h. What is dispatched
 * under which name is described in doc/names.md. */
#include <config.h>

#include "cli/check/check_threshold.h"

#include "base/guess.h"
#include "base/text.h"
#include "cli/check/check_place.h"
#include "cli/check/device_names.h"
#include "cli/check/threshold_grammar.h"

#include <stdio.h>
#include <string.h>

/* Plugin names of kasa.so. METERED: of a device, only what has a meter gives
 * it. */
enum {
  KASA = 1,
  PLUG = 2,
  TOTAL = 4,
  BOTH = KASA | PLUG,
  ALL = BOTH | TOTAL,
  METERED = 8
};

static const struct {
  const char *name;
  unsigned plugin;
} plugins[] = {{"kasa", KASA}, {"kasa_plug", PLUG}, {"kasa_total", TOTAL}};
enum { PLUGINS = sizeof(plugins) / sizeof(plugins[0]) };

static const struct series {
  const char *type;
  unsigned plugins;
  bool instances; /* of kasa and kasa_total: the type has instances */
} all_series[] = {
    {"power", ALL | METERED, false},
    {"voltage", BOTH | METERED, false},
    {"current", ALL | METERED, false},
    {"watt_hours", ALL | METERED, false},
    {"kwh_today", ALL | METERED, false},
    {"kwh_month", ALL | METERED, false},
    {"kwh_yesterday", ALL | METERED, false},
    {"cost_today", ALL | METERED, false},
    {"cost_month", ALL | METERED, false},
    {"cost_yesterday", ALL | METERED, false},
    {"cost_forecast", ALL | METERED, false},
    {"price", TOTAL, false},
    {"unpriced", TOTAL, false},
    {"covered", TOTAL, false},
    {"relay", BOTH, false},
    {"on_time", BOTH, false},
    {"led_off", KASA, false},
    {"updating", KASA, false},
    {"cloud_connected", KASA, false},
    {"overheated", BOTH, false},
    {"overloaded", BOTH, false},
    {"signal_power", KASA, false},
    {"brightness", KASA, false},
    {"ambient_light", KASA, false},
    {"motion", KASA, false},
    {"up", KASA, false},
    {"failures", KASA, true},
    {"response_time", KASA, false},
    {"info", KASA, true},
    {"info_now", KASA, true},
    {"devices", TOTAL, true},
    {"running", BOTH | METERED, false},
    {"cycles", BOTH | METERED, false},
    {"cycle_duration", BOTH | METERED, false},
    {"cycle_kwh", BOTH | METERED, false},
    {"cycle_cost", BOTH | METERED, false},
    {"standby", BOTH | METERED, false},
    {"duty", BOTH | METERED, false},
    {"power_deviation", BOTH | METERED, false},
    {"poll_duration", TOTAL, false},
};
enum { SERIES = sizeof(all_series) / sizeof(all_series[0]) };

struct threshold_check {
  const struct config *config;
  const struct device_names *names; /* NULL: they cannot be judged */
  struct check_place place;         /* of the block being read */
};

static void tell(const struct threshold_check *t, const struct conf_item *item,
                 const char *text) {
  check_tell(&t->place, item, "%s", text);
}

static const char *string_of(const struct conf_item *item) {
  return item->values_num == 1 && item->values[0].kind == CONF_STRING
             ? item->values[0].string
             : NULL;
}

static const struct conf_item *child_of(const struct conf_item *item,
                                        const char *key) {
  for (size_t i = 0; i < item->children_num; i++)
    if (text_same(item->children[i].key, key))
      return &item->children[i];
  return NULL;
}

static unsigned plugin_of(const char *name) {
  for (size_t i = 0; i < PLUGINS; i++)
    if (strcmp(plugins[i].name, name) == 0)
      return plugins[i].plugin;
  return 0;
}

/* -- <Type> in a <Plugin> of ours -- */

static const struct series *series_of(const char *type, unsigned plugin) {
  for (size_t i = 0; i < SERIES; i++)
    if (strcmp(all_series[i].type, type) == 0 &&
        (all_series[i].plugins & plugin) != 0)
      return &all_series[i];
  return NULL;
}

static const char *nearest_type(const char *type, unsigned plugin) {
  struct guess g = {.word = type, .reach = 3};

  for (size_t i = 0; i < SERIES; i++)
    if ((all_series[i].plugins & plugin) != 0)
      guess_try(&g, all_series[i].type);
  return g.nearest;
}

static void check_type_name(const struct threshold_check *t,
                            const struct conf_item *item, const char *type,
                            const char *name, unsigned plugin) {
  const char *near = nearest_type(type, plugin);
  char text[400];

  if (series_of(type, ALL) != NULL)
    for (size_t i = 0; i < PLUGINS; i++)
      if (series_of(type, plugins[i].plugin) != NULL) {
        snprintf(text, sizeof(text),
                 "<Type \"%.60s\"> matches nothing: %s has no such value, "
                 "<Plugin \"%s\"> has",
                 type, name, plugins[i].name);
        tell(t, item, text);
        return;
      }
  snprintf(text, sizeof(text),
           "<Type \"%.60s\"> matches nothing: %s has no such value%s%s%s", type,
           name, near != NULL ? ", did you mean " : "",
           near != NULL ? near : "", near != NULL ? "?" : "");
  tell(t, item, text);
}

static void check_instance(const struct threshold_check *t,
                           const struct conf_item *instance, const char *type,
                           const char *name) {
  const char *value = string_of(instance);
  char text[500];

  if (value == NULL)
    return;
  if (strcmp(name, "kasa") == 0)
    snprintf(text, sizeof(text),
             "Instance \"%.60s\" in <Type \"%.60s\"> matches nothing: devices "
             "have no instances there. Put it into <Plugin \"kasa\">, above "
             "the <Type>; an outlet of a strip is in <Plugin \"kasa_plug\">",
             value, type);
  else
    snprintf(text, sizeof(text),
             "Instance \"%.60s\" in <Type \"%.60s\"> matches nothing: %s has "
             "none there",
             value, type, name);
  tell(t, instance, text);
}

static void check_type(const struct threshold_check *t,
                       const struct conf_item *item, const char *name,
                       unsigned plugin) {
  const char *type = string_of(item);
  const struct conf_item *instance = child_of(item, "Instance");
  const struct conf_item *source = child_of(item, "DataSource");
  const struct series *series;

  if (type == NULL)
    return;
  series = series_of(type, plugin);
  if (series == NULL)
    check_type_name(t, item, type, name, plugin);
  else if (instance != NULL && plugin != PLUG && !series->instances)
    check_instance(t, instance, type, name);
  if (series != NULL && source != NULL && string_of(source) != NULL &&
      strcmp(string_of(source), "value") != 0)
    tell(t, source,
         "DataSource matches nothing: all values of kasa have one, \"value\"");
}

/* -- names of devices and outlets -- */

/* Whether something is so called, or who knows. */
static bool check_name(const struct threshold_check *t,
                       const struct conf_item *item, const char *device,
                       const char *plug, bool metered) {
  const char *kind = plug != NULL ? "outlet" : "device";
  const char *other;
  char text[400];

  switch (device_names_judge(t->names, device, plug, metered, &other)) {
  case DEVICE_NAME_GOOD:
    return true;
  case DEVICE_NAME_OLD:
    snprintf(
        text, sizeof(text),
        "Instance \"%.60s\" matches nothing any more: the %s is now called "
        "\"%.60s\"",
        plug != NULL ? plug : device, kind, other);
    break;
  case DEVICE_NAME_UNKNOWN:
    snprintf(text, sizeof(text),
             "Instance \"%.60s\" matches nothing: no %s is called so%s%.60s%s",
             plug != NULL ? plug : device, kind,
             other != NULL ? ", did you mean \"" : "",
             other != NULL ? other : "", other != NULL ? "\"?" : "");
    break;
  }
  tell(t, item, text);
  return false;
}

/* device: the Instance above the Type, or NULL. False: it is told of. */
static bool check_names(const struct threshold_check *t,
                        const struct conf_item *device,
                        const struct conf_item *type, unsigned plugin) {
  const struct series *series =
      string_of(type) != NULL ? series_of(string_of(type), plugin) : NULL;
  const struct conf_item *plug =
      plugin == PLUG ? child_of(type, "Instance") : NULL;
  bool metered = series != NULL && (series->plugins & METERED) != 0;

  if (t->names == NULL || series == NULL || device == NULL ||
      string_of(device) == NULL)
    return true;
  if (!check_name(t, device, string_of(device), NULL, metered))
    return false;
  if (plug != NULL && string_of(plug) != NULL)
    (void)check_name(t, plug, string_of(device), string_of(plug), metered);
  return true;
}

/* -- the blocks around them -- */

static bool is_loaded(const struct config *config, const char *plugin) {
  for (size_t i = 0; i < config->statements_num; i++) {
    const struct conf_item *item = config->statements[i].item;

    if (text_same(item->key, "LoadPlugin") && string_of(item) != NULL &&
        strcmp(string_of(item), plugin) == 0)
      return true;
  }
  return false;
}

/* A plugin that nobody has, but for one that we have. */
static void check_plugin_name(const struct threshold_check *t,
                              const struct conf_item *item, const char *name) {
  struct guess g = {.word = name, .reach = 2};
  char text[300];

  for (size_t i = 0; i < PLUGINS; i++)
    guess_try(&g, plugins[i].name);
  if (g.nearest == NULL || is_loaded(t->config, name))
    return;
  snprintf(text, sizeof(text),
           "<Plugin \"%.60s\"> matches nothing, did you mean \"%s\"?", name,
           g.nearest);
  tell(t, item, text);
}

static void check_plugin_block(const struct threshold_check *t,
                               const struct conf_item *item) {
  const char *name = string_of(item);
  unsigned plugin = name != NULL ? plugin_of(name) : 0;
  const struct conf_item *device = NULL; /* of the Types that follow */
  bool typed = false;

  if (name == NULL)
    return;
  if (plugin == 0) {
    check_plugin_name(t, item, name);
    return;
  }
  for (size_t i = 0; i < item->children_num; i++) {
    const struct conf_item *child = &item->children[i];

    if (text_same(child->key, "Type")) {
      check_type(t, child, name, plugin);
      if (!check_names(t, device, child, plugin))
        device = NULL; /* once is enough */
      typed = true;
    } else if (text_same(child->key, "Instance") && plugin == TOTAL) {
      tell(t, child, "kasa_total has no instances: this matches nothing");
    } else if (text_same(child->key, "Instance") && typed &&
               i + 1 == item->children_num) {
      tell(t, child,
           "Instance holds for each <Type> below it: none stands there");
    } else if (text_same(child->key, "Instance")) {
      device = child;
    }
  }
}

/* What a <Host> block is about may be another machine's. */
static void check_host(const struct threshold_check *t,
                       const struct conf_item *host) {
  struct threshold_check of_host = *t;

  of_host.names = NULL;
  for (size_t i = 0; i < host->children_num; i++)
    if (text_same(host->children[i].key, "Plugin"))
      check_plugin_block(&of_host, &host->children[i]);
}

static void check_block(const struct threshold_check *t,
                        const struct conf_item *item) {
  for (size_t i = 0; i < item->children_num; i++) {
    const struct conf_item *child = &item->children[i];

    if (text_same(child->key, "Plugin"))
      check_plugin_block(t, child);
    else if (text_same(child->key, "Host"))
      check_host(t, child);
  }
}

void check_threshold(const struct config *config, config_problem *problem,
                     void *arg) {
  struct threshold_check t = {.config = config,
                              .place = {.problem = problem, .arg = arg}};
  bool told = is_loaded(config, "threshold");
  struct device_names *names = told ? device_names_find(config) : NULL;

  t.names = names;
  for (size_t i = 0; i < config->statements_num; i++) {
    const struct config_statement *s = &config->statements[i];

    if (!config_is_plugin(s->item, "threshold"))
      continue;
    t.place.path = config->files[s->file].path;
    if (!told)
      tell(
          &t, s->item,
          "collectd ignores these thresholds: LoadPlugin threshold is missing");
    told = true;
    threshold_grammar(s->item, t.place.path, problem, arg);
    check_block(&t, s->item);
  }
  device_names_free(names);
}
