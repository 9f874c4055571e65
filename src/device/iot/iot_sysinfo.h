/* SPDX-License-Identifier: MIT */
/* get_sysinfo of the IOT dialect (doc/protocol.md, "sysinfo"): who the device
 * is and what state it is in. */
#ifndef DEVICE_IOT_IOT_SYSINFO_H
#define DEVICE_IOT_IOT_SYSINFO_H

#include "base/json.h"
#include "device/device.h"
#include "device/outcome.h"

/* Fills d from the object sysinfo; of its older values only those that are
 * fetched seldom stay. Unknown members are ignored, missing ones leave the
 * value out. why says what is wrong
 * unless OK; d is then unfit for use until a later success. */
enum outcome iot_sysinfo(struct device *d, const struct json *doc,
                         json_ref sysinfo, char why[WHY_SIZE]);

#endif
