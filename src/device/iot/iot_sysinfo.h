/* SPDX-License-Identifier: MIT */
/* get_sysinfo of the IOT dialect (doc/protocol.md, "sysinfo"): who the device
 * is and what state it is in. */
#ifndef DEVICE_IOT_IOT_SYSINFO_H
#define DEVICE_IOT_IOT_SYSINFO_H

#include "device/progress.h"

/* Fills d from the object sysinfo; of its older values only those that are
 * polled rarely stay. Unknown members are ignored, missing ones leave their
 * value out, those that make no sense count as failures of p. Anything but
 * OUTCOME_OK: that is no sysinfo, why says so, d is as it was. */
enum outcome iot_sysinfo(struct device *d, struct progress *p,
                         const struct json *doc, json_ref sysinfo,
                         char why[WHY_SIZE]);

#endif
