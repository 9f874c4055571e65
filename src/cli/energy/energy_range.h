/* SPDX-License-Identifier: MIT */
/* The days a subcommand is asked about. One thread. */
#ifndef CLI_ENERGY_ENERGY_RANGE_H
#define CLI_ENERGY_ENERGY_RANGE_H

#include "cli/energy/energy_place.h"

#define ENERGY_RANGE_OPTIONS                                                   \
  {"days", required_argument, NULL, 'd'},                                      \
      {"month", required_argument, NULL, 'm'},                                 \
      {"from", required_argument, NULL, 'f'}, {                                \
    "to", required_argument, NULL, 'e'                                         \
  }
#define ENERGY_RANGE_LETTERS "d:m:f:e:"

struct energy_range {
  const char *days, *month, *from, *to; /* as given, or NULL */
  int first, last;                      /* local days */
};

/* Whether c is one of those options, which it takes. */
bool energy_range_take(struct energy_range *r, int c, const char *argument);

/* Works out the days; nothing given: the billing month so far. CLI_DONE or,
 * after saying what is wrong, CLI_USAGE. */
int energy_range_set(struct energy_range *r, const struct energy_place *p,
                     const char *command);

#endif
