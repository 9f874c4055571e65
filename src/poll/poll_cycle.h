/* SPDX-License-Identifier: MIT */
/* Cycles: at each tick of the clock those devices begin a poll that are due;
 * when the polls of a cycle are over (or the next tick comes) their totals go
 * out. Everything belongs to the engine's thread. */
#ifndef POLL_POLL_CYCLE_H
#define POLL_POLL_CYCLE_H

#include "poll/poller.h"
#include "poll/registry/device_registry.h"

/* One look at everything, when the polls of a cycle are over. */
struct poll_totals {
  unsigned known, up, on, metered; /* devices */
  struct reading sums; /* power, current, energies, over those that are up */
  double energy_wh;    /* counted since the start, grows only */
  double duration;     /* s, from the first request to the last answer */
  uint64_t wall_us;
};

struct poll_cycle {
  /* Set by the owner. */
  struct loop *loop;
  const struct poll_options *options;
  struct device_registry *registry;
  struct poller *poller;
  /* A cycle is over. */
  void (*ended)(void *arg, const struct poll_totals *totals);
  /* One has begun, or a poll was added to it. */
  void (*busy)(void *arg);
  void *arg;
  bool held; /* the first search is not over: no cycle ends before */

  /* Its own. */
  uint64_t number;
  unsigned open; /* polls of this cycle that are not over */
  uint64_t started_us;
  uint64_t woken_us; /* when the last cycle began */
  bool overrunning;  /* said, and no cycle has been in time since */
  bool carried;      /* polls of the last cycle belong to this one, too */
};

/* Whether a tick that comes now begins a cycle: not when it comes right after
 * the last one. */
bool poll_cycle_accepts_tick(const struct poll_cycle *c);

/* The clock's tick: polls whoever is due. */
void poll_cycle_begin(struct poll_cycle *c);

/* Polls k at once, as part of the present cycle, if it may be polled. */
void poll_cycle_add(struct poll_cycle *c, struct poll_device *k);

/* The poll of k is over. */
void poll_cycle_done(struct poll_cycle *c, struct poll_device *k);

/* k is about to be freed. */
void poll_cycle_forget(struct poll_cycle *c, const struct poll_device *k);

/* The first search is over: cycles may end. */
void poll_cycle_release(struct poll_cycle *c);

#endif
