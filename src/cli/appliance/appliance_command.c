/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "cli/appliance/appliance_command.h"

#include "cli/appliance/appliance_run.h"
#include "cli/common/cli.h"
#include "cli/energy/energy_learned.h"
#include "cli/energy/energy_place.h"
#include "config/conf_tree.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define APPLIANCE_USAGE                                                        \
  "try DEVICE [--days N] [--rrd DIR] [--config FILE] | --csv FILE\n"           \
  "       [--kind KIND] [--set OPTION=VALUE]... [--interval S] [--json]\n"     \
  "       kasactl appliance learn DEVICE | --csv FILE [--days N] [--rrd "      \
  "DIR]\n"                                                                     \
  "       [--config FILE] [--interval S] [--json]\n"                           \
  "       kasactl appliance show [DEVICE] [--state DIR] [--config FILE] "      \
  "[--json]\n"                                                                 \
  "       kasactl appliance reset DEVICE [--state DIR] [--config FILE]"
#define APPLIANCE_HELP                                                         \
  "try prints the cycles that these settings would have found in a\n"          \
  "recorded curve, or in what collectd's rrdtool plugin has kept of a\n"       \
  "device, and what would have been told. learn suggests a block\n"            \
  "for it, with reasons. show prints what the\n"                               \
  "plugin has learned and keeps over restarts; reset makes it forget that.\n"  \
  "\n"                                                                         \
  "  --csv FILE           header offset_s,watts; - for standard input\n"       \
  "  -k, --kind KIND      washer, dishwasher, dryer, fridge, freezer,\n"       \
  "                       coffee, heater, other\n"                             \
  "  -s, --set OPTION=VALUE  as in <Appliance>; may be repeated\n"             \
  "  -d, --days N         of what is kept (1); older values are coarser\n"     \
  "  -r, --rrd DIR        the folder of the RRD files\n"                       \
  "  -i, --interval S     seconds between two readings (15)\n"                 \
  "  -j, --json           for programs\n" ENERGY_PLACE_HELP

struct arguments {
  struct curve_source source;
  bool json;
  const char *word, *device;
  struct energy_place place;
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

/* try [DEVICE] | learn [DEVICE] | show [DEVICE] | reset DEVICE */
static int take_words(struct arguments *a, int num, char **words) {
  a->word = num > 0 ? words[0] : "";
  a->device = num > 1 ? words[1] : NULL;
  if ((strcmp(a->word, "try") == 0 || strcmp(a->word, "learn") == 0) &&
      num <= 2) {
    a->source.device = a->device;
    a->source.config = a->place.config;
    return (a->source.csv != NULL) != (a->device != NULL)
               ? CLI_DONE
               : cli_usage("appliance",
                           "%s expects a device's name, or --csv FILE",
                           a->word);
  }
  if (strcmp(a->word, "show") == 0 && num <= 2)
    return CLI_DONE;
  if (strcmp(a->word, "reset") == 0)
    return num == 2 ? CLI_DONE
                    : cli_usage("appliance", "reset expects a device's name");
  return cli_usage("appliance", "expected try, learn, show or reset");
}

static int take_options(struct arguments *a, int argc, char **argv) {
  static const struct option known[] = {
      {"csv", required_argument, NULL, 'v'},
      {"kind", required_argument, NULL, 'k'},
      {"set", required_argument, NULL, 's'},
      {"days", required_argument, NULL, 'd'},
      {"rrd", required_argument, NULL, 'r'},
      {"interval", required_argument, NULL, 'i'},
      {"json", no_argument, NULL, 'j'},
      ENERGY_PLACE_OPTIONS,
      {0},
  };
  int option, err = 0;

  while (err == 0 &&
         (option = getopt_long(argc, argv, "k:s:d:r:i:j" ENERGY_PLACE_LETTERS,
                               known, NULL)) != -1) {
    switch (option) {
    case 'v':
      a->source.csv = optarg;
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
      if (!cli_number(optarg, 1, 3600, &a->source.interval))
        return cli_usage("appliance", "--interval expects 1 to 3600 seconds");
      break;
    case 'd':
      if (!cli_number(optarg, 0.1, 366, &a->source.days))
        return cli_usage("appliance", "--days expects 0.1 to 366");
      break;
    case 'r':
      a->source.rrd = optarg;
      break;
    case 'j':
      a->json = true;
      break;
    default:
      if (energy_place_take(&a->place, option, optarg))
        break;
      return cli_bad_option("appliance");
    }
  }
  if (err < 0) {
    cli_say("out of memory");
    return CLI_NOTHING;
  }
  return take_words(a, argc - optind, argv + optind);
}

static int run_kept(struct arguments *a) {
  int status = CLI_NOTHING;

  if (energy_place_find(&a->place))
    status = strcmp(a->word, "show") == 0
                 ? energy_learned_show(a->place.directory, a->device, a->json)
                 : energy_learned_reset(a->place.directory, a->device);
  energy_place_free(&a->place);
  return status;
}

static int run(struct arguments *a) {
  if (strcmp(a->word, "try") == 0)
    return appliance_run_try(a->block, &a->source, a->json);
  if (strcmp(a->word, "learn") == 0)
    return appliance_run_learn(&a->source, a->json);
  return run_kept(a);
}

static int appliance_main(int argc, char **argv) {
  struct arguments a = {.source = {.interval = 15, .days = 1},
                        .word = "try",
                        .block = conf_new("Appliance")};
  int status;

  if (a.block == NULL) {
    cli_say("out of memory");
    return CLI_NOTHING;
  }
  status = take_options(&a, argc, argv);
  if (status == CLI_DONE)
    status = run(&a);
  conf_free(a.block);
  return status;
}

const struct command appliance_command = {
    "appliance", "what was learned of an appliance; try settings on a curve",
    APPLIANCE_HELP, APPLIANCE_USAGE, appliance_main};
