/* SPDX-License-Identifier: MIT */
/* The work of `kasactl appliance`, apart from its arguments. One thread. */
#ifndef CLI_APPLIANCE_APPLIANCE_RUN_H
#define CLI_APPLIANCE_APPLIANCE_RUN_H

#include <stdbool.h>

struct conf_item;

/* Where the curve comes from: a file ("-" for standard input), or what
 * collectd's rrdtool plugin has kept of a device. */
struct curve_source {
  const char *csv;          /* or: */
  const char *device;       /* ... */
  const char *rrd, *config; /* as for graph_datadir() */
  double days;
  double interval; /* a poller's, in seconds; at least that of the curve */
};

/* Tries the settings of block, an <Appliance>, on a curve. Prints what came of
 * it and returns the exit status. */
int appliance_run_try(const struct conf_item *block,
                      const struct curve_source *source, bool json);

/* Suggests settings for the machine that made a curve. Likewise. */
int appliance_run_learn(const struct curve_source *source, bool json);

#endif
