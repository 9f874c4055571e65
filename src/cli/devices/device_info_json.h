/* SPDX-License-Identifier: MIT */
/* Devices as JSON for programs: keys and units are fixed, values that a
 * device does not give are left out, texts are valid UTF-8. */
#ifndef CLI_DEVICES_DEVICE_INFO_JSON_H
#define CLI_DEVICES_DEVICE_INFO_JSON_H

#include "cli/devices/device_search.h"

#include <stdbool.h>

/* One device, on one line or spread out, with a line feed: to be freed; NULL
 * when memory is out. */
char *device_info_json(const struct device_info *f, bool spread);

/* {"devices":[...],"unsupported":[...]} */
char *device_info_list_json(const struct device_info_list *list);

#endif
