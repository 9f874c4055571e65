/* SPDX-License-Identifier: MIT */
/* The engine: one thread, one loop, all devices. Somebody else is the clock
 * (collectd's read callbacks, or kasactl) and only wakes it.
 *
 * Threads: poll_engine_run() is the body of the engine's thread, in which all
 * hooks are called; poll_engine_wake() and poll_engine_settle() are for any
 * other. */
#ifndef POLL_POLL_ENGINE_H
#define POLL_POLL_ENGINE_H

#include "poll/poll_cycle.h"
#include "poll/poller.h"
#include "poll/registry/poll_device.h"

struct poll_engine;

struct poll_engine_hooks {
  void (*report)(void *arg, const struct poll_device *k, unsigned parts);
  void (*cycle)(void *arg, const struct poll_totals *totals);
  struct poll_energy_hooks energy;
  /* See poll_search_hooks; may be NULL. */
  void (*searched)(void *arg);
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

/* Works until POLL_ENGINE_STOP: 0. Begins with a search if options say so.
 * -errno when waiting for devices failed for good: nothing is polled then, and
 * nobody listens to poll_engine_wake() any more. */
int poll_engine_run(struct poll_engine *e);

/* Never blocks. Several wakes before the engine looks are one. */
void poll_engine_wake(struct poll_engine *e, unsigned what);

/* Waits until the first search and all polls that were due are over, at most
 * seconds, and not for an engine that has failed. Whether they are. */
bool poll_engine_settle(struct poll_engine *e, double seconds);

/* In hooks only: all devices, oldest first; start with NULL. */
const struct poll_device *poll_engine_next(const struct poll_engine *e,
                                           const struct poll_device *k);

#endif
