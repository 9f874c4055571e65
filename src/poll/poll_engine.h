/* SPDX-License-Identifier: MIT */
/* The engine: one thread, one loop, all devices. Somebody else is the clock
 * (collectd's read callbacks, or kasactl) and only wakes it.
 *
 * Threads: poll_engine_run() is the body of the engine's thread, in which all
 * hooks are called; poll_engine_wake() and poll_engine_settle() are for any
 * other. */
#ifndef POLL_POLL_ENGINE_H
#define POLL_POLL_ENGINE_H

#include "poll/poll_device.h"
#include "poll/poller.h"

#include <stdatomic.h>

struct poll_engine;

/* One look at everything, when the polls of a wake-up are over. */
struct poll_cycle {
  unsigned known, up, on, metered; /* devices */
  struct reading sums; /* power, current, energies, over those that are up */
  double energy_wh;    /* counted since the start, grows only */
  double duration;     /* s, from the first request to the last answer */
  uint64_t wall_us;
};

struct poll_engine_hooks {
  void (*report)(void *arg, const struct poll_device *k, unsigned parts);
  void (*cycle)(void *arg, const struct poll_cycle *cycle);
  /* The first search is over (also when there was none); may be NULL. */
  void (*searched)(void *arg);
  /* A device answered that is recognised but cannot be polled (a camera), as
   * often as it answers; may be NULL. */
  void (*unsupported)(void *arg, const struct device *device,
                      struct in_addr from);
  void *arg;
};

enum poll_engine_wake {
  POLL_ENGINE_POLL = 1,
  POLL_ENGINE_SEARCH = 2,
  POLL_ENGINE_STOP = 4
};

/* options must outlive the engine, which changes nothing in them but passwords
 * whose files have changed. NULL with errno set. */
struct poll_engine *poll_engine_create(struct poll_options *options,
                                       const struct poll_engine_hooks *hooks);
void poll_engine_free(struct poll_engine *e);

/* Works until POLL_ENGINE_STOP; begins with a search if options say so. */
void poll_engine_run(struct poll_engine *e);

/* Never blocks. Several wakes before the engine looks are one. */
void poll_engine_wake(struct poll_engine *e, unsigned what);

/* Waits until the first search and all polls that were due are over, at most
 * seconds. Whether they are. */
bool poll_engine_settle(struct poll_engine *e, double seconds);

/* In hooks only: all devices, oldest first; start with NULL. */
const struct poll_device *poll_engine_next(const struct poll_engine *e,
                                           const struct poll_device *k);

#endif
