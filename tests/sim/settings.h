/* SPDX-License-Identifier: MIT */
/* Devices from JSON: the members of the house file, which are also those of the
 * control socket's "set". */
#ifndef KASASIM_SETTINGS_H
#define KASASIM_SETTINGS_H

#include "device.h"

struct cJSON;

/* A device as described, not yet in the house; NULL and what is wrong. */
struct device *settings_device(struct house *house, const struct cJSON *json,
                               const char **wrong);
/* Changes a living device. slot < 0: the device, or all its outlets for what
 * only an outlet has. Returns what is wrong, or NULL. */
const char *settings_change(struct device *d, int slot,
                            const struct cJSON *json);
/* All members, for --help. */
void settings_help(struct text *out);

#endif
