/* SPDX-License-Identifier: MIT */
/* Where a command prints, and what that place can show. */
#ifndef CLI_TERM_OUTPUT_H
#define CLI_TERM_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

struct output {
  FILE *out;
  unsigned columns;
  bool color;
};

#endif
