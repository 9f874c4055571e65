/* SPDX-License-Identifier: MIT */
/* Setters of the house format: each takes one member's value. plug is NULL for
 * what belongs to the device. They return what is wrong, or NULL. */
#ifndef KASASIM_SETTINGS_SET_H
#define KASASIM_SETTINGS_SET_H

#include "device.h"

struct cJSON;

typedef const char *setter(struct device *d, struct plug *plug,
                           const struct cJSON *json);

setter set_alias, set_alias_hex, set_mac, set_volts, set_power_factor,
    set_relay, set_load, set_total, set_on_time, set_transport, set_credentials,
    set_klap, set_energy, set_passcode, set_iterations;

/* Holds until the next complaint. */
__attribute__((format(printf, 1, 2))) const char *
settings_complain(const char *fmt, ...);
/* False when it is no string, or an endless one. */
bool settings_text(const struct cJSON *json, struct text *out);

#endif
