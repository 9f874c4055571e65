/* UDP port 9999 of the whole house: one socket, each device answering from its
 * own address. */
#ifndef KASASIM_XOR_UDP_H
#define KASASIM_XOR_UDP_H

#include "base.h"

struct house;
struct text;

const char *udp_open(struct house *house);
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
