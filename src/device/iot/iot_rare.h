/* SPDX-License-Identifier: MIT */
/* What the IOT dialect asks rarely: cloud, clock, energy of the day and of the
 * month. */
#ifndef DEVICE_IOT_IOT_RARE_H
#define DEVICE_IOT_IOT_RARE_H

#include "device/iot/iot_step.h"

/* In the order in which they are asked: the clock before what depends on it. */
extern const struct iot_step iot_rare_steps[];
enum { IOT_RARE_STEPS = 8 };

/* The device's date is not known: what depends on it is left out, and asked for
 * as soon as it is. */
void iot_clock_lost(struct device *d);

#endif
