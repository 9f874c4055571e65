/* SPDX-License-Identifier: MIT */
/* kasactl energy learned. */
#include <config.h>

#include "cli/common/cli.h"
#include "cli/energy/energy.h"
#include "cli/energy/energy_learned.h"
#include "cli/energy/energy_place.h"

#include <getopt.h>

int energy_learned_main(int argc, char **argv) {
  static const struct option options[] = {
      ENERGY_PLACE_OPTIONS, {"json", no_argument, NULL, 'j'}, {0}};
  struct energy_place place = {0};
  bool json = false;
  int status = CLI_NOTHING;
  int c;

  while ((c = getopt_long(argc, argv, ENERGY_PLACE_LETTERS "j", options,
                          NULL)) != -1)
    if (c == 'j')
      json = true;
    else if (!energy_place_take(&place, c, optarg))
      return CLI_USAGE;
  if (argc - optind > 1)
    return cli_usage("energy learned", "%s is one argument too many",
                     argv[optind + 1]);
  if (energy_place_find(&place))
    status = energy_learned_show(place.directory,
                                 optind < argc ? argv[optind] : NULL, json);
  energy_place_free(&place);
  return status;
}
