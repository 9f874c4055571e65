/* SPDX-License-Identifier: MIT */
/* Who is known: found by identity (MAC, else device id), address or name.
 * Who comes into it and who keeps an address that two claim is decided in
 * registry_meet.h (what datagrams say) and registry_confirm.h (what polls say).
 * Everything belongs to the engine's thread. */
#ifndef POLL_REGISTRY_DEVICE_REGISTRY_H
#define POLL_REGISTRY_DEVICE_REGISTRY_H

#include "poll/registry/poll_device.h"

struct device_registry;

/* gone is called before a device that left is freed. NULL when memory is
 * out; options must outlive the registry. */
struct device_registry *
device_registry_create(const struct poll_options *options,
                       void (*gone)(void *arg, struct poll_device *k),
                       void *arg);
void device_registry_free(struct device_registry *r);

/* All known, oldest first: start with NULL. */
struct poll_device *device_registry_next(const struct device_registry *r,
                                         const struct poll_device *k);
size_t device_registry_count(const struct device_registry *r);

/* Whoever is at an address, or NULL. */
struct poll_device *device_registry_at(const struct device_registry *r,
                                       struct in_addr address);

/* The configured device that waits to be found by this alias, or NULL. */
struct poll_device *device_registry_awaited(const struct device_registry *r,
                                            const char *alias);

/* Goes to another address (closing the link). */
void device_registry_move(struct device_registry *r, struct poll_device *k,
                          const struct sockaddr_in *address);

/* Takes the candidate address, if any; false when there is none. */
bool device_registry_try_candidate(struct device_registry *r,
                                   struct poll_device *k);

/* A new one at the end, without address or identity; NULL when memory is
 * out. */
struct poll_device *device_registry_add(struct device_registry *r);
void device_registry_forget(struct device_registry *r, struct poll_device *k);

#endif
