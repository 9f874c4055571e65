/* SPDX-License-Identifier: MIT */
/* A table of texts that fits the terminal: columns as wide as needed, the
 * widest give way first. One thread at a time. */
#ifndef CLI_TERM_TEXT_TABLE_H
#define CLI_TERM_TEXT_TABLE_H

#include "cli/term/output.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CELL_SIZE = 1024, COLUMNS_MAX = 8 };

struct column {
  const char *title;
  unsigned least; /* never made narrower than this */
  bool right;     /* numbers */
};

struct text_table {
  const struct output *page;
  const struct column *columns;
  size_t columns_num; /* at most COLUMNS_MAX */
  char **texts;       /* row by row */
  size_t texts_num;
  bool out_of_memory;
};

/* An empty table of these columns, an array. */
#define CELLS(page, columns)                                                   \
  { (page), (columns), sizeof(columns) / sizeof((columns)[0]), NULL, 0, false }

/* The next cell, left to right. The text is cleaned; a number of 0 is shown as
 * nothing. */
void text_table_add(struct text_table *t, const char *text);
void text_table_add_number(struct text_table *t, int64_t number);

/* Prints and empties the table, or says nothing; 1 where it had no row. A row
 * is coloured by the level in its second cell, if there is one. */
int text_table_end(struct text_table *t, const char *nothing);

#endif
