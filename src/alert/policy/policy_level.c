/* SPDX-License-Identifier: MIT */
/* MinLevel: a channel hears of what is bad enough for it. Once it was told, it
 * also hears that things got better, quietly. */
#include <config.h>

#include "alert/policy/policy.h"

#include <stdio.h>

static enum policy_answer ask(const struct policy_question *q, char *why,
                              size_t why_size) {
  int least =
      q->channel->min_level >= 0 ? q->channel->min_level : q->config->min_level;

  if (q->kind == MESSAGE_TEST || (int)q->alert->level >= least)
    return POLICY_ALLOW;
  snprintf(why, why_size, "level %s is below MinLevel %s",
           level_name(q->alert->level), level_name((enum level)least));
  return q->announced ? POLICY_QUIET : POLICY_SUPPRESS;
}

const struct policy policy_level = {.name = "MinLevel", .ask = ask};
