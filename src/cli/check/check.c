/* SPDX-License-Identifier: MIT */
/* kasactl check: reads the configuration as collectd and our plugins would,
 * says what it means and where it is wrong. */
#include <config.h>

#include "cli/check/check.h"

#include "base/text.h"
#include "cli/check/check_daemon.h"
#include "cli/check/check_report.h"
#include "cli/check/check_statements.h"
#include "cli/check/check_threshold.h"
#include "cli/common/cli.h"
#include "cli/common/config_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One row per plugin of ours. */
static const struct check_plugin *const plugins[] = {&check_kasa,
                                                     &check_notify_kasa, NULL};
enum { PLUGINS = sizeof(plugins) / sizeof(plugins[0]) - 1 };

struct check {
  struct config config;
  unsigned problems;
  bool denied;      /* this user may not read all of it */
  const char *path; /* of the block being read */
};

static void problem(struct check *c, const char *where, const char *text) {
  char place[512];
  char line[1024];

  text_clean(where, strlen(where), place, sizeof(place));
  text_clean(text, strlen(text), line, sizeof(line));
  if (c->problems++ == 0)
    puts("Problems:");
  c->denied |= strstr(text, strerror(EACCES)) != NULL;
  printf("  %s: %s\n", place, line);
}

static void file_problem(void *arg, const char *where, const char *text) {
  problem(arg, where, text);
}

struct teller {
  struct check *check;
  struct option_reporter reporter;
  bool lost; /* the line may be that of another file */
};

static void option_problem(void *arg, const char *text) {
  struct teller *t = arg;
  char where[512];

  if (t->reporter.line > 0 && !t->lost)
    snprintf(where, sizeof(where), "%.480s:%u", t->check->path,
             t->reporter.line);
  else
    snprintf(where, sizeof(where), "%.480s", t->check->path);
  problem(t->check, where, text);
}

static const char *path_of(const struct check *c, size_t statement) {
  return c->config.files[c->config.statements[statement].file].path;
}

static bool is_load(const struct conf_item *item, const char *plugin) {
  return text_same(item->key, "LoadPlugin") && item->values_num == 1 &&
         item->values[0].kind == CONF_STRING &&
         text_same(item->values[0].string, plugin);
}

static double number_of(const struct conf_item *item, double otherwise) {
  return item->values_num == 1 && item->values[0].kind == CONF_NUMBER
             ? item->values[0].number
             : otherwise;
}

/* -- one plugin -- */

struct usage {
  void *options;
  bool loaded;
  double interval;
  size_t blocks;
};

static void read_load(struct usage *u, const struct conf_item *item,
                      double interval) {
  if (u->loaded)
    return; /* collectd passes over a second one */
  u->loaded = true;
  u->interval = interval;
  if (!text_same(item->key, "LoadPlugin"))
    return; /* AutoLoadPlugin: the block's own Interval is not collectd's */
  for (size_t i = 0; i < item->children_num; i++)
    if (text_same(item->children[i].key, "Interval"))
      u->interval = number_of(&item->children[i], interval);
}

static void read_block(struct check *c, const struct check_plugin *plugin,
                       struct usage *u, size_t statement) {
  const struct conf_item *item = c->config.statements[statement].item;
  struct teller teller = {.check = c, .reporter = {.say = option_problem}};
  char where[512];

  teller.reporter.arg = &teller;
  c->path = path_of(c, statement);
  u->blocks++;
  if (!u->loaded) {
    snprintf(where, sizeof(where), "%.480s:%u", c->path, item->line);
    problem(c, where,
            "collectd ignores this block: LoadPlugin must come before it");
  }
  plugin->read(u->options, item, &teller.reporter);
}

static void read_plugin(struct check *c, const struct check_plugin *plugin,
                        struct usage *u) {
  double interval = 10;
  bool loads = false;

  for (size_t i = 0; i < c->config.statements_num; i++) {
    const struct conf_item *item = c->config.statements[i].item;

    if (text_same(item->key, "Interval")) {
      interval = statement_interval(item, 10);
    } else if (is_load(item, plugin->name)) {
      read_load(u, item, interval);
    } else if (config_is_plugin(item, plugin->name)) {
      if (loads)
        read_load(u, item, interval);
      read_block(c, plugin, u, i);
    }
    loads |= statement_loads_plugins(item);
  }
  if (u->loaded || u->blocks > 0) {
    struct teller teller = {
        .check = c, .reporter = {.say = option_problem}, .lost = u->blocks > 1};

    teller.reporter.arg = &teller;
    if (c->path == NULL)
      c->path = c->config.files[0].path;
    plugin->finish(u->options, u->interval, &teller.reporter);
  }
}

static void show_plugin(const struct check_plugin *plugin,
                        const struct usage *u) {
  printf("\n<Plugin %s>  ", plugin->name);
  if (u->loaded)
    printf("loaded, interval %g s", u->interval);
  else
    fputs("not loaded", stdout);
  printf("%s\n", u->blocks == 0 ? ", no block: all defaults" : "");
  plugin->show(u->options, stdout);
}

/* -- the whole -- */

static void show_files(const struct check *c) {
  size_t most = c->config.files_num < 50 ? c->config.files_num : 50;

  if (most == 0)
    return;
  puts("Read:");
  for (size_t i = 0; i < most; i++)
    printf("  %s%s\n", c->config.files[i].path,
           c->config.files[i].included ? "  (included)" : "");
  if (most < c->config.files_num)
    printf("  and %zu more\n", c->config.files_num - most);
}

static int check(const char *path) {
  struct check c = {.problems = 0};
  struct usage uses[PLUGINS] = {0};
  bool any = false;
  int status = CLI_DONE;

  if (config_load(&c.config, path, file_problem, &c) < 0)
    puts("  collectd will not start with this configuration.");
  check_statements(&c.config, plugins, file_problem, &c);
  check_daemon(&c.config, file_problem, &c);
  check_threshold(&c.config, file_problem, &c);
  check_report(&c.config, file_problem, &c);
  for (size_t i = 0; i < PLUGINS; i++) {
    uses[i].options = plugins[i]->create();
    if (uses[i].options == NULL) {
      cli_say("out of memory");
      status = CLI_NOTHING;
      break;
    }
    read_plugin(&c, plugins[i], &uses[i]);
    any |= uses[i].loaded || uses[i].blocks > 0;
  }
  if (c.problems > 0)
    putchar('\n');
  show_files(&c);
  for (size_t i = 0; i < PLUGINS && status == CLI_DONE; i++)
    if (uses[i].loaded || uses[i].blocks > 0)
      show_plugin(plugins[i], &uses[i]);
  if (!any && c.config.files_num > 0)
    puts("\nNo plugin of collectd-kasa is loaded here: LoadPlugin kasa");
  if (c.problems > 0)
    printf("\n%u problem%s\n", c.problems, c.problems == 1 ? "" : "s");
  else
    puts("\nNo problems");
  if (c.denied && geteuid() != 0)
    puts("You may not read all of it; collectd runs as root: sudo kasactl "
         "check");
  for (size_t i = 0; i < PLUGINS; i++)
    plugins[i]->destroy(uses[i].options);
  config_free(&c.config);
  return c.problems > 0 ? CLI_NOTHING : status;
}

static int check_main(int argc, char **argv) {
  const char *path;

  if (argc > 1 && strcmp(argv[1], "--") == 0) {
    argv++;
    argc--;
  } else if (argc > 1 && argv[1][0] == '-' && argv[1][1] != '\0') {
    return cli_usage("check", "%s is no option of it", argv[1]);
  }
  if (argc > 2)
    return cli_usage("check", "%s is one argument too many", argv[2]);
  path = argc > 1 ? argv[1] : config_default();
  if (path == NULL)
    return cli_usage("check",
                     "collectd has no configuration here; which file?");
  return check(path);
}

const struct command check_command = {
    "check", "read the configuration and say what it means",
    "Reads FILE (else collectd's own configuration) and all that it includes\n"
    "as collectd would, and says what is set, what differs from the defaults\n"
    "and what is wrong. Exit status 0: all is well, 1: errors.\n",
    "[FILE]", check_main};
