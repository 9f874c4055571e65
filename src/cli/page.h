/* Where a command prints, and what that place can show. */
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include <stdbool.h>
#include <stdio.h>

struct page {
  FILE *out;
  unsigned columns;
  bool color;
};

#endif
