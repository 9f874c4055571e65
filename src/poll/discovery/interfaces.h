/* SPDX-License-Identifier: MIT */
/* Where a search must be sent so that every network this machine is in hears
 * it: 255.255.255.255 alone leaves through one interface only. */
#ifndef POLL_DISCOVERY_INTERFACES_H
#define POLL_DISCOVERY_INTERFACES_H

#include "config/option.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

struct interface_target {
  struct in_addr address; /* to send to */
  unsigned index;         /* of the interface to leave by; 0: any */
  /* Who may answer: every address that agrees with network where mask has
   * ones. */
  struct in_addr network, mask;
};

/* Whether an answer from there may be one to this target. */
bool interface_target_covers(const struct interface_target *target,
                             struct in_addr from);

enum { INTERFACE_TARGETS_MAX = 128 };

/* Fills out with where to send: given targets (255.255.255.255 once per
 * interface, others as they are), without any the broadcast address of every
 * interface that is up. names restricts to some interfaces; none: all.
 * Returns how many; 0 with errno set when the system would not say. Asks the
 * kernel, no network. */
size_t interface_targets(const struct option_strings *targets,
                         const struct option_strings *names,
                         struct interface_target out[INTERFACE_TARGETS_MAX]);

#endif
