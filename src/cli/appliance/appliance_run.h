/* SPDX-License-Identifier: MIT */
/* The work of `kasactl appliance`, apart from its arguments. One thread. */
#ifndef CLI_APPLIANCE_APPLIANCE_RUN_H
#define CLI_APPLIANCE_APPLIANCE_RUN_H

#include <stdbool.h>

struct conf_item;

/* Tries the settings of block, an <Appliance>, on the curve in the file csv
 * ("-" for standard input), read every interval seconds. Prints what came of it
 * and returns the exit status. */
int appliance_run_try(const struct conf_item *block, const char *csv,
                      double interval, bool json);

#endif
