/* SPDX-License-Identifier: MIT */
/* The UDP ports of the whole house: one socket each, every device answering
 * from its own address. What a port speaks, a struct udp_service says. */
#ifndef KASASIM_UDP_H
#define KASASIM_UDP_H

#include "dialect.h"

#include <netinet/in.h>

struct house;
struct text;

#define UDP_PORTS 4

struct udp_service {
  uint16_t (*port)(const struct house *house);
  /* Makes a request of a datagram, in place; false when it is none. */
  bool (*understand)(uint8_t *bytes, size_t *len);
  /* Does this device listen there? */
  bool (*hears)(const struct device *d);
  /* Appends the answer; clears *intact when a reader would not get what the
   * device said. */
  enum outcome (*answer)(struct device *d, const char *request, size_t len,
                         struct text *bytes, bool *intact);
  /* Appends the n-th answer of a device that does not exist; may be NULL. */
  void (*forge)(const uint8_t mac[6], unsigned long number, struct in_addr addr,
                struct text *bytes);
};

extern const struct udp_service udp_xor;

/* The services end with NULL. */
const char *udp_open(struct house *house,
                     const struct udp_service *const *services);
void udp_close(struct house *house);
/* n answers of devices that do not exist, to whoever asked last; from their own
 * addresses, counted from `first` (network order). Returns what is wrong, or
 * NULL and where they go. */
const char *udp_forge(struct house *house, unsigned long n, uint32_t first,
                      struct text *target);
/* Sent so far. */
uint64_t udp_forged(const struct house *house);
uint64_t udp_malformed(const struct house *house);

#endif
