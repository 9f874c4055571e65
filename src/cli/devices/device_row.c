/* SPDX-License-Identifier: MIT */
/* A growing list of rows: see device_row.h. */
#include <config.h>

#include "cli/devices/device_row.h"

#include <stdlib.h>

struct device_row *device_rows_add(struct device_rows *rows) {
  if (rows->count == rows->room) {
    size_t room = rows->room == 0 ? 32 : rows->room * 2;
    struct device_row *grown = realloc(rows->items, room * sizeof(*grown));

    if (grown == NULL)
      return NULL;
    rows->items = grown;
    rows->room = room;
  }
  rows->items[rows->count] = (struct device_row){0};
  return &rows->items[rows->count++];
}

void device_rows_free(struct device_rows *rows) {
  free(rows->items);
  *rows = (struct device_rows){0};
}
