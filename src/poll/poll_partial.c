/* SPDX-License-Identifier: MIT */
/* Polls of which a part failed: see poll_partial.h. */
#include <config.h>

#include "poll/poll_partial.h"

#include "base/log.h"

#include <stdio.h>

/* One whose parts fail in turns must not fill the log. */
enum {
  SAY_PAUSE_US = 300 * 1000000,
  /* No device has so much to tell in one poll. */
  REQUESTS_MAX = 256,
};

void poll_partial_note(struct poll_device *k, const char *why) {
  k->poll.incomplete = true;
  if (poll_device_trouble(k) != NULL)
    snprintf(k->trouble->part, WHY_SIZE, "%s", why);
}

void poll_partial_count(struct poll_device *k) {
  struct progress *progress = &k->poll.progress;

  for (unsigned o = 0; o < OUTCOMES; o++) {
    if (progress->failed[o] > 0)
      poll_partial_note(k, progress->why);
    poll_device_add_failures(k, o, progress->failed[o]);
    progress->failed[o] = 0;
  }
}

void poll_partial_say(struct poll_device *k, uint64_t now_us) {
  if (k->status.incomplete && !k->poll.incomplete) {
    log_say(LOG_LEVEL_NOTICE, "%s answers in full again", k->name);
    k->status.incomplete = false;
  }
  if (!k->poll.incomplete || k->status.incomplete || k->trouble == NULL ||
      (k->trouble->part_said_us != 0 &&
       now_us < k->trouble->part_said_us + SAY_PAUSE_US))
    return;
  log_say(LOG_LEVEL_WARNING,
          "%s (%s): a part of its answers cannot be used and is left out: %s",
          k->name, poll_device_address(k), k->trouble->part);
  k->status.incomplete = true;
  k->trouble->part_said_us = now_us;
}

/* How long to wait for one request, in s. What failed the last time gets less:
 * the reading waits for it. */
double poll_partial_patience(const struct poll_device *k,
                             const struct poll_options *o) {
  double less = o->interval / 2;

  if (less < 4 * k->poll.core_s)
    less = 4 * k->poll.core_s;
  return k->poll.progress.repeated && less < o->timeout ? less : o->timeout;
}

/* A poll has an end, however much a device has to tell. */
bool poll_partial_is_over(const struct poll_device *k,
                          const struct poll_options *o, uint64_t now_us) {
  double most = 4 * o->timeout;

  if (most < o->interval)
    most = o->interval;
  return k->poll.requests >= REQUESTS_MAX ||
         now_us > k->poll.started_us + (uint64_t)(most * 1e6);
}

bool poll_partial_split(struct poll_device *k, enum outcome outcome) {
  if (!k->poll.progress.combined || k->poll.split || outcome == OUTCOME_AUTH ||
      outcome == OUTCOME_UNREACHABLE)
    return false;
  k->poll.split = true;
  return true;
}
