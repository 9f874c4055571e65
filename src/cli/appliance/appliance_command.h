/* SPDX-License-Identifier: MIT */
/* `kasactl appliance`: settings of <Appliance> tried on a recorded curve. */
#ifndef CLI_APPLIANCE_APPLIANCE_COMMAND_H
#define CLI_APPLIANCE_APPLIANCE_COMMAND_H

#define APPLIANCE_USAGE                                                        \
  "try --csv FILE [--kind KIND] [--set OPTION=VALUE]... [--interval S] "       \
  "[--json]"
#define APPLIANCE_HELP                                                         \
  "Prints the cycles that these settings would have found in a recorded\n"     \
  "curve, and what would have been told.\n"                                    \
  "\n"                                                                         \
  "  --csv FILE           header offset_s,watts; - for standard input\n"       \
  "  -k, --kind KIND      washer, dishwasher, dryer, fridge, freezer,\n"       \
  "                       coffee, heater, other\n"                             \
  "  -s, --set OPTION=VALUE  as in <Appliance>; may be repeated\n"             \
  "  -i, --interval S     seconds between two readings (15)\n"                 \
  "  -j, --json           for programs\n"

/* argv[0] is "appliance". Returns the exit status. */
int appliance_main(int argc, char **argv);

#endif
