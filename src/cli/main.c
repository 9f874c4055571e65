/* SPDX-License-Identifier: MIT */
/* kasactl: the person's tool. Finds its subcommand and says how to use it. */
#include <config.h>

#include "base/text.h"
#include "cli/alerts/alerts.h"
#include "cli/appliance/appliance_command.h"
#include "cli/common/cli.h"
#include "cli/energy/energy.h"

#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Further commands get a row here. */
static const struct command commands[] = {
    {"discover", "find the devices on the network and what they read",
     "Asks the local network, lists every device that answers with its plugs\n"
     "and readings, and those that cannot be polled with the reason.\n"
     "\n"
     "  -t, --target ADDR    ask this address (broadcast or device) instead "
     "of\n"
     "                       all networks of this machine; may be repeated\n"
     "  -w, --wait SECONDS   how long to listen (3)\n"
     "  -c, --config FILE    with the options and devices of this "
     "collectd.conf\n"
     "  -j, --json           for programs\n",
     "[--json] [--wait SECONDS] [--target ADDR]... [--config FILE]",
     discover_main},
    {"read", "read one device in full",
     "ADDRESS is an IPv4 address, a host name, a MAC address or the name that\n"
     "the device has in the app.\n"
     "\n"
     "  -W, --watch[=SECONDS] again and again, every 5 seconds, until Ctrl-C\n"
     "  -t, --target ADDR    where to look for a name or MAC; may be repeated\n"
     "  -w, --wait SECONDS   how long to look for it (3)\n"
     "  -c, --config FILE    with the options and devices of this "
     "collectd.conf\n"
     "  -j, --json           for programs; with --watch one object per line\n",
     "ADDRESS [--json] [--watch [SECONDS]] [--target ADDR]... [--config FILE]",
     read_main},
    {"watch", "the live table of a running collectd",
     "Reads the page that collectd's write_prometheus plugin serves; asks no\n"
     "device. Names marked in red do not answer.\n"
     "\n"
     "  -m, --metrics URL    the page (http://127.0.0.1:9103/metrics)\n"
     "  -i, --interval N     seconds between two looks (5)\n"
     "  -1, --once           one table, then end\n"
     "  -w, --wait SECONDS   with --once: wait so long for devices to appear\n"
     "  -l, --label TEXT     a word for the headline\n",
     "[--metrics URL] [--interval N] [--once [--wait SECONDS]] [--label TEXT]",
     watch_main},
    {"energy", "what was used and what it costs", ENERGY_HELP, ENERGY_USAGE,
     energy_main},
    {"graph", "pictures and pages from collectd's RRD files",
     "Draws what collectd's rrdtool plugin has kept, and makes DIR/index.html\n"
     "with all devices and a page for each. rrdtool has to be installed.\n"
     "\n"
     "  -o, --out DIR        where the gallery goes (kasa-graphs)\n"
     "  -s, --span LIST      of day, week, month, year (all)\n"
     "  -k, --kind LIST      of power, energy, voltage, current, signal,\n"
     "                       response, or all; otherwise as many as half a\n"
     "                       minute allows\n"
     "  -r, --rrd DIR        where the RRD files are, instead of where the\n"
     "                       configuration says\n"
     "  -c, --config FILE    this collectd.conf\n",
     "[--out DIR] [--span LIST] [--kind LIST] [--rrd DIR] [--config FILE]",
     graph_main},
    {"alerts", "what is wrong now; acknowledge, test, explain", ALERTS_HELP,
     ALERTS_USAGE, alerts_main},
    {"appliance", "try settings of an appliance on a recorded curve",
     APPLIANCE_HELP, APPLIANCE_USAGE, appliance_main},
    {"check", "read the configuration and say what it means",
     "Reads FILE (else collectd's own configuration) and all that it includes\n"
     "as collectd would, and says what is set, what differs from the defaults\n"
     "and what is wrong. Exit status 0: all is well, 1: errors.\n",
     "[FILE]", check_main},
};
enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static const char about[] =
    "kasactl " PACKAGE_VERSION
    " - TP-Link Kasa plugs, strips, switches and lights\n";

static void help(FILE *out) {
  fprintf(out, "%s\nUsage: kasactl COMMAND [OPTION]...\n\n", about);
  for (size_t i = 0; i < COMMANDS; i++)
    fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
  fputs("\nkasactl COMMAND --help says more; so does kasactl(1).\n"
        "Exit status: 0 done, 1 not found or nothing answered, 2 usage.\n",
        out);
}

static int command_help(const struct command *c) {
  printf("Usage: kasactl %s %s\n\n%s", c->name, c->usage, c->help);
  return CLI_DONE;
}

static bool asks_help(int argc, char **argv) {
  for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
    if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
      return true;
  return false;
}

static const char *nearest(const char *name) {
  const char *best = NULL;
  unsigned least = 3;

  for (size_t i = 0; i < COMMANDS; i++)
    if (text_distance(name, commands[i].name) < least) {
      least = text_distance(name, commands[i].name);
      best = commands[i].name;
    }
  return best;
}

void cli_say(const char *format, ...) {
  va_list args;

  fputs("kasactl: ", stderr);
  va_start(args, format);
  vfprintf(stderr, format, args);
  va_end(args);
  fputc('\n', stderr);
}

int cli_usage(const char *command, const char *format, ...) {
  va_list args;

  fprintf(stderr, "kasactl %s: ", command);
  va_start(args, format);
  vfprintf(stderr, format, args);
  va_end(args);
  fprintf(stderr, "\nkasactl %s --help says more\n", command);
  return CLI_USAGE;
}

bool cli_number(const char *text, double min, double max, double *number) {
  char *end = NULL;
  double value = strtod(text, &end);

  if (end == text || *end != '\0' || !isfinite(value) || value < min ||
      value > max)
    return false;
  *number = value;
  return true;
}

/* Writing may fail unseen until the end: a full disk, a closed pipe. */
static int finish(int status) {
  if (fflush(stdout) != 0 || ferror(stdout)) {
    cli_say("the output could not be written");
    return status == CLI_DONE ? CLI_NOTHING : status;
  }
  return status;
}

int main(int argc, char **argv) {
  const char *name = argc > 1 ? argv[1] : "";
  const char *guess;

  if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
    fputs("kasactl " PACKAGE_VERSION "\n", stdout);
    return finish(CLI_DONE);
  }
  if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 ||
      strcmp(name, "help") == 0) {
    help(stdout);
    return finish(CLI_DONE);
  }
  for (size_t i = 0; i < COMMANDS; i++)
    if (strcmp(name, commands[i].name) == 0)
      return finish(asks_help(argc - 1, argv + 1)
                        ? command_help(&commands[i])
                        : commands[i].main(argc - 1, argv + 1));
  if (name[0] == '\0') {
    help(stderr);
    return CLI_USAGE;
  }
  guess = nearest(name);
  fprintf(stderr, "kasactl: there is no command %.60s%s%s%s\n", name,
          guess != NULL ? ", did you mean " : "", guess != NULL ? guess : "",
          guess != NULL ? "?" : "; kasactl --help lists them");
  return CLI_USAGE;
}
