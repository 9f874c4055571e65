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

enum { NOTES_MAX = 20 };

struct note {
  unsigned line;
  char text[CONF_WHY_SIZE];
};

struct teller {
  const char *path;
  struct option_reporter reporter;
  struct note notes[NOTES_MAX]; /* what collectd would pass over */
  size_t notes_num;
  unsigned billing_day;
};

static void say(void *arg, const char *line) {
  const struct teller *t = arg;

  if (t->reporter.line > 0)
    cli_say("%s:%u: %s", t->path, t->reporter.line, line);
  else
    cli_say("%s: %s", t->path, line);
}

static void keep_note(void *arg, unsigned line, const char *text) {
  struct teller *t = arg;
  const char *what = strstr(text, ": "); /* behind "line 12" */
  struct note *n = &t->notes[t->notes_num];

  if (t->notes_num == NOTES_MAX)
    return;
  t->notes_num++;
  n->line = line;
  snprintf(n->text, sizeof(n->text), "%s", what != NULL ? what + 2 : text);
}

/* Only where nothing else is wrong: a mistake is one line. */
static void say_notes(const struct teller *t) {
  for (size_t i = 0; i < t->notes_num; i++)
    cli_say("%s:%u: %s", t->path, t->notes[i].line, t->notes[i].text);
}

/* "line 12: ..." becomes "FILE:12: ...", as for all others. */
static void say_refusal(const char *path, const char *why) {
  static const char word[] = "line ";

  if (strncmp(why, word, strlen(word)) == 0)
    cli_say("%s:%s", path, why + strlen(word));
  else
    cli_say("%s: %s", path, why);
}

/* The last line may lack its end, which collectd would not forgive. */
static struct conf_item *parse(struct teller *t) {
  const char *path = t->path;
  char why[CONF_WHY_SIZE] = "";
  struct conf_item *root = NULL;
  FILE *in = fopen(path, "re");
  char *text = malloc(CONF_TEXT_MAX + 2);
  size_t len;

  if (in == NULL || text == NULL) {
    cli_say("%s: %s", path, strerror(errno));
  } else {
    len = fread(text, 1, CONF_TEXT_MAX + 1, in);
    if (len == 0 || text[len - 1] != '\n')
      text[len++] = '\n';
    root = conf_parser_read(text, len, keep_note, t, why);
    if (root == NULL)
      say_refusal(path, why);
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

bool energy_tariff_billing_day(const struct conf_item *item, unsigned *day) {
  enum { FIRST = 1, LAST = 31 };

  return text_same(item->key, "BillingDay") &&
         option_count(item, FIRST, LAST, day);
}

static void read_blocks(struct tariffs *set, const struct conf_item *item,
                        struct teller *t) {
  if (text_same(item->key, "Tariff"))
    tariff_config_read(set, item, &t->reporter);
  (void)energy_tariff_billing_day(item, &t->billing_day);
  if (is_plugin(item))
    for (size_t i = 0; i < item->children_num; i++)
      read_blocks(set, &item->children[i], t);
}

bool energy_tariff_read(const char *path, struct tariffs *set) {
  struct teller t = {.path = path, .reporter = {.say = say}, .billing_day = 1};
  struct conf_item *root = parse(&t);

  if (root == NULL)
    return false;
  t.reporter.arg = &t;
  for (size_t i = 0; i < root->children_num; i++)
    read_blocks(set, &root->children[i], &t);
  conf_free(root);
  if (t.reporter.errors > 0)
    return false;
  if (set->num == 0) {
    cli_say("%s: there is no <Tariff> in it that holds anything", path);
    return false;
  }
  say_notes(&t);
  tariff_config_finish(set, t.billing_day,
                       calendar_local_of((int64_t)clock_wall_us()).day,
                       &t.reporter);
  tariff_files_load(set, NULL, &t.reporter);
  return true;
}
