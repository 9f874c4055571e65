/* SPDX-License-Identifier: MIT */
/* "Did you mean": of names that are tried one after the other the one that is
 * nearest to a word that somebody wrote. */
#ifndef BASE_GUESS_H
#define BASE_GUESS_H

#include <stdbool.h>

/* Begun as {.word = WORD, .reach = EDITS}; it keeps the pointers only. */
struct guess {
  const char *word;
  unsigned reach;      /* within how many edits another name is meant */
  const char *nearest; /* of the names that were tried; NULL: none is near */
  unsigned edits;      /* from word to nearest */
};

/* name may have been meant: true when it is the nearest so far. Of two that are
 * as near the first; one that has nothing in common with the word never. */
bool guess_try(struct guess *g, const char *name);

#endif
