/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "cli/appliance/appliance_command.h"

#include "cli/appliance/appliance_run.h"
#include "cli/common/cli.h"
#include "config/conf_tree.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

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

struct arguments {
  const char *csv;
  double interval;
  bool json;
  struct conf_item *block; /* what --kind and --set say, as <Appliance> */
};

/* A number stays one, as collectd's own parser has it. */
static int set(struct conf_item *block, const char *name, const char *value) {
  struct conf_item *item = conf_add_child(block, name);
  char *end;
  double number = strtod(value, &end);

  if (item == NULL)
    return -ENOMEM;
  if (end != value && *end == '\0')
    return conf_add_number(item, number);
  return conf_add_string(item, value);
}

static int set_pair(struct conf_item *block, char *pair) {
  char *equals = strchr(pair, '=');

  if (equals == NULL || equals == pair)
    return -EINVAL;
  *equals = '\0';
  return set(block, pair, equals + 1);
}

static int take_options(struct arguments *a, int argc, char **argv) {
  static const struct option known[] = {
      {"csv", required_argument, NULL, 'C'},
      {"kind", required_argument, NULL, 'k'},
      {"set", required_argument, NULL, 's'},
      {"interval", required_argument, NULL, 'i'},
      {"json", no_argument, NULL, 'j'},
      {0},
  };
  int option, err = 0;

  while (err == 0 &&
         (option = getopt_long(argc, argv, "k:s:i:j", known, NULL)) != -1) {
    switch (option) {
    case 'C':
      a->csv = optarg;
      break;
    case 'k':
      err = set(a->block, "Kind", optarg);
      break;
    case 's':
      err = set_pair(a->block, optarg);
      if (err == -EINVAL)
        return cli_usage("appliance",
                         "--set expects OPTION=VALUE, like StartAbove=15");
      break;
    case 'i':
      if (!cli_number(optarg, 1, 3600, &a->interval))
        return cli_usage("appliance", "--interval expects 1 to 3600 seconds");
      break;
    case 'j':
      a->json = true;
      break;
    default:
      return cli_usage("appliance", "these arguments do not fit");
    }
  }
  if (err < 0) {
    cli_say("out of memory");
    return CLI_NOTHING;
  }
  if (argc - optind != 1 || strcmp(argv[optind], "try") != 0)
    return cli_usage("appliance", "expected try");
  if (a->csv == NULL)
    return cli_usage("appliance", "--csv FILE is missing");
  return CLI_DONE;
}

static int appliance_main(int argc, char **argv) {
  struct arguments a = {.interval = 15, .block = conf_new("Appliance")};
  int status;

  if (a.block == NULL) {
    cli_say("out of memory");
    return CLI_NOTHING;
  }
  status = take_options(&a, argc, argv);
  if (status == CLI_DONE)
    status = appliance_run_try(a.block, a.csv, a.interval, a.json);
  conf_free(a.block);
  return status;
}

const struct command appliance_command = {
    "appliance", "try settings of an appliance on a recorded curve",
    APPLIANCE_HELP, APPLIANCE_USAGE, appliance_main};
