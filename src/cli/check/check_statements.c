/* SPDX-License-Identifier: MIT */
/* The top level of a configuration: see check_statements.h. The rules are those
 * of collectd 5.12's configfile.c. */
#include <config.h>

#include "cli/check/check_statements.h"

#include "base/guess.h"
#include "base/text.h"
#include "cli/check/check_place.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All that collectd knows there; Include is followed before. */
static const char *const globals[] = {
    "AutoLoadPlugin",
    "BaseDir",
    "Chain",
    "Hostname",
    "FQDNLookup",
    "CollectInternalStats",
    "Interval",
    "Include",
    "LoadPlugin",
    "PIDFile",
    "Plugin",
    "PluginDir",
    "PreCacheChain",
    "PostCacheChain",
    "MaxReadInterval",
    "ReadThreads",
    "Timeout",
    "TypesDB",
    "WriteThreads",
    "WriteQueueLimitHigh",
    "WriteQueueLimitLow",
};
enum { GLOBALS = sizeof(globals) / sizeof(globals[0]) };

/* What people write in <Plugin ...> for a plugin of ours. */
static const struct {
  const char *written;
  const char *plugin;
} plugin_names[] = {
    {"notify", "notify_kasa"},
    {"kasa_notify", "notify_kasa"},
    {"notifykasa", "notify_kasa"},
    {"notify-kasa", "notify_kasa"},
    {"kassa", "kasa"},
    {"kasaa", "kasa"},
    {"collectd-kasa", "kasa"},
    {"kasa_plug", "kasa"},
    {"kasa_total", "kasa"},
    {"tapo", "kasa"},
    {"tplink", "kasa"},
    {"tp-link", "kasa"},
};

struct statements {
  const struct config *config;
  const struct check_plugin *const *plugins;
  struct check_place place; /* of the statement being looked at */
};

static bool is_text(const struct conf_item *item) {
  return item->values_num >= 1 && item->values[0].kind == CONF_STRING;
}

/* -- options that stand outside of their block -- */

static const struct check_plugin *owner_of(const struct statements *s,
                                           const char *key) {
  for (size_t i = 0; s->plugins[i] != NULL; i++)
    for (const struct option *o = s->plugins[i]->options; o->name != NULL; o++)
      if (text_same(o->name, key))
        return s->plugins[i];
  return NULL;
}

static void unknown(const struct statements *s, const struct conf_item *item) {
  const struct check_plugin *owner = owner_of(s, item->key);
  struct guess g = {.word = item->key, .reach = 2};

  for (size_t i = 0; i < GLOBALS; i++)
    guess_try(&g, globals[i]);
  if (owner != NULL)
    check_tell(&s->place, item,
               "collectd ignores %.60s here: it belongs in <Plugin %s>",
               item->key, owner->name);
  else
    check_tell(
        &s->place, item, "collectd does not know %.60s and ignores it%s%s%s",
        item->key, g.nearest != NULL ? ", did you mean " : "",
        g.nearest != NULL ? g.nearest : "", g.nearest != NULL ? "?" : "");
}

/* -- Interval -- */

static void describe_value(const struct conf_item *item, char *out,
                           size_t size) {
  const struct conf_value *v = item->values;

  if (item->values_num == 0)
    snprintf(out, size, "nothing");
  else if (item->values_num > 1)
    snprintf(out, size, "%zu values", item->values_num);
  else if (v->kind == CONF_STRING)
    snprintf(out, size, "\"%.60s\"", v->string);
  else if (v->kind == CONF_BOOL)
    snprintf(out, size, "%s", v->boolean ? "true" : "false");
  else
    snprintf(out, size, "%.12g", v->number);
}

static bool seconds_of(const struct conf_value *value, double *seconds) {
  char *end = NULL;

  if (value->kind == CONF_NUMBER)
    *seconds = value->number;
  else if (value->kind == CONF_STRING) {
    *seconds = strtod(value->string, &end);
    if (end == value->string || *end != '\0')
      return false;
  } else {
    return false;
  }
  return isfinite(*seconds) && *seconds > 0;
}

double statement_interval(const struct conf_item *item, double otherwise) {
  double seconds;

  return item->values_num == 1 && seconds_of(&item->values[0], &seconds)
             ? seconds
             : otherwise;
}

static void check_interval(const struct statements *s,
                           const struct conf_item *item) {
  if (isnan(statement_interval(item, (double)NAN)))
    check_tell(
        &s->place, item,
        "Interval expects seconds above 0, without a unit: collectd takes 10");
}

bool statement_loads_plugins(const struct conf_item *item) {
  return text_same(item->key, "AutoLoadPlugin") && item->values_num == 1 &&
         (item->values[0].kind == CONF_BOOL
              ? item->values[0].boolean
              : is_text(item) && (text_same(item->values[0].string, "true") ||
                                  text_same(item->values[0].string, "yes") ||
                                  text_same(item->values[0].string, "on")));
}

/* -- LoadPlugin and <Plugin> -- */

static void check_load_option(const struct statements *s,
                              const struct conf_item *item,
                              const char *plugin) {
  static const char *const known[] = {"Interval", "FlushInterval",
                                      "FlushTimeout", "Globals"};
  struct guess g = {.word = item->key, .reach = 2};
  bool is_known = false;

  for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
    is_known |= text_same(item->key, known[i]);
    guess_try(&g, known[i]);
  }
  if (!is_known && owner_of(s, item->key) != NULL)
    check_tell(&s->place, item,
               "collectd ignores %.60s in <LoadPlugin %.60s>: it belongs in "
               "<Plugin %.60s>, a block of its own",
               item->key, plugin, plugin);
  else if (!is_known)
    check_tell(
        &s->place, item, "collectd ignores %.60s in <LoadPlugin %.60s>%s%s%s",
        item->key, plugin, g.nearest != NULL ? ", did you mean " : "",
        g.nearest != NULL ? g.nearest : "", g.nearest != NULL ? "?" : "");
  else if (text_same(item->key, "Interval") &&
           (item->values_num != 1 || item->values[0].kind != CONF_NUMBER ||
            item->values[0].number <= 0)) {
    char found[80];

    describe_value(item, found, sizeof(found));
    check_tell(
        &s->place, item,
        "Interval in <LoadPlugin %.60s> expects seconds above 0, without "
        "quotes and without a unit, found %s",
        plugin, found);
  }
}

static void check_load(const struct statements *s,
                       const struct conf_item *item) {
  if (item->values_num != 1 || !is_text(item)) {
    check_tell(
        &s->place, item,
        "LoadPlugin expects one name, a line for each; collectd will not "
        "start");
    return;
  }
  for (size_t i = 0; i < item->children_num; i++) {
    check_load_option(s, &item->children[i], item->values[0].string);
    for (size_t j = 0; j < i; j++)
      if (text_same(item->children[j].key, item->children[i].key)) {
        check_tell(&s->place, &item->children[i],
                   "%.60s stands twice in <LoadPlugin %.60s>, the last one "
                   "counts",
                   item->children[i].key, item->values[0].string);
        break;
      }
  }
}

static bool is_loaded(const struct config *config, const char *plugin) {
  for (size_t i = 0; i < config->statements_num; i++) {
    const struct conf_item *item = config->statements[i].item;

    if (text_same(item->key, "LoadPlugin") && is_text(item) &&
        text_same(item->values[0].string, plugin))
      return true;
  }
  return false;
}

static void check_plugin(const struct statements *s,
                         const struct conf_item *item) {
  const char *name;

  if (!is_text(item)) {
    check_tell(
        &s->place, item,
        "<Plugin> expects a name, as in <Plugin kasa>; collectd will not "
        "start");
    return;
  }
  name = item->values[0].string;
  if (is_loaded(s->config, name))
    return;
  for (size_t i = 0; i < sizeof(plugin_names) / sizeof(plugin_names[0]); i++)
    if (text_same(name, plugin_names[i].written))
      check_tell(
          &s->place, item,
          "collectd ignores this block: there is no plugin %.60s, did you "
          "mean %s?",
          name, plugin_names[i].plugin);
}

/* -- each of them -- */

static bool is_global(const char *key) {
  for (size_t i = 0; i < GLOBALS; i++)
    if (text_same(key, globals[i]))
      return true;
  return false;
}

static void check_statement(const struct statements *s,
                            const struct conf_item *item) {
  if (!is_global(item->key))
    unknown(s, item);
  else if (text_same(item->key, "Interval"))
    check_interval(s, item);
  else if (text_same(item->key, "LoadPlugin"))
    check_load(s, item);
  else if (text_same(item->key, "Plugin"))
    check_plugin(s, item);
}

void check_statements(const struct config *config,
                      const struct check_plugin *const *plugins,
                      config_problem *problem, void *arg) {
  struct statements s = {.config = config,
                         .plugins = plugins,
                         .place = {.problem = problem, .arg = arg}};

  for (size_t i = 0; i < config->statements_num; i++) {
    s.place.path = config->files[config->statements[i].file].path;
    check_statement(&s, config->statements[i].item);
  }
}
