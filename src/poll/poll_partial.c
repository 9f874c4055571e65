/* SPDX-License-Identifier: MIT */
/* Polls of which a part failed: see poll_partial.h. */
#include <config.h>

#include "poll/poll_partial.h"

#include "base/log.h"

#include <stdio.h>

/* One whose parts fail in turns must not fill the log. */
enum { SAY_PAUSE_US = 300 * 1000000 };

void poll_partial_note(struct poll_device *k, const char *why) {
  k->poll.incomplete = true;
  snprintf(k->poll.why, sizeof(k->poll.why), "%s", why);
}

void poll_partial_count(struct poll_device *k) {
  struct progress *progress = &k->poll.progress;

  for (unsigned o = 0; o < OUTCOMES; o++) {
    if (progress->failed[o] > 0)
      poll_partial_note(k, progress->why);
    k->status.failures[o] += progress->failed[o];
    progress->failed[o] = 0;
  }
}

void poll_partial_say(struct poll_device *k, uint64_t now_us) {
  if (k->status.incomplete && !k->poll.incomplete) {
    log_say(LOG_LEVEL_NOTICE, "%s answers in full again", k->name);
    k->status.incomplete = false;
  }
  if (!k->poll.incomplete || k->status.incomplete ||
      (k->status.incomplete_said_us != 0 &&
       now_us < k->status.incomplete_said_us + SAY_PAUSE_US))
    return;
  log_say(LOG_LEVEL_WARNING,
          "%s (%s): a part of its answers is of no use and left out: %s",
          k->name, poll_device_address(k), k->poll.why);
  k->status.incomplete = true;
  k->status.incomplete_said_us = now_us;
}
