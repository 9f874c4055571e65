/* SPDX-License-Identifier: MIT */
/* Finds devices by who they are and by where they are. No two have one identity
 * (poll_device.h); at one address there can be several for a while. */
#ifndef POLL_REGISTRY_DEVICE_INDEX_H
#define POLL_REGISTRY_DEVICE_INDEX_H

#include "poll/registry/poll_device.h"

struct device_index {
  struct hash by_identity, by_address;
};

/* 0 or -ENOMEM; device_index_free() is due either way. */
int device_index_init(struct device_index *x);
void device_index_free(struct device_index *x);

/* NULL: nobody. */
struct poll_device *device_index_identity(const struct device_index *x,
                                          const char *identity);
struct poll_device *device_index_at(const struct device_index *x,
                                    struct in_addr address);

/* The next one at k's address, after device_index_at(). */
struct poll_device *device_index_also_at(struct poll_device *k);

/* "": not known any more. */
void device_index_set_identity(struct device_index *x, struct poll_device *k,
                               const char *identity);

/* Port 0: not known any more. */
void device_index_set_address(struct device_index *x, struct poll_device *k,
                              const struct sockaddr_in *address);

#endif
