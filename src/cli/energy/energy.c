/* SPDX-License-Identifier: MIT */
/* kasactl energy: finds the subcommand. */
#include <config.h>

#include "cli/energy/energy.h"

#include "cli/common/cli.h"

#include <string.h>

#define ENERGY_USAGE "[count|price] [OPTION]..."
#define ENERGY_HELP                                                            \
  "count: readings of a meter through the counter, as collectd would count\n"  \
  "them; needs no collectd.\n"                                                 \
  "\n"                                                                         \
  "  -f, --csv FILE       readings: t,total_wh,power_w,month_wh; t in\n"       \
  "                       seconds, an empty field is a value not given\n"      \
  "  -i, --interval N     seconds between two polls (the smallest step in\n"   \
  "                       FILE up to 300 s, else 15): stretches of power\n"    \
  "                       alone that are longer than three are left out\n"     \
  "  -j, --json           for programs\n"                                      \
  "\n"                                                                         \
  "price: what a load costs.\n"                                                \
  "\n"                                                                         \
  "  -t, --tariff FILE    <Tariff> blocks as in collectd.conf\n"               \
  "  -l, --load FILE      from,to,kwh; moments as in 2026-01-15T00:30:00Z\n"   \
  "  -b, --before KWH     used before in the billing month, for tiers\n"       \
  "  -j, --json           for programs\n"

static const struct {
  const char *name;
  int (*main)(int argc, char **argv);
} subcommands[] = {
    {"count", energy_count_main},
    {"price", energy_price_main},
};

static int energy_main(int argc, char **argv) {
  const char *name = argc > 1 ? argv[1] : "";

  for (size_t i = 0; i < sizeof(subcommands) / sizeof(subcommands[0]); i++)
    if (strcmp(name, subcommands[i].name) == 0)
      return subcommands[i].main(argc - 1, argv + 1);
  return cli_usage("energy", "%.60s is none of its subcommands",
                   name[0] != '\0' ? name : "nothing");
}

const struct command energy_command = {"energy",
                                       "what was used and what it costs",
                                       ENERGY_HELP, ENERGY_USAGE, energy_main};
