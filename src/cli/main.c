/* SPDX-License-Identifier: MIT */
/* kasactl: the person's tool. Finds its subcommand and says how to use it. */
#include <config.h>

#include "base/guess.h"
#include "cli/alerts/alerts.h"
#include "cli/appliance/appliance_command.h"
#include "cli/check/check.h"
#include "cli/common/cli.h"
#include "cli/devices/discover.h"
#include "cli/devices/read.h"
#include "cli/energy/energy.h"
#include "cli/gallery/graph.h"
#include "cli/live/watch.h"
#include "cli/report/report_command.h"

#include <stdio.h>
#include <string.h>

/* Further commands get a row here. */
static const struct command *const commands[] = {
    &discover_command, &read_command,      &watch_command,
#ifndef KASACTL_WATCH /* the small one that run.sh begins with */
    &energy_command,   &report_command,    &graph_command,
    &alerts_command,   &appliance_command, &check_command,
#endif
};
enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static const char about[] =
    "kasactl " PACKAGE_VERSION
    " - TP-Link Kasa plugs, strips, switches and lights\n";

static void help(FILE *out) {
  fprintf(out, "%s\nUsage: kasactl COMMAND [OPTION]...\n\n", about);
  for (size_t i = 0; i < COMMANDS; i++)
    fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
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
  struct guess g = {.word = name, .reach = 2};

  for (size_t i = 0; i < COMMANDS; i++)
    guess_try(&g, commands[i]->name);
  return g.nearest;
}

/* Writing may fail unseen until the end: a full disk, a closed pipe. */
static int finish(int status) {
  if (fflush(stdout) != 0 || ferror(stdout)) {
    cli_say("the output could not be written");
    return status == CLI_DONE ? CLI_NOTHING : status;
  }
  return status;
}

static int run(const struct command *c, int argc, char **argv) {
  char name[40];

  if (asks_help(argc, argv))
    return command_help(c);
  snprintf(name, sizeof(name), "kasactl %s", c->name);
  argv[0] = name;
  return c->main(argc, argv);
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
    if (strcmp(name, commands[i]->name) == 0)
      return finish(run(commands[i], argc - 1, argv + 1));
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
