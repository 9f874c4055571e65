/* SPDX-License-Identifier: MIT */
/* All devices, found by address, and what they share: clock, loop, names of
 * methods ever asked. */
#ifndef KASASIM_HOUSE_H
#define KASASIM_HOUSE_H

#include "clock.h"
#include "device.h"
#include "loop.h"

#define ASKED_MAX 128

struct house_options {
  uint16_t port;
  uint16_t http_port; /* of devices that do not name one */
  uint16_t tdp_port;
  uint16_t tdp_battery_port;
  const char *user; /* of devices that do not name one */
  const char *password;
  uint64_t seed;
  bool bind_any;
  unsigned broadcast_per_ms; /* answers to one broadcast, per millisecond */
  int keep_open;             /* 1 and 0 overrule the devices; -1 does not */
};

struct house {
  struct house_options options;
  struct loop loop;
  struct clock clock;
  struct device **devices;
  size_t count;
  size_t size;
  struct device **by_address; /* open addressing; a power of two */
  size_t slots;
  uint32_t next_address; /* host order; the next free one to give away */
  uint64_t made;         /* devices ever made */
  uint64_t random;
  char *asked[ASKED_MAX]; /* "module.method" by bit; the last is "(others)" */
  size_t n_asked;
  struct udp *udp;
  struct text secrets; /* ids, tokens and keys of all sessions, one a line */
};

void house_init(struct house *house, const struct house_options *options,
                double speed, double start_epoch);
void house_free(struct house *house);

double house_elapsed(const struct house *house);
/* Real time, for the reader of the control socket. */
double real_epoch(void);
uint64_t house_random(struct house *house);

struct in_addr house_free_address(struct house *house);
/* Takes the device and opens it. Returns what is wrong (and frees it), or
 * NULL. */
const char *house_add(struct house *house, struct device *d);
void house_remove(struct house *house, struct device *d);
const char *house_move(struct house *house, struct device *d,
                       struct in_addr addr);
struct device *house_at(const struct house *house, struct in_addr addr);
/* By address, MAC, device id or alias. */
struct device *house_find(const struct house *house, const char *name);
/* Goes away for real seconds, losing all connections. */
void house_reboot(struct house *house, struct device *d, double seconds);

/* The bit of a method's name; new names are added. */
unsigned house_asked_bit(struct house *house, struct slice module,
                         struct slice method);

#endif
