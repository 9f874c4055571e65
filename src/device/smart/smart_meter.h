/* SPDX-License-Identifier: MIT */
/* What the meters of SMART devices say (doc/protocol.md, "SMART"): the object
 * of s is the result of the method. */
#ifndef DEVICE_SMART_SMART_METER_H
#define DEVICE_SMART_SMART_METER_H

#include "device/progress.h"

/* get_energy_usage, get_emeter_data, get_current_power. */
void smart_energy(const struct value_source *s);
void smart_emeter(const struct value_source *s);
void smart_power(const struct value_source *s);

/* get_max_power, W; 0: it does not say. */
double smart_rating(const struct json *doc, json_ref result);

#endif
