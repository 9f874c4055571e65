/* SPDX-License-Identifier: MIT */
/* One device in full, for people: every value with its unit, plugs below.
 * Pure functions. */
#ifndef CLI_DEVICES_DEVICE_DETAILS_H
#define CLI_DEVICES_DEVICE_DETAILS_H

#include "cli/devices/device_info.h"
#include "cli/term/style.h"

/* Adds lines to out: 0, -ENOMEM, -EMSGSIZE. */
int device_details_draw(struct buf *out, const struct style *style,
                        const struct device_info *f)
    __attribute__((warn_unused_result));

#endif
