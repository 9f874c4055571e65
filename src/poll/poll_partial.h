/* SPDX-License-Identifier: MIT */
/* Polls of which a part failed (doc/readings.md): counted with the failures of
 * the device, and said in the log once. Engine's thread only. */
#ifndef POLL_POLL_PARTIAL_H
#define POLL_POLL_PARTIAL_H

#include "poll/registry/poll_device.h"

/* A request of the poll under way failed, in words. */
void poll_partial_note(struct poll_device *k, const char *why);

/* Counts the parts of the last answer that were of no use. */
void poll_partial_count(struct poll_device *k);

/* The poll is over: says when parts begin to fail, and when none does any
 * more. */
void poll_partial_say(struct poll_device *k, uint64_t now_us);

/* How long to wait for the request under way, in s: what failed the last time
 * gets less than Timeout. */
double poll_partial_patience(const struct poll_device *k,
                             const struct poll_options *o);

/* Whether one request for several things may have failed, with outcome, for
 * what one of them brings: they are asked for one by one then, once a poll. */
bool poll_partial_split(struct poll_device *k, enum outcome outcome);

/* Whether the poll has taken all the time, or requests, that it gets. */
bool poll_partial_is_over(const struct poll_device *k,
                          const struct poll_options *o, uint64_t now_us);

#endif
