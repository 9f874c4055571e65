/* The devices as the metrics page of a running collectd shows them, and what
 * only memory over several pages can tell: since when one is silent, and why.
 * One thread. */
#ifndef CLI_HOUSE_H
#define CLI_HOUSE_H

#include "cli/metrics.h"
#include "cli/row.h"

#include <stdbool.h>
#include <stdint.h>

struct house;

struct house *house_create(void);
void house_free(struct house *h);

/* Takes one page over: house_begin(), house_take() for each sample,
 * house_end(). now_ms is this machine's time. */
void house_begin(struct house *h);
void house_take(void *house, const struct metrics_sample *sample);
void house_end(struct house *h, int64_t now_ms);

/* Devices by name, each followed by its plugs, and their sum; silent ones say
 * since when and why. 0 or -ENOMEM. */
int house_rows(const struct house *h, struct rows *rows, struct row *total);

size_t house_devices(const struct house *h);

/* When the newest reading was taken; 0 when there is none. */
int64_t house_time_ms(const struct house *h);

/* Samples left out because there was no memory or too many devices. */
bool house_overflowed(const struct house *h);

#endif
