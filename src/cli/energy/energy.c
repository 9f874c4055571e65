/* SPDX-License-Identifier: MIT */
/* kasactl energy: finds the subcommand. */
#include <config.h>

#include "cli/energy/energy.h"

#include "cli/common/cli.h"
#include "cli/energy/energy_place.h"

#include <stdio.h>
#include <string.h>

#define ENERGY_USAGE "[SUBCOMMAND] [OPTION]..."
#define ENERGY_HELP                                                            \
  "Without a subcommand: what was used and what it cost, from the ledger of\n" \
  "this machine, whether or not collectd runs.\n"                              \
  "\n"                                                                         \
  "  -d, --days N         the last N days, today in; else the billing month\n" \
  "  -m, --month YYYY-MM  the billing month that begins in it\n"               \
  "  -f, --from DATE      from that day on, as in 2026-01-15\n"                \
  "  -e, --to DATE        to that day, itself in\n"                            \
  "  -b, --by WHAT        device, plug, day, hour, period or month\n"          \
  "  -t, --top N          the N largest, the rest together\n"                  \
  "  -c, --csv            for spreadsheets\n"                                  \
  "  -j, --json           for programs\n" ENERGY_PLACE_HELP "\n"               \
  "cycles [DEVICE] [--csv|--json]: what appliances have finished on these\n"   \
  "  days: from when to when, kWh and cost.\n"                                 \
  "learned [DEVICE] [--json]: what is usual of appliances.\n"                  \
  "\n"                                                                         \
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
  "prices [--json]: what a kWh costs today and tomorrow, or on other days.\n"  \
  "export: all slots of these days as CSV.\n"                                  \
  "currency: of the ledger, and what to do when it has to change.\n"           \
  "rename OLD NEW [--yes]: gives what was used under an old name to "          \
  "another;\n"                                                                 \
  "  outlets as in \"Strip/Lamp\".\n"                                          \
  "reprice --from DATE [--to DATE] [--unpriced] [--json] [--yes]: computes\n"  \
  "  anew what these days cost under the tariffs of the configuration.\n"      \
  "  At a terminal it shows that first and asks; --yes asks nothing,\n"        \
  "  --dry-run changes nothing.\n"                                             \
  "rename only says what would change unless --yes is given.\n"                \
  "\n"                                                                         \
  "price: what a load costs.\n"                                                \
  "\n"                                                                         \
  "  -t, --tariff FILE    <Tariff> blocks as in collectd.conf; else those "    \
  "of\n"                                                                       \
  "                       the configuration\n"                                 \
  "  -l, --load FILE      from,to,kwh; moments as in 2026-01-15T00:30:00Z;\n"  \
  "                       else the ledger's own slots, of the days that\n"     \
  "                       --days, --month, --from and --to say\n"              \
  "  -b, --before KWH     used before in the billing month, for tiers\n"       \
  "  -j, --json           for programs\n"

static const struct {
  const char *name;
  int (*main)(int argc, char **argv);
} subcommands[] = {
    {"count", energy_count_main},     {"currency", energy_currency_main},
    {"cycles", energy_cycles_main},   {"export", energy_export_main},
    {"learned", energy_learned_main}, {"price", energy_price_main},
    {"prices", energy_prices_main},   {"rename", energy_rename_main},
    {"reprice", energy_reprice_main},
};

static int energy_main(int argc, char **argv) {
  const char *name = argc > 1 ? argv[1] : "";
  char whole[40];

  if (name[0] == '\0' || name[0] == '-')
    return energy_show_main(argc, argv);
  for (size_t i = 0; i < sizeof(subcommands) / sizeof(subcommands[0]); i++)
    if (strcmp(name, subcommands[i].name) == 0) {
      snprintf(whole, sizeof(whole), "kasactl energy %s", subcommands[i].name);
      argv[1] = whole;
      return subcommands[i].main(argc - 1, argv + 1);
    }
  return cli_usage("energy", "%.60s is none of its subcommands", name);
}

const struct command energy_command = {"energy",
                                       "what was used and what it costs",
                                       ENERGY_HELP, ENERGY_USAGE, energy_main};
