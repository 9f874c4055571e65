/* SPDX-License-Identifier: MIT */
/* The plugs of a strip come and go, and each keeps what belongs to its slot. */
#ifndef POLL_REGISTRY_DEVICE_PLUGS_H
#define POLL_REGISTRY_DEVICE_PLUGS_H

#include "poll/registry/poll_device.h"

/* Makes k.plugs follow device.plugs, and names them. False when memory is
 * out. */
bool device_plugs_follow(struct poll_device *k);

/* k has none then. */
void device_plugs_free(struct poll_device *k);

#endif
