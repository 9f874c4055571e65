/* SPDX-License-Identifier: MIT */
/* Who answered a poll: whether it is the device that was asked, what follows
 * where it is another, and what each is called. */
#ifndef POLL_REGISTRY_REGISTRY_CONFIRM_H
#define POLL_REGISTRY_REGISTRY_CONFIRM_H

#include "poll/registry/device_registry.h"

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
enum confirmed registry_confirm(struct device_registry *r,
                                struct poll_device *k, char why[WHY_SIZE]);

/* The device of another block, which is known by what it is, is up at the
 * address of k's: there is nobody of k's to be polled. */
bool registry_is_taken(const struct device_registry *r,
                       const struct poll_device *k);

/* A poll of k is over, and it did not answer. */
void registry_unanswered(struct device_registry *r, struct poll_device *k);

#endif
