/* SPDX-License-Identifier: MIT */
/* What the subcommands of kasactl share: see cli.h. */
#include <config.h>

#include "cli/common/cli.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

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

int cli_bad_option(const char *command) {
  fprintf(stderr, "kasactl %s --help says more\n", command);
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
