/* SPDX-License-Identifier: MIT */
/* Who is known: found by identity (MAC, else device id), address or name.
 * Decides who is let in, who keeps an address two claim, and what each is
 * called. Everything belongs to the engine's thread. */
#ifndef POLL_REGISTRY_DEVICE_REGISTRY_H
#define POLL_REGISTRY_DEVICE_REGISTRY_H

#include "device/discovery/discovery_packet.h"
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

/* Somebody at address introduced himself. Takes the introduction over.
 * Returns the device, new or known, or NULL when it is not let in. */
struct poll_device *device_registry_meet(struct device_registry *r,
                                         struct introduction *in,
                                         const struct sockaddr_in *address);

enum confirmed {
  CONFIRMED,
  CONFIRMED_OTHER,   /* somebody else than it was: k waits to be found again */
  CONFIRMED_KNOWN,   /* one that is known already, and polled here from now on
                      * if it answers nowhere else: k is to be forgotten */
  CONFIRMED_IGNORED, /* one that is to be left out: k.ignored */
};

/* The device answered a poll: takes up who it says it is, its name, and its
 * plugs' names. Anything but CONFIRMED: the poll must not be published; why
 * says so. */
enum confirmed device_registry_confirm(struct device_registry *r,
                                       struct poll_device *k,
                                       char why[WHY_SIZE]);

/* The device of another block, which is known by what it is, is up at the
 * address of k's: there is nobody of k's to be polled. */
bool device_registry_is_taken(const struct device_registry *r,
                              const struct poll_device *k);

/* A poll of k is over, and it did not answer. */
void device_registry_unanswered(struct device_registry *r,
                                struct poll_device *k);

/* Goes to another address (closing the link). */
void device_registry_move(struct device_registry *r, struct poll_device *k,
                          const struct sockaddr_in *address);

/* Takes the candidate address, if any; false when there is none. */
bool device_registry_try_candidate(struct device_registry *r,
                                   struct poll_device *k);

void device_registry_forget(struct device_registry *r, struct poll_device *k);

#endif
