/* SPDX-License-Identifier: MIT */
/* Where the ledger is: see energy_place.h. */
#include <config.h>

#include "cli/energy/energy_place.h"

#include "base/clock.h"
#include "base/text.h"
#include "cli/common/cli.h"
#include "cli/common/config_file.h"
#include "cli/energy/energy_tariff.h"
#include "energy/tariff/tariff_config.h"
#include "energy/tariff/tariff_files.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What kasa.so and collectd do without these options. */
static const char DEFAULT_BASE[] = "/var/lib/collectd";
static const char DEFAULT_STATE[] = "kasa";
static const char DEFAULT_ALERTS[] = "notify_kasa";

struct reading {
  struct energy_place *place;
  const char *base, *state, *alerts; /* of the configuration */
  const char *where;                 /* the file being read */
  const char *blocks;                /* that of <Plugin kasa>; "": several */
  struct option_reporter reporter;
};

bool energy_place_take(struct energy_place *p, int c, const char *argument) {
  if (c == 'S')
    p->state = argument;
  else if (c == 'C')
    p->config = argument;
  else
    return false;
  return true;
}

static void say(void *arg, const char *line) {
  const struct reading *r = arg;

  if (r->reporter.line > 0 && r->where[0] != '\0')
    cli_say("%s:%u: %s", r->where, r->reporter.line, line);
  else
    cli_say("%s", line);
}

static void say_problem(void *arg, const char *where, const char *text) {
  const struct reading *r = arg;

  if (r->place->config != NULL)
    cli_say("%s: %s", where, text);
}

static const char *string_of(const struct conf_item *item, const char *key) {
  return text_same(item->key, key) && item->values_num == 1 &&
                 item->values[0].kind == CONF_STRING
             ? item->values[0].string
             : NULL;
}

static void take_option(struct reading *r, const struct conf_item *item) {
  const char *state = string_of(item, "StateDirectory");

  if (state != NULL)
    r->state = state;
  else if (!energy_tariff_billing_day(item, &r->place->billing_day) &&
           text_same(item->key, "Tariff"))
    tariff_config_read(&r->place->tariffs, item, &r->reporter);
}

static void take_alerts(struct reading *r, const struct conf_item *block) {
  for (size_t i = 0; i < block->children_num; i++)
    if (string_of(&block->children[i], "StateDirectory") != NULL)
      r->alerts = string_of(&block->children[i], "StateDirectory");
}

static void take_block(struct reading *r, const struct conf_item *block) {
  r->blocks = r->blocks == NULL || r->blocks == r->where ? r->where : "";
  for (size_t i = 0; i < block->children_num; i++)
    take_option(r, &block->children[i]);
}

static void read_config(struct reading *r, const struct config *config) {
  for (size_t i = 0; i < config->statements_num; i++) {
    const struct conf_item *item = config->statements[i].item;
    const char *base = string_of(item, "BaseDir");

    r->where = config->files[config->statements[i].file].path;
    if (base != NULL)
      r->base = base;
    if (config_is_plugin(item, "kasa"))
      take_block(r, item);
    if (config_is_plugin(item, "notify_kasa"))
      take_alerts(r, item);
  }
  r->where = r->blocks != NULL ? r->blocks : "";
  r->place->tariffs_lost = r->reporter.errors;
  if (r->place->tariffs.num == 0)
    return;
  tariff_config_finish(
      &r->place->tariffs, r->place->billing_day > 0 ? r->place->billing_day : 1,
      calendar_local_of((int64_t)clock_wall_us()).day, &r->reporter);
  tariff_config_look_for_currency(&r->place->tariffs, &r->reporter);
  tariff_files_load(&r->place->tariffs, NULL, &r->reporter);
}

/* NULL: out of memory. */
static char *below(const char *base, const char *directory) {
  char *whole = NULL;
  int n = directory[0] == '/' ? asprintf(&whole, "%s", directory)
                              : asprintf(&whole, "%s/%s", base, directory);

  return n >= 0 ? whole : NULL;
}

static bool name_directories(struct reading *r) {
  struct energy_place *p = r->place;

  p->directory = p->state != NULL ? strdup(p->state) : below(r->base, r->state);
  p->alerts = below(r->base, r->alerts);
  if (p->directory == NULL || p->alerts == NULL)
    cli_say("out of memory");
  return p->directory != NULL && p->alerts != NULL;
}

/* Prices that came from an address stand in the ledger, and the billing day
 * that its daemon goes by, for who has another configuration or none. */
static void ask_ledger(struct energy_place *p) {
  char why[LEDGER_QUERY_WHY];
  struct ledger_query *q = ledger_query_open(p->directory, why);

  if (q != NULL && p->tariffs.num > 0)
    ledger_query_prices(q, &p->tariffs);
  if (p->billing_day == 0)
    p->billing_day = q != NULL ? ledger_query_billing_day(q) : 1;
  ledger_query_close(q);
}

bool energy_place_find(struct energy_place *p) {
  struct reading r = {.place = p,
                      .base = DEFAULT_BASE,
                      .state = DEFAULT_STATE,
                      .alerts = DEFAULT_ALERTS,
                      .where = ""};
  const char *path = p->config != NULL ? p->config : config_default();
  struct config config = {0};
  bool good = true;

  r.reporter = (struct option_reporter){.say = say, .arg = &r};
  p->billing_day = 0;
  if (path != NULL) {
    good =
        config_load(&config, path, say_problem, &r) == 0 || p->config == NULL;
    read_config(&r, &config);
  }
  good = good && name_directories(&r);
  config_free(&config);
  if (good)
    ask_ledger(p);
  return good;
}

void energy_place_free(struct energy_place *p) {
  free(p->directory);
  p->directory = NULL;
  free(p->alerts);
  p->alerts = NULL;
  tariffs_free(&p->tariffs);
}

struct ledger_query *energy_place_open(const struct energy_place *p) {
  char why[LEDGER_QUERY_WHY];
  struct ledger_query *q = ledger_query_open(p->directory, why);

  if (q == NULL) {
    cli_say("%s", why);
    if (access(p->directory, F_OK) < 0)
      cli_say("collectd begins the ledger when it has LoadPlugin kasa; another "
              "folder is --state DIR");
    else if (access(p->directory, R_OK | X_OK) < 0)
      cli_say("this user may not read it: try again with sudo");
  }
  return q;
}

bool energy_place_has_tariffs(const struct energy_place *p) {
  if (p->tariffs_lost > 0)
    cli_say("a <Tariff> with a mistake is left out: with the others alone some "
            "days would have wrong costs");
  else if (p->tariffs.num == 0)
    cli_say("there is no <Tariff> in the configuration");
  return p->tariffs_lost == 0 && p->tariffs.num > 0;
}

struct calendar_billing energy_place_month(const struct energy_place *p,
                                           int day) {
  const struct tariff *t = tariffs_at(&p->tariffs, day);

  return t != NULL ? tariff_billing(t, day)
                   : calendar_billing_of(day, p->billing_day);
}

int64_t energy_place_minimum(const struct energy_place *p,
                             struct ledger_query *q, int last) {
  struct calendar_billing month = energy_place_month(p, last);
  const struct tariff *t = tariffs_at(&p->tariffs, last);
  int64_t minimum = ledger_query_minimum(q, month.start);
  double told;

  if (minimum >= 0 || t == NULL ||
      strcmp(ledger_query_currency(q), tariffs_currency(&p->tariffs)) != 0)
    return minimum > 0 ? minimum : 0;
  told = tariff_minimum(t, month.end - 1);
  return isnan(told) ? 0 : llround(told * 1e6);
}
