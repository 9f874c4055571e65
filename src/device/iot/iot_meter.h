/* SPDX-License-Identifier: MIT */
/* The meter of the IOT dialect: which module it is, and what it says. */
#ifndef DEVICE_IOT_IOT_METER_H
#define DEVICE_IOT_IOT_METER_H

#include "device/iot/iot_step.h"

/* Lights have modules of their own. */
bool iot_is_light(const struct device *d);
/* Which module of that kind the device has. */
const char *iot_meter_module(const struct device *d);

/* "context":{...}, for requests to the plug of p; nothing else. */
int iot_add_context(const struct device *d, const struct progress *p,
                    struct buf *request);

/* Of a device, and of each plug of a strip. */
extern const struct iot_step iot_meter_step, iot_plug_meter_step;

#endif
