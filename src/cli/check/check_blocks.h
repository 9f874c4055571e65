/* SPDX-License-Identifier: MIT */
/* What <Appliance>, <Spike> and <Limits> blocks were understood as. */
#ifndef CLI_CHECK_CHECK_BLOCKS_H
#define CLI_CHECK_CHECK_BLOCKS_H

#include "appliance/appliance_settings.h"
#include "energy/limits/limits_config.h"

#include <stdio.h>

/* Those of a device or plug that are there: the kind, and what differs from its
 * defaults. */
void check_show_blocks(const struct appliance_blocks *b, const char *indent,
                       FILE *out);
/* All of it, with the steps; nothing where there is no block. */
void check_show_limits(const struct limits_settings *s, const char *indent,
                       FILE *out);

#endif
