/* SPDX-License-Identifier: MIT */
/* Reasons not to tell somebody now. Suppression never alters an alert's state,
 * only what is delivered; a stage is one file with one struct policy and one
 * line in policies[] (policy.c).
 *
 * One thread. */
#ifndef ALERT_DELIVER_POLICY_H
#define ALERT_DELIVER_POLICY_H

#include "alert/config/config.h"
#include "alert/model/message.h"
#include "alert/state/alert_table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct policy_question {
  const struct notify_config *config;
  const struct alert *alert;
  const struct route_config *route; /* NULL for recoveries */
  const struct channel_config *channel;
  enum message_kind kind;
  enum alert_reason reason;
  bool announced; /* this channel was told of this episode */
  int64_t now;
};

enum policy_answer {
  POLICY_ALLOW,
  POLICY_QUIET, /* deliver, at the lowest priority */
  POLICY_SUPPRESS,
};

struct policy {
  const char *name; /* as `explain` and the history show it */
  /* why is "" on entry; for anything but PASS it gets half a sentence. */
  enum policy_answer (*ask)(const struct policy_question *question, char *why,
                            size_t why_size);
};

/* NULL-terminated, in the order they are asked. */
extern const struct policy *const policies[];

/* Asks all: the first DROP decides, else any SOFTEN. A recovery for a channel
 * that was told is at most softened: who heard of it hears the end of it. by
 * (may be NULL) gets the stage that decided. */
enum policy_answer policy_ask(const struct policy_question *question,
                              const struct policy **by, char *why,
                              size_t why_size);

extern const struct policy policy_self;
extern const struct policy policy_level;
extern const struct policy policy_ack;

#endif
