/* SPDX-License-Identifier: MIT */
/* What the place that text goes to can show: columns, colours, characters.
 * One thread. */
#ifndef CLI_TERM_STYLE_H
#define CLI_TERM_STYLE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdio.h>

enum ink {
  INK_PLAIN,
  INK_DIM,
  INK_BOLD,
  INK_GREEN,
  INK_YELLOW,
  INK_RED,
  INK_CYAN,
};

struct style {
  unsigned columns; /* lines are never longer */
  unsigned rows;    /* of a terminal; 0: no limit */
  bool terminal;
  bool colour;
  bool ascii; /* no characters beyond ASCII for ornaments */
};

enum { STYLE_COLUMNS_MIN = 40, STYLE_COLUMNS_MAX = 200 };

/* Looks at file and the environment (COLUMNS, NO_COLOR, TERM, LANG). */
void style_of(struct style *style, FILE *file);

/* Adds text in that colour: 0, -ENOMEM, -EMSGSIZE. */
int style_ink(const struct style *style, struct buf *out, enum ink ink,
              const char *text) __attribute__((warn_unused_result));

#endif
