/* SPDX-License-Identifier: MIT */
/* The power of the last hour as a line of bars, for each row of the live
 * table. Known are the hours that the table itself has seen. One thread. */
#ifndef CLI_LIVE_POWER_TREND_H
#define CLI_LIVE_POWER_TREND_H

#include "cli/devices/device_row.h"

#include <stdbool.h>
#include <stdint.h>

struct power_trend;

/* NULL when memory is out. */
struct power_trend *power_trend_create(void);
void power_trend_free(struct power_trend *t);

/* Remembers the power of each row and of the total; time_ms is that of the
 * reading, 0 when unknown: then nothing is remembered. A row without power is
 * a gap. What had none for an hour is forgotten. */
void power_trend_take(struct power_trend *t, const struct device_rows *rows,
                      const struct device_row *total, int64_t time_ms);

/* Writes the bars into the rows: TREND_COLUMNS of them, the newest last, each
 * the mean of three minutes; the highest of a row's hour is a whole bar. */
void power_trend_show(const struct power_trend *t, struct device_rows *rows,
                      struct device_row *total, bool ascii);

#endif
