/* SPDX-License-Identifier: MIT */
/* Finding devices: see device_index.h. */
#include <config.h>

#include "poll/registry/device_index.h"

#include <stdio.h>
#include <string.h>

int device_index_init(struct device_index *x) {
  int err = hash_init(&x->by_identity);

  return err < 0 ? err : hash_init(&x->by_address);
}

void device_index_free(struct device_index *x) {
  hash_free(&x->by_identity);
  hash_free(&x->by_address);
}

struct poll_device *device_index_identity(const struct device_index *x,
                                          const char *identity) {
  uint64_t hash = hash_of(&x->by_identity, identity, strlen(identity));
  struct hash_node *n = hash_first(&x->by_identity, hash);

  for (; n != NULL; n = hash_next(n)) {
    struct poll_device *k = HASH_OWNER(n, struct poll_device, by_identity);

    if (strcmp(k->identity, identity) == 0)
      return k;
  }
  return NULL;
}

/* From n on. */
static struct poll_device *next_at(struct hash_node *n,
                                   struct in_addr address) {
  for (; n != NULL; n = hash_next(n)) {
    struct poll_device *k = HASH_OWNER(n, struct poll_device, by_address);

    if (k->address.sin_addr.s_addr == address.s_addr)
      return k;
  }
  return NULL;
}

struct poll_device *device_index_at(const struct device_index *x,
                                    struct in_addr address) {
  uint64_t hash = hash_of(&x->by_address, &address, sizeof(address));

  return next_at(hash_first(&x->by_address, hash), address);
}

struct poll_device *device_index_also_at(struct poll_device *k) {
  return next_at(hash_next(&k->by_address), k->address.sin_addr);
}

void device_index_set_identity(struct device_index *x, struct poll_device *k,
                               const char *identity) {
  if (k->identity[0] != '\0')
    hash_remove(&x->by_identity, &k->by_identity);
  snprintf(k->identity, sizeof(k->identity), "%s", identity);
  if (k->identity[0] != '\0')
    hash_add(&x->by_identity, &k->by_identity,
             hash_of(&x->by_identity, identity, strlen(identity)));
}

void device_index_set_address(struct device_index *x, struct poll_device *k,
                              const struct sockaddr_in *address) {
  if (k->address.sin_port != 0)
    hash_remove(&x->by_address, &k->by_address);
  k->address = *address;
  if (k->address.sin_port != 0)
    hash_add(
        &x->by_address, &k->by_address,
        hash_of(&x->by_address, &address->sin_addr, sizeof(address->sin_addr)));
}
