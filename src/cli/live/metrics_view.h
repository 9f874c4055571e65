/* SPDX-License-Identifier: MIT */
/* The devices as the metrics page of a running collectd shows them, and what
 * only memory over several pages can tell: since when one is silent, and why.
 * One thread. */
#ifndef CLI_LIVE_METRICS_VIEW_H
#define CLI_LIVE_METRICS_VIEW_H

#include "cli/devices/device_row.h"
#include "cli/live/metrics.h"

#include <stdbool.h>
#include <stdint.h>

struct metrics_view;

struct metrics_view *metrics_view_create(void);
void metrics_view_free(struct metrics_view *h);

/* Takes one page over: metrics_view_begin(), metrics_view_take() for each
 * sample, metrics_view_end(). now_ms is this machine's time. */
void metrics_view_begin(struct metrics_view *h);
void metrics_view_take(void *devices, const struct metrics_sample *sample);
void metrics_view_end(struct metrics_view *h, int64_t now_ms);

/* Devices by name, each followed by its plugs, and their sum; silent ones say
 * since when and why. 0 or -ENOMEM. */
int metrics_view_rows(const struct metrics_view *h, struct device_rows *rows,
                      struct device_row *total);

size_t metrics_view_devices(const struct metrics_view *h);

/* When the newest reading was taken; 0 when there is none. */
int64_t metrics_view_time_ms(const struct metrics_view *h);

/* Samples left out because there was no memory or too many devices. */
bool metrics_view_overflowed(const struct metrics_view *h);

#endif
