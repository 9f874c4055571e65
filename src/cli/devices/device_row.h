/* SPDX-License-Identifier: MIT */
/* One line of a table of devices, wherever it comes from: a search (discover)
 * or collectd's metrics page (watch). Plain data. */
#ifndef CLI_DEVICES_DEVICE_ROW_H
#define CLI_DEVICES_DEVICE_ROW_H

#include "device/device.h"
#include "device/outcome.h"

#include <stdbool.h>
#include <stddef.h>

enum device_row_kind {
  DEVICE_ROW_DEVICE,
  DEVICE_ROW_PLUG,
  DEVICE_ROW_LAST_PLUG,
  DEVICE_ROW_TOTAL
};

/* The course of power: columns, and bytes with three for each of them. */
enum { TREND_COLUMNS = 20, TREND_SIZE = 3 * TREND_COLUMNS + 1 };

struct device_row {
  enum device_row_kind kind;
  char name[128]; /* of the total: its text */
  char model[32]; /* the texts are "" where there is none */
  char address[16];
  char via[8]; /* transport */
  struct reading now;
  bool counted; /* wh is there: what to show where kwh_today is missing */
  double wh;
  char trend[TREND_SIZE]; /* bars of the last hour's power */
  bool failed;            /* does not answer */
  char remark[WHY_SIZE];  /* stands in place of the values */
};

struct device_rows {
  struct device_row *items;
  size_t count, room;
};

/* A new, empty row at the end; NULL when memory is out. */
struct device_row *device_rows_add(struct device_rows *rows);
void device_rows_free(struct device_rows *rows);

#endif
