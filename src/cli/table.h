/* Draws rows as a table for people: fits the given columns, never wraps.
 * Pure functions. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "cli/row.h"
#include "cli/style.h"

struct table_column;
/* The live table of `watch`, and what `discover` found. Columns that have no
 * place on a narrow terminal are left out. */
extern const struct table_column *const table_live;
extern const struct table_column *const table_found;

/* Adds header, rows and, if total is not NULL, a line and the total, each
 * line ended by a line feed. At most rows_max rows (0: all), the last of
 * which says how many are missing. 0, -ENOMEM, -EMSGSIZE. */
int table_draw(struct buf *out, const struct style *style,
               const struct table_column *columns, const struct rows *rows,
               const struct row *total, size_t rows_max)
    __attribute__((warn_unused_result));

/* Whether a value stands with a "*": Wh counted, not today's. */
bool table_has_counted(const struct rows *rows);

#endif
