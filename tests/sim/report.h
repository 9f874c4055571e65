/* SPDX-License-Identifier: MIT */
/* What the control socket tells about devices: the truth, and the statistics.
 */
#ifndef KASASIM_REPORT_H
#define KASASIM_REPORT_H

#include "device.h"

/* {"addr":..,"watts":..,"served":{..},"plugs":[..]} */
void report_truth(struct device *d, struct text *out);
/* {"addr":..,"accepted":..,"asked":[..]} */
void report_stats(const struct device *d, struct text *out);
/* Sums over the house. */
void report_totals(const struct house *house, struct text *out);
/* Counters to zero; open connections stay counted. */
void report_reset(struct house *house);

#endif
