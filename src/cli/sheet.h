/* One device in full, for people: every value with its unit, plugs below.
 * Pure functions. */
#ifndef CLI_SHEET_H
#define CLI_SHEET_H

#include "cli/found.h"
#include "cli/style.h"

/* Adds the sheet: 0, -ENOMEM, -EMSGSIZE. */
int sheet_draw(struct buf *out, const struct style *style,
               const struct found *f) __attribute__((warn_unused_result));

#endif
