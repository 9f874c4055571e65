/* SPDX-License-Identifier: MIT */
/* What was used when, from a file, in the order of time. One thread. */
#ifndef CLI_ENERGY_ENERGY_LOAD_H
#define CLI_ENERGY_ENERGY_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Energy that was used evenly. */
struct energy_stretch {
  int64_t from_us, to_us;
  double kwh;
};

struct energy_load {
  struct energy_stretch *items;
  size_t num, room;
  bool failed;
};

/* False: there is no memory for it. */
bool energy_load_add(struct energy_load *load,
                     const struct energy_stretch *stretch);

/* Reads rows of from,to,kwh. Where rows overlap, as those of several devices
 * do, they are cut and added, for all that is used at a time moves the tiers
 * together. False when it says on stderr what is wrong. energy_load_free() in
 * any case. */
bool energy_load_read(const char *path, struct energy_load *load);
void energy_load_free(struct energy_load *load);

#endif
