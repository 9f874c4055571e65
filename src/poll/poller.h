/* SPDX-License-Identifier: MIT */
/* Carries out polls: who is due waits in line, at most MaxInFlight are asked
 * at once and never one device twice; attempts, pauses and deadlines of each;
 * what came out goes to the hooks. Everything belongs to the engine's thread.
 */
#ifndef POLL_POLLER_H
#define POLL_POLLER_H

#include "base/json.h"
#include "poll/poll_report.h"
#include "poll/registry/device_registry.h"
#include "poll/registry/poll_device.h"

struct poller;

struct poller_hooks {
  /* See poll_report.h; called with report_arg. */
  void (*report)(void *report_arg, const struct poll_device *k, unsigned parts);
  void *report_arg;
  struct poll_energy_hooks energy;
  /* k stopped answering: it may have moved. */
  void (*lost)(void *arg, struct poll_device *k);
  /* k refuses connections, or nobody knows how to speak with it: to be asked
   * by datagram; may be NULL. */
  void (*rouse)(void *arg, struct poll_device *k);
  /* The poll of k is over; nothing is under way with it. */
  void (*done)(void *arg, struct poll_device *k);
  void *arg;
};

/* NULL when memory is out. All pointers must outlive it. */
struct poller *poller_create(struct loop *loop, struct json *doc,
                             struct device_registry *registry,
                             const struct poll_options *options,
                             const struct poller_hooks *hooks);
/* Drops what is under way without a report. */
void poller_free(struct poller *p);

/* Puts k in line; k is idle. */
void poller_enqueue(struct poller *p, struct poll_device *k);

/* Takes k out of everything: it is about to be freed. */
void poller_forget(struct poller *p, struct poll_device *k);

/* Where k is or how it is spoken with has changed: a poll under way begins
 * anew, a few times at most. */
void poller_restart(struct poller *p, struct poll_device *k);

/* Starts as many of the waiting as there is room for. */
void poller_run(struct poller *p);

/* Says again how k is, for a device that has no new poll to report: it is still
 * under way, or there is no address. */
void poller_repeat(struct poller *p, struct poll_device *k);

/* Energy since the start over all devices, Wh: grows only. */
double poller_energy(const struct poller *p);

#endif
