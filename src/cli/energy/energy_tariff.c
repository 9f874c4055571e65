/* SPDX-License-Identifier: MIT */
/* Tariffs of a file: see energy_tariff.h. */
#include <config.h>

#include "cli/energy/energy_tariff.h"

#include "base/clock.h"
#include "base/text.h"
#include "cli/common/cli.h"
#include "config/conf_parser.h"
#include "energy/tariff/tariff_config.h"
#include "energy/tariff/tariff_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct teller {
  const char *path;
  struct option_reporter reporter;
};

static void say(void *arg, const char *line) {
  const struct teller *t = arg;

  if (t->reporter.line > 0)
    cli_say("%s:%u: %s", t->path, t->reporter.line, line);
  else
    cli_say("%s: %s", t->path, line);
}

/* The last line may lack its end, which collectd would not forgive. */
static struct conf_item *parse(const char *path) {
  char why[CONF_WHY_SIZE] = "";
  struct conf_item *root = NULL;
  FILE *in = fopen(path, "re");
  char *text = malloc(CONF_TEXT_MAX + 2);
  size_t len;

  if (in == NULL || text == NULL) {
    cli_say("%s: %s", path, strerror(errno));
  } else {
    len = fread(text, 1, CONF_TEXT_MAX + 1, in);
    text[len] = '\n';
    root = conf_parser_read(text, len + 1, NULL, NULL, why);
    if (root == NULL)
      cli_say("%s: %s", path, why);
  }
  free(text);
  if (in != NULL)
    fclose(in);
  return root;
}

static bool is_plugin(const struct conf_item *item) {
  return text_same(item->key, "Plugin") && item->values_num == 1 &&
         item->values[0].kind == CONF_STRING &&
         text_same(item->values[0].string, "kasa");
}

static void read_blocks(struct tariffs *set, const struct conf_item *item,
                        struct option_reporter *reporter) {
  if (text_same(item->key, "Tariff"))
    tariff_config_read(set, item, reporter);
  if (is_plugin(item))
    for (size_t i = 0; i < item->children_num; i++)
      read_blocks(set, &item->children[i], reporter);
}

bool energy_tariff_read(const char *path, struct tariffs *set) {
  struct teller t = {.path = path, .reporter = {.say = say}};
  struct conf_item *root = parse(path);

  if (root == NULL)
    return false;
  t.reporter.arg = &t;
  for (size_t i = 0; i < root->children_num; i++)
    read_blocks(set, &root->children[i], &t.reporter);
  conf_free(root);
  t.reporter.line = 0;
  if (t.reporter.errors == 0 && set->num == 0) {
    cli_say("%s: there is no <Tariff> in it", path);
    return false;
  }
  tariff_config_finish(set, calendar_local_of((int64_t)clock_wall_us()).day,
                       &t.reporter);
  tariff_files_load(set, NULL, say, &t);
  return t.reporter.errors == 0;
}
