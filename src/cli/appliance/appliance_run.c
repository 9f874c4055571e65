/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "cli/appliance/appliance_run.h"

#include "cli/appliance/appliance_learn.h"
#include "cli/appliance/appliance_try.h"
#include "cli/appliance/power_history.h"
#include "cli/common/cli.h"
#include "cli/graph/graph_datadir.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void say(void *arg, const char *line) {
  (void)arg;
  cli_say("%s", line);
}

/* 0, or -1 after saying why not. */
static int read_curve(struct power_curve *curve, const struct curve_source *s,
                      double *interval) {
  char why[POWER_CSV_WHY];
  double step = 0;
  char *folder;
  int err;

  *curve = (struct power_curve){0};
  *interval = s->interval;
  if (s->csv != NULL) {
    err = power_csv_read(curve,
                         strcmp(s->csv, "-") == 0 ? "/dev/stdin" : s->csv, why);
    if (err < 0)
      cli_say("%s: %s", s->csv, why);
    return err;
  }
  folder = graph_datadir(s->rrd, s->config);
  if (folder == NULL)
    return -1;
  err = power_history_read(curve, folder, s->device, s->days, &step);
  free(folder);
  if (step > *interval)
    *interval = step;
  return err;
}

int appliance_run_try(const struct conf_item *block,
                      const struct curve_source *source, bool json) {
  struct option_reporter reporter = {.say = say};
  struct appliance_settings settings;
  struct appliance_trial trial = {0};
  struct power_curve curve;
  double interval;
  int err;

  appliance_settings_read(&settings, block, "<Appliance>", &reporter);
  if (reporter.errors > 0)
    return CLI_USAGE;
  err = read_curve(&curve, source, &interval);
  if (err == 0) {
    err = appliance_try(&trial, &settings, &curve, interval);
    if (err == 0 && json)
      err = appliance_trial_json(&trial, stdout);
    else if (err == 0)
      appliance_trial_print(&trial, stdout);
    if (err < 0)
      cli_say("out of memory");
  }
  appliance_trial_free(&trial);
  power_curve_free(&curve);
  return err < 0 ? CLI_NOTHING : CLI_DONE;
}

int appliance_run_learn(const struct curve_source *source, bool json) {
  struct appliance_learned learned;
  struct power_curve curve;
  double interval;
  int err = read_curve(&curve, source, &interval);

  if (err == 0) {
    err = appliance_learn(&learned, &curve, interval);
    if (err == 0 && json)
      err = appliance_learned_json(&learned, stdout);
    else if (err == 0)
      appliance_learned_print(&learned, stdout);
    if (err == -ENODATA)
      cli_say("nothing has run in this time: look at more days, or after the "
              "machine has run");
    else if (err < 0)
      cli_say("out of memory");
  }
  power_curve_free(&curve);
  return err < 0 ? CLI_NOTHING : CLI_DONE;
}
