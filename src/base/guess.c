/* SPDX-License-Identifier: MIT */
/* See guess.h. */
#include <config.h>

#include "base/guess.h"

#include "base/text.h"

#include <string.h>

bool guess_try(struct guess *g, const char *name) {
  unsigned edits = text_distance(g->word, name);

  if (edits > g->reach || edits >= strlen(name) ||
      (g->nearest != NULL && edits >= g->edits))
    return false;
  g->nearest = name;
  g->edits = edits;
  return true;
}
