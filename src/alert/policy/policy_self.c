/* SPDX-License-Identifier: MIT */
/* The trouble of a channel is not told through that channel. */
#include <config.h>

#include "alert/policy/policy.h"

#include <stdio.h>
#include <string.h>

static enum policy_answer ask(const struct policy_question *q, char *why,
                              size_t why_size) {
  if (strcmp(q->alert->plugin, "notify_kasa") != 0 ||
      strcmp(q->alert->plugin_instance, q->channel->name) != 0)
    return POLICY_ALLOW;
  snprintf(why, why_size, "it is about this very channel");
  return POLICY_SUPPRESS;
}

const struct policy policy_self = {.name = "itself", .ask = ask};
