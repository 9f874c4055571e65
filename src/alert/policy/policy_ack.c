/* SPDX-License-Identifier: MIT */
/* What somebody has taken charge of needs no reminding. */
#include <config.h>

#include "alert/policy/policy.h"

#include <stdio.h>

static enum policy_answer ask(const struct policy_question *q, char *why,
                              size_t why_size) {
  if (q->kind != MESSAGE_REPEAT || !(q->alert->flags & ALERT_ACKED))
    return POLICY_ALLOW;
  snprintf(why, why_size, "acknowledged by %s", q->alert->ack_by);
  return POLICY_SUPPRESS;
}

const struct policy policy_ack = {
    .name = "acknowledged", .after = AFTER_OPEN, .ask = ask};
