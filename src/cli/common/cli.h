/* SPDX-License-Identifier: MIT */
/* What the subcommands of kasactl share. */
#ifndef CLI_COMMON_CLI_H
#define CLI_COMMON_CLI_H

#include <stdbool.h>

/* Exit statuses. */
enum { CLI_DONE = 0, CLI_NOTHING = 1, CLI_USAGE = 2 };

/* One command: its row of kasactl --help, and how to run it; argv[0] is
 * "kasactl NAME", for what getopt_long() says. */
struct command {
  const char *name;
  const char *summary; /* one line of kasactl --help */
  const char *help;    /* of kasactl COMMAND --help, after the usage line */
  const char *usage;   /* arguments */
  int (*main)(int argc, char **argv);
};

/* "kasactl watch: text" on stderr, with where to find help; CLI_USAGE. */
int cli_usage(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same where getopt_long() has said already what is wrong. */
int cli_bad_option(const char *command);

/* "kasactl: text" on stderr. */
void cli_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Reads a number between min and max, all of text: whether it is one. */
bool cli_number(const char *text, double min, double max, double *number);

#endif
