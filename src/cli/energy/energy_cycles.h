/* SPDX-License-Identifier: MIT */
/* The cycles that appliances have finished, as the ledger has them. One thread.
 */
#ifndef CLI_ENERGY_ENERGY_CYCLES_H
#define CLI_ENERGY_ENERGY_CYCLES_H

#include "appliance/cycle_log.h"
#include "cli/energy/energy_place.h"

struct energy_cycle {
  char *device, *plug; /* the names they have now */
  struct cycle_log_entry entry;
};

struct energy_cycles {
  const char *name; /* of a device or plug; NULL: all */
  double from, to;  /* s since 1970 UTC: those that ended within */
  struct energy_cycle *list;
  size_t num, room;
  bool known; /* something is kept of such a name */
  bool out_of_memory;
};

/* Those of local days first to last, by rising end. False when it says why not
 * on stderr; energy_cycles_free() in both cases. */
bool energy_cycles_read(struct energy_cycles *c, struct ledger_query *q,
                        int first, int last);
void energy_cycles_free(struct energy_cycles *c);

#endif
