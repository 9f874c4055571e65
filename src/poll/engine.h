/* The engine: one thread, one loop, all devices. Somebody else is the clock
 * (collectd's read callbacks, or kasactl) and only wakes it.
 *
 * Threads: engine_run() is the body of the engine's thread, in which all hooks
 * are called; engine_wake() and engine_settle() are for any other. */
#ifndef POLL_ENGINE_H
#define POLL_ENGINE_H

#include "poll/known.h"
#include "poll/poller.h"

#include <stdatomic.h>

struct engine;

/* One look at everything, when the polls of a wake-up are over. */
struct cycle {
  unsigned known, up, on, metered; /* devices */
  struct reading sums; /* power, current, energies, over those that are up */
  double energy_wh;    /* counted since the start, grows only */
  double duration;     /* s, from the first request to the last answer */
  uint64_t wall_us;
};

struct engine_hooks {
  void (*report)(void *arg, const struct known *k, unsigned parts);
  void (*cycle)(void *arg, const struct cycle *cycle);
  /* The first search is over (also when there was none); may be NULL. */
  void (*searched)(void *arg);
  /* A device answered that is recognised but cannot be polled (a camera), as
   * often as it answers; may be NULL. */
  void (*unsupported)(void *arg, const struct device *device,
                      struct in_addr from);
  void *arg;
};

enum engine_wake { ENGINE_POLL = 1, ENGINE_SEARCH = 2, ENGINE_STOP = 4 };

/* options must outlive the engine, which changes nothing in them but passwords
 * whose files have changed. NULL with errno set. */
struct engine *engine_create(struct poll_options *options,
                             const struct engine_hooks *hooks);
void engine_free(struct engine *e);

/* Works until ENGINE_STOP; begins with a search if options say so. */
void engine_run(struct engine *e);

/* Never blocks. Several wakes before the engine looks are one. */
void engine_wake(struct engine *e, unsigned what);

/* Waits until the first search and all polls that were due are over, at most
 * seconds. Whether they are. */
bool engine_settle(struct engine *e, double seconds);

/* In hooks only: all devices, oldest first; start with NULL. */
const struct known *engine_next(const struct engine *e, const struct known *k);

#endif
