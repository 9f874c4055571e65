/* SPDX-License-Identifier: MIT */
/* What kind of machine made a curve, and which settings would suit it, each
 * with its reason. The rules and what they were measured on are in
 * doc/appliances.md. One thread. */
#ifndef CLI_APPLIANCE_APPLIANCE_LEARN_H
#define CLI_APPLIANCE_APPLIANCE_LEARN_H

#include "appliance/appliance_settings.h"
#include "cli/appliance/power_csv.h"

#include <stdio.h>

enum { LEARN_REASON_SIZE = 160 };

/* What is seen of a curve that is read every so many seconds, at least 15. */
struct appliance_learned {
  double hours;     /* of which there are values */
  double standby_w; /* lowest mean of five minutes */
  double flicker_w; /* what its readings hardly exceed at rest */
  double top_w;     /* what its work hardly exceeds */
  double works;     /* share of the time, 0 to 1 */
  double heats;     /* share of the work above half of top_w */
  double switches;  /* across half of top_w, in an hour of work */
  double jumps;     /* between readings of the rest, against their mean */
  unsigned runs;
  double run_s; /* median of the runs */
  /* What follows: */
  double start_above_w, end_below_w;
  int kind; /* enum appliance_kind */
  char kind_reason[LEARN_REASON_SIZE];
};

/* 0; -ENODATA when nothing ran; -ENOMEM. */
int appliance_learn(struct appliance_learned *l, const struct power_curve *c,
                    double interval);

/* A block for collectd.conf with the reasons as comments. */
void appliance_learned_print(const struct appliance_learned *l, FILE *out);
/* {"schema":1,"kind":"washer","reason":"...",...}: 0 or -ENOMEM. */
int appliance_learned_json(const struct appliance_learned *l, FILE *out);

#endif
