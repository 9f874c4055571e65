/* SPDX-License-Identifier: MIT */
/* Who introduces himself in a datagram, which anybody can send: whether he is
 * let in, and what is believed of one who is known. */
#ifndef POLL_REGISTRY_REGISTRY_MEET_H
#define POLL_REGISTRY_REGISTRY_MEET_H

#include "device/discovery/discovery_packet.h"
#include "poll/registry/device_registry.h"

/* Somebody at address introduced himself. Takes the introduction over.
 * Returns the device, new or known, or NULL when it is not let in. */
struct poll_device *registry_meet(struct device_registry *r,
                                  struct introduction *in,
                                  const struct sockaddr_in *address);

#endif
