/* SPDX-License-Identifier: MIT */
/* What settings of an appliance would have made of a recorded curve: its
 * cycles, and what would have been told. One thread. */
#ifndef CLI_APPLIANCE_APPLIANCE_TRY_H
#define CLI_APPLIANCE_APPLIANCE_TRY_H

#include "appliance/appliance_settings.h"
#include "appliance/watch.h"
#include "cli/appliance/power_csv.h"

#include <stdio.h>

struct appliance_trial {
  struct cycle_stretch *cycles; /* those that count */
  size_t cycles_num;
  struct appliance_message {
    double at;
    char text[WATCH_TEXT_SIZE];
  } * messages;
  size_t messages_num;
  bool running; /* at the end of the curve */
  double running_since;
  double begins;   /* seconds since 1970 UTC, or NAN */
  double interval; /* seconds between what was looked at */
};

/* Asks the curve every interval seconds as kasa.so would ask the plug. 0, or
 * -ENOMEM; appliance_trial_free() in both cases. */
int appliance_try(struct appliance_trial *trial,
                  const struct appliance_settings *settings,
                  const struct power_curve *curve, double interval);
void appliance_trial_free(struct appliance_trial *trial);

void appliance_trial_print(const struct appliance_trial *trial, FILE *out);
/* {"schema":1,"cycles":[...],"running":false,"messages":[...]}: 0 or -ENOMEM.
 */
int appliance_trial_json(const struct appliance_trial *trial, FILE *out);

#endif
