/* SPDX-License-Identifier: MIT */
/* What keeps collectd from working: see check_daemon.h. */
#include <config.h>

#include "cli/check/check_daemon.h"

#include "base/guess.h"
#include "base/text.h"
#include "cli/check/check_place.h"
#include "cli/check/shared_library.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct daemon_check {
  const struct config *config;
  config_problem *problem;
  void *arg;
  const char *plugin_dir; /* in force at this point of the configuration */
};

static void tell(const struct daemon_check *d, size_t statement,
                 const char *text) {
  const struct config_statement *s = &d->config->statements[statement];
  const struct check_place place = {d->config->files[s->file].path, d->problem,
                                    d->arg};

  check_tell(&place, s->item, "%s", text);
}

static const char *string_of(const struct conf_item *item) {
  return item->values_num >= 1 && item->values[0].kind == CONF_STRING
             ? item->values[0].string
             : NULL;
}

/* -- LoadPlugin -- */

/* Where collectd looks unless PluginDir says otherwise. */
static const char *default_plugin_dir(void) {
  static const char *const places[] = {
      "/usr/lib/collectd", "/usr/lib64/collectd", "/usr/local/lib/collectd",
      "/opt/collectd/lib/collectd"};

  for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
    if (access(places[i], R_OK | X_OK) == 0)
      return places[i];
  return NULL;
}

/* The plugin's file, whose name collectd compares without case; else the
 * nearest name of a plugin that there is. */
struct found_plugin {
  bool there;
  char file[256];
  char nearest[64];
};

static void find_plugin(const char *folder, const char *plugin,
                        struct found_plugin *found) {
  DIR *dir = opendir(folder);
  const struct dirent *entry;
  struct guess g = {.word = plugin, .reach = 2};
  char name[64];

  *found = (struct found_plugin){.there = false};
  while (dir != NULL && !found->there && (entry = readdir(dir)) != NULL) {
    size_t len = strlen(entry->d_name);

    if (len < 4 || len - 3 >= sizeof(name) ||
        strcmp(entry->d_name + len - 3, ".so") != 0)
      continue;
    memcpy(name, entry->d_name, len - 3);
    name[len - 3] = '\0';
    found->there = text_same(name, plugin);
    if (found->there)
      snprintf(found->file, sizeof(found->file), "%s", entry->d_name);
    else if (guess_try(&g, name))
      snprintf(found->nearest, sizeof(found->nearest), "%s", name);
  }
  if (dir != NULL)
    closedir(dir);
}

static void no_plugin(const struct daemon_check *d, size_t statement,
                      const char *plugin, const char *nearest) {
  size_t len = strlen(plugin);
  char text[1400];

  if (len > 3 && strcmp(plugin + len - 3, ".so") == 0)
    snprintf(text, sizeof(text),
             "LoadPlugin %.60s: say the name without .so; collectd will not "
             "start",
             plugin);
  else
    snprintf(text, sizeof(text),
             "LoadPlugin %.60s: there is no %.1000s/%.60s.so%s%s%s; collectd "
             "will not start",
             plugin, d->plugin_dir, plugin,
             nearest[0] != '\0' ? ", did you mean " : "", nearest,
             nearest[0] != '\0' ? "?" : "");
  tell(d, statement, text);
}

static void check_load(const struct daemon_check *d, size_t statement,
                       const char *plugin) {
  struct found_plugin found;
  char path[1024];
  char library[SHARED_LIBRARY_NAME_MAX];
  char package[SHARED_LIBRARY_NAME_MAX];
  char text[1400];

  if (d->plugin_dir == NULL || strchr(plugin, '/') != NULL)
    return;
  find_plugin(d->plugin_dir, plugin, &found);
  if (!found.there) {
    no_plugin(d, statement, plugin, found.nearest);
    return;
  }
  if (snprintf(path, sizeof(path), "%s/%s", d->plugin_dir, found.file) >=
      (int)sizeof(path))
    return;
  if (access(path, R_OK) < 0) {
    snprintf(text, sizeof(text), "LoadPlugin %.60s: %.1000s cannot be read",
             plugin, path);
    tell(d, statement, text);
  } else if (shared_library_missing(path, library)) {
    shared_library_package(library, package, sizeof(package));
    snprintf(text, sizeof(text),
             "LoadPlugin %.60s needs %s, which is not installed; collectd will "
             "not start: apt install %s",
             plugin, library, package);
    tell(d, statement, text);
  }
}

/* A second LoadPlugin is passed over with all that it says. */
static bool is_loaded_before(const struct config *config, size_t statement,
                             const char *plugin) {
  for (size_t i = 0; i < statement; i++) {
    const struct conf_item *item = config->statements[i].item;
    const char *other = string_of(item);

    if (text_same(item->key, "LoadPlugin") && other != NULL &&
        strcmp(other, plugin) == 0)
      return true;
  }
  return false;
}

/* Of collectd's own plugins a second block is common, and meant for machines
 * on which it is the first: host.conf has some. */
static bool is_our_plugin(const char *plugin) {
  return text_same(plugin, "kasa") || text_same(plugin, "notify_kasa");
}

static void load_plugin(struct daemon_check *d, size_t statement) {
  const struct conf_item *item = d->config->statements[statement].item;
  const char *plugin = string_of(item);
  char text[200];

  if (plugin == NULL)
    return;
  if (!is_loaded_before(d->config, statement, plugin)) {
    check_load(d, statement, plugin);
  } else if (item->children_num > 0 && is_our_plugin(plugin)) {
    snprintf(text, sizeof(text),
             "%.60s is loaded already: collectd ignores this block and what "
             "it sets (%.40s)",
             plugin, item->children[0].key);
    tell(d, statement, text);
  }
}

/* -- TypesDB -- */

/* Whether the file has a line for a type that collectd itself needs. */
static bool has_own_types(const char *path) {
  FILE *file = fopen(path, "re");
  char line[4096];
  bool there = false;

  if (file == NULL)
    return false;
  while (!there && fgets(line, sizeof(line), file) != NULL)
    there = strncmp(line, "gauge", 5) == 0 && isspace((unsigned char)line[5]);
  fclose(file);
  return there;
}

static void check_types(const struct daemon_check *d) {
  size_t last = d->config->statements_num;
  bool whole = false;
  char text[1200];

  for (size_t i = 0; i < d->config->statements_num; i++) {
    const struct conf_item *item = d->config->statements[i].item;

    if (!text_same(item->key, "TypesDB"))
      continue;
    last = i;
    for (size_t v = 0; v < item->values_num; v++) {
      const char *path =
          item->values[v].kind == CONF_STRING ? item->values[v].string : NULL;

      if (path != NULL && access(path, R_OK) < 0) {
        snprintf(text, sizeof(text), "TypesDB: %.1000s cannot be read", path);
        tell(d, i, text);
      } else if (path != NULL) {
        whole |= has_own_types(path);
      }
    }
  }
  if (last < d->config->statements_num && !whole)
    tell(d, last,
         "TypesDB replaces collectd's own types, which other plugins need: "
         "add TypesDB \"/usr/share/collectd/types.db\" above it (the plugins "
         "of collectd-kasa bring their types themselves)");
}

void check_daemon(const struct config *config, config_problem *problem,
                  void *arg) {
  struct daemon_check d = {.config = config,
                           .problem = problem,
                           .arg = arg,
                           .plugin_dir = default_plugin_dir()};

  for (size_t i = 0; i < config->statements_num; i++) {
    const struct conf_item *item = config->statements[i].item;

    if (text_same(item->key, "PluginDir"))
      d.plugin_dir = string_of(item);
    else if (text_same(item->key, "LoadPlugin"))
      load_plugin(&d, i);
  }
  check_types(&d);
}
