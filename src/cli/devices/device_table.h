/* SPDX-License-Identifier: MIT */
/* Draws rows as a table for people: fits the given columns, never wraps.
 * Pure functions. */
#ifndef CLI_DEVICES_DEVICE_TABLE_H
#define CLI_DEVICES_DEVICE_TABLE_H

#include "cli/devices/device_row.h"
#include "cli/term/style.h"

struct table_column;
/* The live table of `watch`, and the table of `discover`. Columns that have no
 * place on a narrow terminal are left out. */
extern const struct table_column *const table_live;
extern const struct table_column *const table_discovered;

/* Rows that are shown: a window that moves over them. */
struct device_table_view {
  size_t first;
  size_t most; /* lines; 0: all */
};

/* Columns of the whole table. */
unsigned device_table_width(const struct style *style,
                            const struct table_column *columns,
                            const struct device_rows *rows);

/* Adds header, rows and, if total is not NULL, a line and the total, each
 * line ended by a line feed. With a view (else NULL) that is too small for all
 * rows the last of its lines says what is missing; view->first is corrected
 * where it is too far. 0, -ENOMEM, -EMSGSIZE. */
int device_table_draw(struct buf *out, const struct style *style,
                      const struct table_column *columns,
                      const struct device_rows *rows,
                      const struct device_row *total,
                      struct device_table_view *view)
    __attribute__((warn_unused_result));

/* Whether a value stands with a "*": Wh counted, not today's. */
bool device_table_has_counted(const struct device_rows *rows);

#endif
