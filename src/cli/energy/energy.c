/* SPDX-License-Identifier: MIT */
/* kasactl energy: finds the subcommand. */
#include <config.h>

#include "cli/energy/energy.h"

#include "cli/common/cli.h"

#include <string.h>

static const struct {
  const char *name;
  int (*main)(int argc, char **argv);
} subcommands[] = {
    {"count", energy_count_main},
    {"price", energy_price_main},
};

int energy_main(int argc, char **argv) {
  const char *name = argc > 1 ? argv[1] : "";

  for (size_t i = 0; i < sizeof(subcommands) / sizeof(subcommands[0]); i++)
    if (strcmp(name, subcommands[i].name) == 0)
      return subcommands[i].main(argc - 1, argv + 1);
  return cli_usage("energy", "%.60s is none of its subcommands",
                   name[0] != '\0' ? name : "nothing");
}
