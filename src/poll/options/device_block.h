/* SPDX-License-Identifier: MIT */
/* <Device "..."> and the <Plug "..."> blocks in it. */
#ifndef POLL_OPTIONS_DEVICE_BLOCK_H
#define POLL_OPTIONS_DEVICE_BLOCK_H

#include "poll/options/options.h"

/* Reads a block into one more of the devices of target, a struct poll_options.
 */
void device_block_read(void *target, const struct conf_item *item,
                       struct option_reporter *reporter);

void device_block_free(struct device_options *d);

/* The tables, for the test that compares them with the manual. */
extern const struct option device_options_table[];
extern const struct option plug_options_table[];

#endif
