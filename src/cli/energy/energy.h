/* SPDX-License-Identifier: MIT */
/* kasactl energy and its subcommands. One thread. */
#ifndef CLI_ENERGY_ENERGY_H
#define CLI_ENERGY_ENERGY_H

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

int energy_main(int argc, char **argv);
int energy_count_main(int argc, char **argv);
int energy_price_main(int argc, char **argv);

#endif
