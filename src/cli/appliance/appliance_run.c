/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "cli/appliance/appliance_run.h"

#include "cli/appliance/appliance_try.h"
#include "cli/common/cli.h"

#include <string.h>

static void say(void *arg, const char *line) {
  (void)arg;
  cli_say("%s", line);
}

int appliance_run_try(const struct conf_item *block, const char *csv,
                      double interval, bool json) {
  const char *path = strcmp(csv, "-") == 0 ? "/dev/stdin" : csv;
  struct option_reporter reporter = {.say = say};
  struct appliance_settings settings;
  struct appliance_trial trial = {0};
  struct power_curve curve;
  char why[POWER_CSV_WHY];
  int err = -1;

  appliance_settings_read(&settings, block, "<Appliance>", &reporter);
  if (reporter.errors > 0)
    return CLI_USAGE;
  if (power_csv_read(&curve, path, why) < 0) {
    cli_say("%s: %s", csv, why);
  } else {
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
