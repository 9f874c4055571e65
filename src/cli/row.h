/* One line of a table of devices, whoever found it: a search (discover) or
 * collectd's metrics page (watch). Plain data. */
#ifndef CLI_ROW_H
#define CLI_ROW_H

#include "device/device.h"
#include "device/outcome.h"

#include <stdbool.h>
#include <stddef.h>

enum row_kind { ROW_DEVICE, ROW_PLUG, ROW_LAST_PLUG, ROW_TOTAL };

struct row {
  enum row_kind kind;
  char name[128]; /* of the total: its text */
  char model[32]; /* the texts are "" where there is none */
  char address[16];
  char via[8]; /* transport */
  struct reading now;
  bool counted; /* wh is there: what to show where kwh_today is missing */
  double wh;
  bool failed;           /* does not answer */
  char remark[WHY_SIZE]; /* stands in place of the values */
};

struct rows {
  struct row *items;
  size_t count, room;
};

/* A new, empty row at the end; NULL when memory is out. */
struct row *rows_add(struct rows *rows);
void rows_free(struct rows *rows);

#endif
