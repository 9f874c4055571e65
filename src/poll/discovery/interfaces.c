/* SPDX-License-Identifier: MIT */
/* Broadcast addresses of this machine: see interfaces.h. */
#include <config.h>

#include "poll/discovery/interfaces.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdint.h>
#include <string.h>

struct address_list {
  struct interface_target *out;
  size_t count;
};

static void add(struct address_list *list, struct in_addr address,
                unsigned index, struct in_addr network, struct in_addr mask) {
  for (size_t i = 0; i < list->count; i++)
    if (list->out[i].address.s_addr == address.s_addr &&
        list->out[i].index == index && list->out[i].mask.s_addr == mask.s_addr)
      return;
  if (list->count < INTERFACE_TARGETS_MAX)
    list->out[list->count++] = (struct interface_target){
        .address = address, .index = index, .network = network, .mask = mask};
}

bool interface_target_covers(const struct interface_target *target,
                             struct in_addr from) {
  return ((from.s_addr ^ target->network.s_addr) & target->mask.s_addr) == 0;
}

/* Whom a target means that somebody has configured: a single machine, or the
 * network whose broadcast address it looks like. */
static struct in_addr mask_of(struct in_addr target) {
  uint32_t address = ntohl(target.s_addr);
  uint32_t mask = UINT32_MAX;

  for (int bytes = 0; bytes < 3 && (address & 0xff) == 0xff; bytes++) {
    address >>= 8;
    mask <<= 8;
  }
  return (struct in_addr){.s_addr = htonl(mask)};
}

static struct in_addr address_in(const struct sockaddr *from) {
  struct sockaddr_in address;

  memcpy(&address, from, sizeof(address));
  return address.sin_addr;
}

static bool wanted(const struct ifaddrs *i,
                   const struct option_strings *names) {
  if (i->ifa_addr == NULL || i->ifa_addr->sa_family != AF_INET ||
      (i->ifa_flags & IFF_UP) == 0 || (i->ifa_flags & IFF_BROADCAST) == 0 ||
      i->ifa_broadaddr == NULL || i->ifa_netmask == NULL)
    return false;
  for (size_t n = 0; n < names->count; n++)
    if (strcmp(names->items[n], i->ifa_name) == 0)
      return true;
  return names->count == 0;
}

static void add_all(struct address_list *list, const struct ifaddrs *all,
                    const struct option_strings *names, bool limited) {
  const struct in_addr everywhere = {.s_addr = INADDR_BROADCAST};

  for (const struct ifaddrs *i = all; i != NULL; i = i->ifa_next)
    if (wanted(i, names))
      add(list, limited ? everywhere : address_in(i->ifa_broadaddr),
          if_nametoindex(i->ifa_name), address_in(i->ifa_addr),
          address_in(i->ifa_netmask));
}

size_t interface_targets(const struct option_strings *targets,
                         const struct option_strings *names,
                         struct interface_target out[INTERFACE_TARGETS_MAX]) {
  struct address_list list = {.out = out};
  struct ifaddrs *all = NULL;

  if (getifaddrs(&all) < 0)
    return 0;
  if (targets->count == 0)
    add_all(&list, all, names, false);
  for (size_t t = 0; t < targets->count; t++) {
    struct in_addr address;

    if (inet_pton(AF_INET, targets->items[t], &address) != 1)
      continue;
    if (address.s_addr == INADDR_BROADCAST)
      add_all(&list, all, names, true);
    else
      add(&list, address, 0, address, mask_of(address));
  }
  freeifaddrs(all);
  return list.count;
}
