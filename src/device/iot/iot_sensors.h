/* SPDX-License-Identifier: MIT */
/* Motion and ambient light of the IOT dialect. */
#ifndef DEVICE_IOT_IOT_SENSORS_H
#define DEVICE_IOT_IOT_SENSORS_H

#include "device/iot/iot_step.h"

extern const struct iot_step iot_motion_step, iot_light_step;

#endif
