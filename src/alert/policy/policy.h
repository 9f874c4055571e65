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

struct silences;

/* What the stages look at beside the alert itself; both may be NULL. */
struct policy_facts {
  const struct alert_table *open;
  const struct silences *silences;
};

struct policy_question {
  const struct notify_config *config;
  const struct policy_facts *facts;
  const struct alert *alert;
  const struct route_config *route; /* NULL for recoveries */
  const struct channel_config *channel;
  enum message_kind kind;
  enum alert_reason reason;
  bool escalation; /* a step that nobody prevented by acknowledging */
  bool announced;  /* this channel was told of this episode */
  int64_t now;
};

/* In order: of two stages the graver one decides. */
enum policy_answer {
  POLICY_ALLOW,
  POLICY_QUIET,    /* deliver, at the lowest priority */
  POLICY_HOLD,     /* not now: asked again until the reason has gone */
  POLICY_SUPPRESS, /* never */
};

/* What becomes of a message that was held, once nothing holds it. */
enum policy_after {
  AFTER_STILL,  /* "still so after maintenance", when it still is */
  AFTER_OPEN,   /* as if it had begun just now, when it still is */
  AFTER_DIGEST, /* in one message with all others, whether over or not */
};

struct policy {
  const char *name; /* as `explain` and the history show it */
  enum policy_after after;
  bool graceful; /* it is told only some time after the reason has gone */
  /* why is "" on entry; for anything but ALLOW it gets half a sentence. */
  enum policy_answer (*ask)(const struct policy_question *question, char *why,
                            size_t why_size);
};

/* NULL-terminated, in the order they are asked. */
extern const struct policy *const policies[];

/* Asks all: the first SUPPRESS decides, else the gravest, of several the
 * first. A recovery for a channel that was told is at most softened: who heard
 * of it hears the end of it. by (may be NULL) gets the stage that decided. */
enum policy_answer policy_ask(const struct policy_question *question,
                              const struct policy **by, char *why,
                              size_t why_size);
/* The stage of a name the store kept; NULL when there is none any more. */
const struct policy *policy_find(const char *name);

extern const struct policy policy_self;
extern const struct policy policy_level;
extern const struct policy policy_ack;
extern const struct policy policy_silence;
extern const struct policy policy_maintenance;
extern const struct policy policy_inhibit;
extern const struct policy policy_storm;
extern const struct policy policy_quiet;

#endif
