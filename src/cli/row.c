/* A growing list of rows: see row.h. */
#include <config.h>

#include "cli/row.h"

#include <stdlib.h>

struct row *rows_add(struct rows *rows) {
  if (rows->count == rows->room) {
    size_t room = rows->room == 0 ? 32 : rows->room * 2;
    struct row *grown = realloc(rows->items, room * sizeof(*grown));

    if (grown == NULL)
      return NULL;
    rows->items = grown;
    rows->room = room;
  }
  rows->items[rows->count] = (struct row){0};
  return &rows->items[rows->count++];
}

void rows_free(struct rows *rows) {
  free(rows->items);
  *rows = (struct rows){0};
}
