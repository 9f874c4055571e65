/* A table of texts that fits the terminal: columns as wide as needed, the
 * widest give way first. One thread at a time. */
#ifndef CLI_COLUMNS_H
#define CLI_COLUMNS_H

#include "cli/page.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CELL_SIZE = 1024, COLUMNS_MAX = 8 };

struct column {
  const char *title;
  unsigned least; /* never made narrower than this */
  bool right;     /* numbers */
};

struct cells {
  const struct page *page;
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
void cells_add(struct cells *t, const char *text);
void cells_add_number(struct cells *t, int64_t number);

/* Prints and empties the table, or says nothing; 1 where it had no row. A row
 * is coloured by the level in its second cell, if there is one. */
int cells_end(struct cells *t, const char *nothing);

#endif
